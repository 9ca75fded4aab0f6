//! Ends a run by a person's will.

use super::audit::{self, Act};
use super::effects::wake;
use crate::effect::wake_key;
use crate::error::{Error, Result};
use crate::event::StartedRun;
use crate::queries::runs;
use crate::session::Session;
use crate::statements::run as sql;
use crate::value::values;
use model::ids::RunId;
use model::{RunState, Timestamp};

/// A run that is to end, and by whose will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    pub run: RunId,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Cancels a run that is not over. Its effects stay as they are; runs that wait for one of them
/// become ready and are answered.
pub async fn cancel(session: &mut dyn Session, cancel: &Cancel) -> Result<Vec<StartedRun>> {
    let run = runs::run(session, cancel.run).await?;
    if run.state == RunState::Cancelled {
        return Ok(Vec::new());
    }
    if !run.state.is_live() && run.state != RunState::Covered {
        return Err(Error::Conflict(format!(
            "{} is {} already",
            run.id,
            run.state.as_str()
        )));
    }
    session
        .rows(&sql::CANCEL_RUN, &values![run.id.0, cancel.at.0])
        .await?;
    let mut keys = Vec::new();
    for row in session
        .rows(&sql::EFFECTS_OF_RUN, &values![run.id.0])
        .await?
    {
        keys.push(wake_key(&row.read("step").digest()?));
    }
    let act = Act {
        at: cancel.at,
        who: &cancel.who,
        action: "run.cancel",
        subject: &run.id.to_string(),
        detail: &cancel.reason,
    };
    audit::append(session, act).await?;
    wake(session, run.environment, &keys, cancel.at).await
}
