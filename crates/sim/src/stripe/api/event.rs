//! Events, as far back as 30 days.

use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed};
use crate::stripe::param::{Kind, TEXTS, opt};
use crate::stripe::schedule::DAY;
use crate::stripe::state::State;
use serde_json::{Value, json};

/// Older events are not told. Source: docs.stripe.com/webhooks/process-undelivered-events.
const KEPT_S: i64 = 30 * DAY;
/// At most this many types in one request.
const TYPES: usize = 20;

pub const OPERATIONS: &[Operation] = &[
    get("/v1/events/{}", one),
    listed(
        "/v1/events",
        &[
            opt("created", Kind::Range),
            opt("delivery_success", Kind::Bool),
            opt("type", Kind::Text),
            opt("types", TEXTS),
        ],
        all,
    ),
];

fn one(state: &mut State, call: &Call) -> Answer {
    let at = state.event_index.get(call.id()).copied();
    let event = at
        .and_then(|at| state.events.get(at))
        .filter(|e| e.created + KEPT_S >= state.now);
    match event {
        Some(event) => Ok(event.full(&state.version, state.livemode)),
        None => Err(ApiError::no_such("event", call.id(), "id")),
    }
}

fn all(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let limit = list::limit(p)?;
    let mut types: Vec<&str> = p
        .get("types")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if types.len() > TYPES {
        return Err(ApiError::parameter(
            "types",
            "",
            format!("At most {TYPES} types."),
        ));
    }
    types.extend(p.text("type"));
    let cursor = |name: &str| match p.text(name) {
        Some(id) => match state.event_index.get(id) {
            Some(at) => Ok(Some(*at)),
            None => {
                let mut error = ApiError::no_such("event", id, name);
                error.status = 400;
                Err(error)
            }
        },
        None => Ok(None),
    };
    let (after, before) = (cursor("starting_after")?, cursor("ending_before")?);
    let fits = |at: &usize| {
        let event = &state.events[*at];
        event.created + KEPT_S >= state.now
            && (types.is_empty() || types.iter().any(|t| fits_type(t, &event.kind)))
            && p.get("created")
                .is_none_or(|range| list::within(range, event.created))
            && p.get("delivery_success")
                .is_none_or(|want| *want == (event.undelivered == 0))
    };
    let first = before.map_or(0, |at| at + 1);
    let last = after.unwrap_or(state.events.len());
    let oldest = p
        .get("created")
        .map_or(i64::MIN, list::lower_bound)
        .max(state.now - KEPT_S);
    let young = |at: &usize| state.events[*at].created >= oldest;
    let mut found: Vec<usize> = match before {
        Some(_) => (first..last).filter(fits).take(limit + 1).collect(),
        None => (first..last)
            .rev()
            .take_while(young)
            .filter(fits)
            .take(limit + 1)
            .collect(),
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    if before.is_some() {
        found.reverse();
    }
    let data: Vec<Value> = found
        .iter()
        .map(|at| state.events[*at].full(&state.version, state.livemode))
        .collect();
    Ok(json!({"object": "list", "data": data, "has_more": has_more, "url": "/v1/events"}))
}

/// `type` may end in a star; `types` are whole names.
fn fits_type(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => wanted == kind,
    }
}
