//! A replay on a payload that a person corrected.
//!
//! Readers see payloads without persons, so what they send back must not be taken for the whole:
//! they send the places that they changed, and these are put into what was received.

use super::runs::ReplayIn;
use crate::app::App;
use crate::mask::HIDDEN;
use crate::problem::ApiError;
use axum::http::StatusCode;
use engine::{Purpose, Replay};
use model::ids::RunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How many places one correction may have.
const CHANGES_MAX: usize = 200;

/// A place of a payload, and what is to stand there.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeIn {
    /// A JSON pointer (RFC 6901): `/data/object/currency`. What it leads to must be there.
    path: String,
    value: Value,
}

/// How the runs of a cause are replayed. Each has a payload of its own, so none is corrected.
pub fn replay_of_many(how: ReplayIn) -> Result<Replay, ApiError> {
    let (how, changes) = how.parts()?;
    if changes.is_empty() {
        return Ok(how);
    }
    let cure = "correct and replay each run by itself";
    Err(ApiError::bad_request(
        "wrong_body",
        "a cause has no payload to change",
        cure,
    ))
}

/// How a run is replayed: with the payload that its changes make of what was received.
pub async fn replay_of(app: &App, run: RunId, how: ReplayIn) -> Result<Replay, ApiError> {
    let (mut how, changes) = how.parts()?;
    let whole = how.payload.is_some();
    if whole && !changes.is_empty() {
        let cure = "give `payload` or `changes`, not both";
        return Err(ApiError::bad_request("wrong_body", "two payloads", cure));
    }
    if (whole || !changes.is_empty()) && how.reason.is_none() {
        return Err(ApiError::bad_request(
            "reason_needed",
            "it does not say why the payload is another",
            "add `reason`: it is kept in the audit trail",
        ));
    }
    if !changes.is_empty() {
        let payload = changed(app, run, changes).await?;
        how.payload = Some(payload.to_string().into_bytes());
    }
    Ok(how)
}

/// What a run received, with changes put into it.
pub async fn changed(app: &App, run: RunId, changes: Vec<ChangeIn>) -> Result<Value, ApiError> {
    if changes.len() > CHANGES_MAX {
        return Err(ApiError::bad_request(
            "too_many_changes",
            format!("a correction has {CHANGES_MAX} changes at most"),
            "correct the source, or send the whole `payload`",
        ));
    }
    let mut payload = received(app, run).await?;
    for change in changes {
        apply(&mut payload, change)?;
    }
    Ok(payload)
}

/// The body of the event that started a run, whole.
async fn received(app: &App, run: RunId) -> Result<Value, ApiError> {
    let store = app.engine.store();
    let run = store.run(run).await?;
    let event = store.event(run.event).await?;
    let catalog = app.engine.catalog();
    let environment = catalog.environment_by_id(run.environment).ok_or_else(|| {
        ApiError::conflict(format!("the environment of {} is not loaded", run.id))
    })?;
    let opened = environment.key.open(&event.body, Purpose::Body.label());
    let body = opened.map_err(|error| ApiError::internal(&error))?;
    serde_json::from_slice(&body).map_err(|error| ApiError::internal(&error))
}

fn apply(payload: &mut Value, change: ChangeIn) -> Result<(), ApiError> {
    refuse_hidden(&change.value)?;
    let ChangeIn { path, value } = change;
    match payload.pointer_mut(&path) {
        Some(place) => *place = value,
        None => {
            return Err(ApiError::bad_request(
                "wrong_change",
                format!("`{path}` leads to nothing in the payload"),
                "copy the path from the payload as it was received",
            ));
        }
    }
    Ok(())
}

/// Refuses a value that holds what stands for a hidden one: it would overwrite a person's data.
pub fn refuse_hidden(value: &Value) -> Result<(), ApiError> {
    let hidden = match value {
        Value::String(text) => text.contains(HIDDEN),
        Value::Array(items) => return items.iter().try_for_each(refuse_hidden),
        Value::Object(fields) => return fields.values().try_for_each(refuse_hidden),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    if hidden {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "hidden_value",
            format!("a value holds `{HIDDEN}`, which stands for hidden personal data"),
            "send only what is changed, as `changes`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(path: &str, value: Value) -> ChangeIn {
        let path = path.to_owned();
        ChangeIn { path, value }
    }

    #[test]
    fn a_change_touches_one_place_that_is_there() {
        let mut payload = json!({"a": [{"b": 1}], "name": "Ada"});
        apply(&mut payload, change("/a/0/b", json!("2"))).expect("it is there");
        assert_eq!(payload, json!({"a": [{"b": "2"}], "name": "Ada"}));
        for path in ["/a/1/b", "/c", "a", "/a/0/b/c"] {
            assert!(
                apply(&mut payload, change(path, json!(1))).is_err(),
                "{path}"
            );
        }
        assert!(
            apply(
                &mut payload,
                change("/name", json!(["\u{2022}\u{2022}\u{2022}"]))
            )
            .is_err()
        );
    }
}
