//! Sealed values, opened for the reader and masked.

use crate::app::App;
use crate::mask::{Hider, Persons, mask};
use crate::problem::ApiError;
use engine::{Environment, Purpose};
use model::ids::{EnvironmentId, EventId};
use serde_json::Value;
use vault::Sealed;

/// The value without persons; nothing if it cannot be opened, which the log then says.
pub fn masked(environment: &Environment, sealed: &Sealed, purpose: Purpose) -> Option<Value> {
    plain(environment, sealed, purpose).map(mask)
}

/// The value as it is, which is shown to nobody; nothing if it cannot be opened.
pub fn plain(environment: &Environment, sealed: &Sealed, purpose: Purpose) -> Option<Value> {
    let plain = match environment.key.open(sealed, purpose.label()) {
        Ok(plain) => plain,
        Err(error) => {
            tracing::error!(error = %error, "a stored value cannot be opened");
            return None;
        }
    };
    let value: Value = serde_json::from_slice(&plain).ok()?;
    // What a step gave is kept with its decimals; readers get them as texts.
    Some(match purpose {
        Purpose::Step => mapping::record::read(&value).map_or(value, |v| v.to_json()),
        _ => value,
    })
}

/// The persons that an event's body holds.
pub fn persons(environment: &Environment, body: &Sealed) -> Option<Persons> {
    let plain = environment.key.open(body, Purpose::Body.label());
    let value: Value = serde_json::from_slice(&plain.ok()?).ok()?;
    Some(Persons::of(&value))
}

/// What hides the persons of a stored event; none if its body was erased.
pub async fn hider(
    app: &App,
    environment: EnvironmentId,
    event: EventId,
) -> Result<Option<Hider>, ApiError> {
    let event = match app.engine.store().event(event).await {
        Ok(event) => event,
        Err(store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let catalog = app.engine.catalog();
    let environment = catalog.environment_by_id(environment);
    let persons = environment.and_then(|environment| persons(environment, &event.body));
    let hider = persons.map(Persons::hider).transpose();
    hider.map_err(|error| ApiError::internal(&error))
}
