//! Which acts need a second person.

use crate::app::App;
use crate::problem::ApiError;
use model::EnvironmentKind;

/// What may need a second person's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Publish,
    /// In an environment of this kind.
    Deploy(EnvironmentKind),
}

/// Whether an act waits for a second person's yes. The one place where it is asked.
pub async fn needs_second_person(_app: &App, _act: Act) -> Result<bool, ApiError> {
    Ok(false)
}

/// Refuses an act that waits for a second person's yes.
pub async fn ask_first(app: &App, act: Act) -> Result<(), ApiError> {
    match needs_second_person(app, act).await? {
        false => Ok(()),
        true => Err(ApiError::conflict(
            "it needs a second person's yes: propose it",
        )),
    }
}
