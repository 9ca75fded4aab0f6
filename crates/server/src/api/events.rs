//! Events: what was received, with the payload masked.

use super::extract::{Params, ScopeIn};
use super::opened::masked;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Purpose;
use model::ids::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{EventFilter, EventHead};
use utoipa::{IntoParams, ToSchema};

/// An event without its payload.
#[derive(Serialize, ToSchema)]
pub struct EventOut {
    id: String,
    connection: String,
    /// The sender's own id.
    source_id: String,
    /// The sender's type: `charge.succeeded`.
    #[serde(rename = "type")]
    kind: String,
    /// Account and mode at the sender.
    peer: String,
    occurred_at: String,
    received_at: String,
    /// How often it was delivered.
    deliveries: i64,
    /// A write of ours caused it: it starts only flows that ask for such events (`own_events`).
    own: bool,
    body_bytes: i64,
    /// SHA-256 of the body as it came, in hexadecimal.
    body_sha256: String,
}

/// An event with its payload and the runs it started.
#[derive(Serialize, ToSchema)]
pub struct EventDetailOut {
    #[serde(flatten)]
    event: EventOut,
    runs: Vec<String>,
    /// The payload without persons; absent if it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Value>,
}

/// Which events a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilterIn {
    /// A connection's name.
    connection: Option<String>,
    /// The sender's type, whole.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// The beginning of the sender's id.
    search: Option<String>,
}

/// How an event is shown.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RevealIn {
    /// Shows persons too. Refused: nobody has that permission yet.
    #[serde(default)]
    reveal: bool,
}

/// Lists events, newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "list_events",
    params(ScopeIn, EventFilterIn, PageIn),
    responses((status = OK, body = List<EventOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<EventFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<EventOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let connection = match &filter.connection {
        None => None,
        Some(name) => {
            let catalog = app.engine.catalog();
            let found = catalog.connection(environment.id, name);
            Some(
                found
                    .ok_or_else(|| ApiError::not_found("connection", name))?
                    .id,
            )
        }
    };
    let filter = EventFilter {
        connection,
        kind: filter.kind,
        search: filter.search,
    };
    let seek = page.page(|id: EventId| id.0)?;
    let events = app
        .engine
        .store()
        .events(environment.id, filter, seek)
        .await?;
    Ok(Json(page.list(
        events,
        |e| e.id.to_string(),
        |e| out(&app, e),
    )?))
}

/// Shows an event.
#[utoipa::path(get, path = "/api/v1/events/{event}", tag = "events", operation_id = "get_event",
    params(("event" = String, Path, description = "`evt_…`, ours."), RevealIn),
    responses((status = OK, body = EventDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(event): Path<String>,
    Params(how): Params<RevealIn>,
) -> Result<Json<EventDetailOut>, ApiError> {
    if how.reveal {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "personal data is not shown: that needs a permission that this token does not have",
            "leave `reveal` out",
        ));
    }
    let id: EventId = event.parse()?;
    let event = app.engine.store().event(id).await?;
    let runs = app.engine.store().runs_of_event(id).await?;
    let catalog = app.engine.catalog();
    let environment = catalog.environment_by_id(event.head.environment);
    let payload = environment.and_then(|e| masked(e, &event.body, Purpose::Body));
    Ok(Json(EventDetailOut {
        event: out(&app, event.head),
        runs: runs.iter().map(ToString::to_string).collect(),
        payload,
    }))
}

fn out(app: &App, event: EventHead) -> EventOut {
    let catalog = app.engine.catalog();
    let connection = catalog.connection_by_id(event.connection);
    EventOut {
        id: event.id.to_string(),
        connection: match connection {
            Some(connection) => connection.name.clone(),
            None if event.connection == store::NO_CONNECTION => "towpath".into(),
            None => event.connection.to_string(),
        },
        source_id: event.dedupe_key,
        kind: event.kind,
        peer: event.peer,
        occurred_at: rfc3339(event.occurred_at),
        received_at: rfc3339(event.received_at),
        deliveries: event.deliveries,
        own: event.own,
        body_bytes: event.body_len,
        body_sha256: hexadecimal(&event.body_sha256),
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .collect()
}
