//! One search for whatever a person has in hand.

use super::extract::{Params, ScopeIn};
use super::runs::{flow_name, step_name};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::State;
use engine::Environment;
use engine::search::{Looked, SearchError, Sighting};
use model::ids::{EventId, RunId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use store::{CrossReference, EntryRecord, Found, InboxEvent, RunRecord};
use utoipa::{IntoParams, ToSchema};

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchIn {
    /// An id of ours or of another system, an order's, a customer's or a voucher's number, a
    /// business key, an e-mail address.
    q: String,
    /// Whether to open sealed payloads and results too, newest first; 4 characters are needed. What
    /// is hidden is found there, and stays hidden.
    #[serde(default)]
    payloads: bool,
    /// The `next` of `looked_through`: payloads alone are looked through, from there back.
    after: Option<String>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct SearchOut {
    hits: Vec<HitOut>,
    /// How far back payloads were opened, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_through: Option<LookedOut>,
}

/// How far back payloads were opened.
#[derive(Serialize, ToSchema)]
pub struct LookedOut {
    events: usize,
    /// When the oldest of them was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    /// What to send as `after` to look further back, if there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that was found.
#[derive(Serialize, ToSchema)]
pub struct HitOut {
    /// `run`, `event`, `entry`.
    kind: &'static str,
    id: String,
    /// The business key, the sender's id, the entry's reference.
    label: String,
    /// The flow, the event's type, the entry's text.
    about: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    at: String,
    /// Where the text stands.
    matched: String,
}

/// Of each kind at most so many are found by an index.
const LIMIT: i64 = 20;
/// Shorter texts stand in too many payloads.
const PAYLOAD_CHARS: usize = 4;

/// Looks for whatever a person has in hand.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", operation_id = "search",
    params(ScopeIn, SearchIn),
    responses((status = OK, body = SearchOut), (status = "4XX", body = ProblemOut)))]
pub async fn search(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(asked): Params<SearchIn>,
) -> Result<Json<SearchOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let text = asked.q.trim();
    if text.is_empty() || text.len() > 200 {
        return Err(ApiError::bad_request(
            "wrong_search",
            "`q` has from 1 to 200 bytes",
            "send an id, a key or a number",
        ));
    }
    let after: Option<EventId> = asked.after.as_deref().map(str::parse).transpose()?;
    let mut hits = Hits::default();
    if after.is_none() {
        by_index(&app, &environment, text, &mut hits).await?;
    }
    let mut looked_through = None;
    let is_long = text.chars().count() >= PAYLOAD_CHARS;
    if is_long && (asked.payloads || after.is_some()) {
        let looked = app.engine.look_through(&environment, text, after).await;
        let looked = looked.map_err(|error| match error {
            SearchError::Store(error) => error.into(),
            SearchError::Text(_) => {
                ApiError::bad_request("wrong_search", error.to_string(), "send another text")
            }
        })?;
        looked_through = Some(hits.add_looked(&app, &looked));
    }
    Ok(Json(SearchOut {
        hits: hits.list,
        looked_through,
    }))
}

async fn by_index(
    app: &App,
    environment: &Arc<Environment>,
    text: &str,
    hits: &mut Hits,
) -> Result<(), ApiError> {
    let store = app.engine.store();
    if let Ok(id) = text.parse::<RunId>()
        && let Some(run) = there(store.run(id).await)?
        && run.environment == environment.id
    {
        hits.run(app, &run, "its own id");
    }
    if let Ok(id) = text.parse::<EventId>()
        && let Some(event) = there(store.event(id).await)?
        && event.head.environment == environment.id
    {
        hits.event(&store.inbox_event(event.head).await?, "its own id");
    }
    let found = store.search(environment.id, text, LIMIT).await?;
    let Found {
        runs,
        events,
        entries,
        references,
    } = found;
    runs.iter()
        .for_each(|run| hits.run(app, run, "business key"));
    for event in &events {
        let matched = match event.head.dedupe_key.starts_with(text) {
            true => "the sender's id",
            false => "business key of its run",
        };
        hits.event(event, matched);
    }
    for entry in &entries {
        hits.entry(text, entry);
    }
    for reference in references {
        hits.reference(app, &reference).await?;
    }
    Ok(())
}

/// What is not there is simply not found.
fn there<T>(found: Result<T, store::Error>) -> Result<Option<T>, store::Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(Default)]
struct Hits {
    list: Vec<HitOut>,
    seen: HashSet<(&'static str, String)>,
}

impl Hits {
    fn push(&mut self, hit: HitOut) {
        if self.seen.insert((hit.kind, hit.id.clone())) {
            self.list.push(hit);
        }
    }

    fn run(&mut self, app: &App, run: &RunRecord, matched: &str) {
        self.push(HitOut {
            kind: "run",
            id: run.id.to_string(),
            label: run.key.clone(),
            about: flow_name(app, run.flow),
            state: Some(run.state.as_str().into()),
            at: rfc3339(run.created_at),
            matched: matched.into(),
        });
    }

    fn event(&mut self, event: &InboxEvent, matched: &str) {
        self.push(HitOut {
            kind: "event",
            id: event.head.id.to_string(),
            label: event.head.dedupe_key.clone(),
            about: event.head.kind.clone(),
            state: Some(event.standing().as_str().into()),
            at: rfc3339(event.head.received_at),
            matched: matched.into(),
        });
    }

    fn entry(&mut self, text: &str, entry: &EntryRecord) {
        let matched = if entry.voucher.as_deref() == Some(text) {
            "voucher"
        } else if entry.sent_reference == text {
            "reference in the ERP"
        } else {
            "reference"
        };
        self.push(HitOut {
            kind: "entry",
            id: entry.id.to_string(),
            label: entry.entry.reference.clone(),
            about: entry.entry.text.clone(),
            state: Some(entry.state.clone()),
            at: rfc3339(entry.created_at),
            matched: matched.into(),
        });
    }

    /// The run that wrote a cross reference.
    async fn reference(&mut self, app: &App, found: &CrossReference) -> Result<(), ApiError> {
        let Some(run) = found.run else { return Ok(()) };
        if let Some(run) = there(app.engine.store().run(run).await)? {
            let CrossReference {
                kind, id, value, ..
            } = found;
            self.run(app, &run, &format!("{kind} of {id}: {value}"));
        }
        Ok(())
    }

    fn add_looked(&mut self, app: &App, looked: &Looked) -> LookedOut {
        for Sighting { event, step, .. } in &looked.found {
            match step {
                None => {
                    self.event(event, "payload");
                    let runs = event.runs.iter();
                    runs.for_each(|one| self.run(app, &one.run, "payload of its event"));
                }
                Some((run, ordinal)) => {
                    let Some(one) = event.runs.iter().find(|one| one.run.id == *run) else {
                        continue;
                    };
                    let deployment = app.engine.catalog().deployment(one.run.deployment);
                    let step = step_name(deployment.as_ref(), *ordinal);
                    self.run(app, &one.run, &format!("result of step {step}"));
                }
            }
        }
        LookedOut {
            events: looked.events,
            oldest: optional(looked.oldest),
            next: looked.next.map(|event| event.to_string()),
        }
    }
}
