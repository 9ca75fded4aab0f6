//! Whether every event came: the inbox beside what each sender lists.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::State;
use model::ids::EnvironmentId;
use serde::Serialize;
use std::collections::HashMap;
use store::{Completeness, Gap};
use utoipa::ToSchema;

/// What is known of every sender that lists what it has sent.
#[derive(Serialize, ToSchema)]
pub struct CompletenessListOut {
    data: Vec<CompletenessOut>,
}

/// One sender. All that it listed until `listed_until` is in the inbox.
#[derive(Serialize, ToSchema)]
pub struct CompletenessOut {
    /// The connection's name.
    connection: String,
    title: String,
    /// `not_checked` yet, `checking` now, `complete`, or `failed` the last time.
    state: &'static str,
    /// How many events the sender lists, counted from the first comparison on.
    listed: i64,
    /// How many of them are in the inbox.
    received: i64,
    /// How many of these were not there when they were met in the list, and were fetched from it.
    fetched: i64,
    /// When the oldest and the newest of the listed ones occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    listed_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listed_until: Option<String>,
    /// When the list was last read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<String>,
    /// When it is read next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
    /// Why it could not be read the last time, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<String>,
    /// The newest of the fetched ones, 20 at most.
    gaps: Vec<GapOut>,
}

/// An event that no delivery had brought until the sender's list was read.
#[derive(Serialize, ToSchema)]
pub struct GapOut {
    event: String,
    source_id: String,
    #[serde(rename = "type")]
    kind: String,
    occurred_at: String,
    /// When it was fetched.
    found_at: String,
}

/// So many gaps are shown.
const GAPS: i64 = 20;

/// Compares the inbox with what the senders list.
#[utoipa::path(get, path = "/api/v1/completeness", tag = "events",
    operation_id = "get_completeness", params(ScopeIn),
    responses((status = OK, body = CompletenessListOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<CompletenessListOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    Ok(Json(known(&app, environment.id).await?))
}

/// Compares the inbox with what the senders list, now, and fetches what is missing.
#[utoipa::path(post, path = "/api/v1/completeness", tag = "events",
    operation_id = "check_completeness", params(ScopeIn),
    responses((status = OK, body = CompletenessListOut), (status = "4XX", body = ProblemOut)))]
pub async fn check(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<CompletenessListOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    app.engine.sweep_environment(environment.id).await;
    Ok(Json(known(&app, environment.id).await?))
}

async fn known(app: &App, environment: EnvironmentId) -> Result<CompletenessListOut, ApiError> {
    let store = app.engine.store();
    let known = store.completeness(environment, GAPS).await?.into_iter();
    let mut known: HashMap<_, Completeness> = known.map(|one| (one.connection, one)).collect();
    let mut data = Vec::new();
    for connection in app.engine.catalog().connections_of(environment) {
        if connection.connector.verify.is_none() {
            continue;
        }
        let next = app.engine.next_sweep(&connection).await?;
        let known = known.remove(&connection.id);
        data.push(out(&connection, known.as_ref(), next.map(rfc3339)));
    }
    Ok(CompletenessListOut { data })
}

fn out(
    connection: &engine::Connection,
    known: Option<&Completeness>,
    next_at: Option<String>,
) -> CompletenessOut {
    let state = match known {
        None => "not_checked",
        Some(one)
            if one
                .fault
                .as_ref()
                .is_some_and(|(_, at)| *at >= one.begun_at) =>
        {
            "failed"
        }
        Some(one) if one.ended_at.is_none() => "checking",
        Some(_) => "complete",
    };
    let fault = known.and_then(|one| one.fault.as_ref());
    let listed = known.map_or(0, |one| one.listed);
    CompletenessOut {
        connection: connection.name.clone(),
        title: connection.connector.title.to_owned(),
        state,
        listed,
        // A page of the list and what of it was missing are stored together.
        received: listed,
        fetched: known.map_or(0, |one| one.missing),
        listed_since: known.and_then(|one| optional(one.since)),
        listed_until: known.and_then(|one| optional(one.seen_until)),
        checked_at: known.and_then(|one| optional(one.ended_at)),
        next_at,
        fault: fault.map(|(message, _)| message.clone()),
        failed_at: fault.map(|(_, at)| rfc3339(*at)),
        gaps: known.map_or_else(Vec::new, |one| one.gaps.iter().map(gap).collect()),
    }
}

fn gap(gap: &Gap) -> GapOut {
    GapOut {
        event: gap.event.to_string(),
        source_id: gap.source_id.clone(),
        kind: gap.kind.clone(),
        occurred_at: rfc3339(gap.occurred_at),
        found_at: rfc3339(gap.found_at),
    }
}
