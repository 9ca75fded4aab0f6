//! Events: what was received and what became of it, with the payload masked.

use super::extract::{Params, ScopeIn};
use super::opened::{masked, plain};
use super::runs::flow_name;
use super::waits::{WaitOut, Waits};
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::{Environment, Purpose};
use model::ids::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use store::{EventFilter, EventHead, EventState, InboxEvent, RunRecord, STRETCHES};
use utoipa::{IntoParams, ToSchema};

/// An event without its payload.
#[derive(Serialize, ToSchema)]
pub struct EventOut {
    id: String,
    /// What became of it: `stored`, `held` behind another run of the same order, `running`,
    /// `waiting`, `failed` with an open dead letter, `done`, `ignored`. Of several runs, what needs
    /// somebody most.
    state: &'static str,
    /// Why it was ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The runs that it started, replays included, the first 50.
    runs: Vec<EventRunOut>,
    /// The money it is about, in minor units, where its trigger says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
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
    /// How often it was delivered; 0 if it was fetched from the sender's list, or is our own.
    deliveries: i64,
    /// A write of ours caused it: it starts only flows that ask for such events (`own_events`).
    own: bool,
    body_bytes: i64,
    /// SHA-256 of the body as it came, in hexadecimal.
    body_sha256: String,
}

/// A run that an event started.
#[derive(Serialize, ToSchema)]
pub struct EventRunOut {
    run: String,
    flow: String,
    /// Its business key.
    key: String,
    /// One of a run's states.
    state: &'static str,
    /// What it waits for and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitOut>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    began_at: String,
}

/// An event with its payload.
#[derive(Serialize, ToSchema)]
pub struct EventDetailOut {
    #[serde(flatten)]
    event: EventOut,
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
    /// What became of it.
    state: Option<String>,
    /// The beginning of the sender's id, or of the business key of a run that it started.
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
    let standing = filter.state.as_deref().map(|text| {
        let found = EventState::ALL.into_iter().find(|s| s.as_str() == text);
        let states = EventState::ALL.map(EventState::as_str).join(", ");
        let detail = format!("`{text}` is no state of an event");
        found.ok_or_else(|| {
            ApiError::bad_request("wrong_state", detail, &format!("one of: {states}"))
        })
    });
    let filter = EventFilter {
        connection,
        kind: filter.kind,
        standing: standing.transpose()?,
        search: filter.search,
    };
    let seek = page.page(|id: EventId| id.0)?;
    let store = app.engine.store();
    let slice = store.inbox(environment.id, filter, seek, STRETCHES).await?;
    let moneys = moneys(&app, &environment, &slice.rows).await?;
    let waits = waits(&app, &slice.rows).await?;
    Ok(Json(page.slice(
        slice,
        |e| e.head.id.to_string(),
        |left| EventId(left).to_string(),
        |e| out(&app, &e, moneys.get(&e.head.id), &waits),
    )?))
}

/// What the runs of events wait for.
async fn waits(app: &App, events: &[InboxEvent]) -> Result<Waits, store::Error> {
    let runs = events.iter().flat_map(|event| &event.runs);
    let runs: Vec<&RunRecord> = runs.map(|run| &run.run).collect();
    Waits::of(app, &runs).await
}

/// An amount in minor units, and its currency.
type Amount = (i64, String);

/// The money that events are about, where their triggers say so.
async fn moneys(
    app: &App,
    environment: &Environment,
    events: &[InboxEvent],
) -> Result<HashMap<EventId, Amount>, store::Error> {
    let catalog = app.engine.catalog();
    let places = events.iter().filter_map(|event| {
        let connection = catalog.connection_by_id(event.head.connection)?;
        let id = format!("{}.{}", connection.connector.id, event.head.kind);
        let trigger = connection.connector.triggers.iter().find(|t| t.id == id)?;
        Some((event.head.id, (trigger.subject_at, trigger.money_at?)))
    });
    let places: HashMap<_, _> = places.collect();
    let bodies = app.engine.store().bodies(places.keys().copied().collect());
    let bodies = bodies.await?.into_iter();
    let found = bodies.filter_map(|(event, body)| {
        let (subject_at, (amount, currency)) = places.get(&event)?;
        let body = plain(environment, &body, Purpose::Body)?;
        let subject = body.pointer(subject_at)?;
        let currency = subject.pointer(currency)?.as_str()?.to_uppercase();
        Some((event, (subject.pointer(amount)?.as_i64()?, currency)))
    });
    Ok(found.collect())
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
    let store = app.engine.store();
    let stored = store.event(id).await?;
    let catalog = app.engine.catalog();
    let environment = catalog.environment_by_id(stored.head.environment);
    let payload = environment.and_then(|e| masked(e, &stored.body, Purpose::Body));
    let event = [store.inbox_event(stored.head).await?];
    let moneys = match environment {
        Some(environment) => moneys(&app, environment, &event).await?,
        None => HashMap::new(),
    };
    let waits = waits(&app, &event).await?;
    Ok(Json(EventDetailOut {
        event: out(&app, &event[0], moneys.get(&id), &waits),
        payload,
    }))
}

/// A stored event as the API shows it.
fn out(app: &App, inbox: &InboxEvent, money: Option<&Amount>, waits: &Waits) -> EventOut {
    let catalog = app.engine.catalog();
    let event = inbox.head.clone();
    let connection = catalog.connection_by_id(event.connection);
    let standing = inbox.standing();
    let runs = inbox.runs.iter().map(|one| EventRunOut {
        run: one.run.id.to_string(),
        flow: flow_name(app, one.run.flow),
        key: one.run.key.clone(),
        state: one.run.state.as_str(),
        waits: waits.of_run(app, &one.run),
        message: (one.run.fault.as_ref()).map(|(_, message)| message.clone()),
        began_at: rfc3339(one.run.created_at),
    });
    EventOut {
        id: event.id.to_string(),
        state: standing.as_str(),
        reason: (standing == EventState::Ignored).then(|| ignored(&event)),
        runs: runs.collect(),
        amount_minor: money.map(|(minor, _)| *minor),
        currency: money.map(|(_, currency)| currency.clone()),
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

/// Why an event started nothing.
fn ignored(event: &EventHead) -> String {
    match event.own {
        true => "a write of ours caused it, and no flow asks for such events".into(),
        false => format!("no flow that was in force listened to {}", event.kind),
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
