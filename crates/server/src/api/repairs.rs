//! Acts on all open dead letters of a cause: tried first, then worked again. The server goes on
//! with them whether or not a page is open.

use super::causes::known_cause;
use super::extract::{Body, Params, ScopeIn};
use super::opened::hider;
use super::runs::{environment_name, said};
use crate::access::Caller;
use crate::app::App;
use crate::mask::HIDDEN;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::repair::{Item, Outcome, Repair, RepairRequest};
use model::RunState;
use model::ids::{EnvironmentId, RepairId, RunId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::{LetterSum, RepairKind};
use utoipa::{IntoParams, ToSchema};

/// What is to be done with each letter of a cause.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairIn {
    kind: RepairKindIn,
    /// Of a retry: from the first step instead of from the failed one.
    #[serde(default)]
    from_start: bool,
    /// On the flow's active version instead of each run's own.
    #[serde(default)]
    newest: bool,
    /// Of a trial: lookup rows that are not there yet: table, key, row.
    #[serde(default)]
    #[schema(value_type = Object)]
    lookups: Map<String, Value>,
    /// Of a retry: why; kept in the audit trail.
    #[serde(default)]
    reason: Option<String>,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RepairKindIn {
    /// Each letter is worked from its first step without changing anything.
    Trial,
    /// Each letter is worked again.
    Retry,
}

/// How far it has come, and what came out so far.
#[derive(Serialize, ToSchema)]
pub struct RepairOut {
    id: String,
    environment: String,
    fingerprint: String,
    /// `trial` or `retry`.
    kind: &'static str,
    from_start: bool,
    newest: bool,
    /// `running`, `paused` (the server was stopped), `cancelled`, `done`, `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    by: String,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// The open letters there were when it began.
    total: i64,
    /// Gone through so far. Once it is done, what is missing from `total` was dealt with by
    /// somebody else meanwhile.
    gone: i64,
    /// Of these: of a trial, those that would go on; of a retry, those that were begun.
    good: i64,
    /// Of the good ones of a trial, those that come to a write whose answer is known only once it is
    /// sent.
    beyond: i64,
    money: Vec<RepairMoneyOut>,
    /// Of a retry: how the runs stand that it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands: Option<StandsOut>,
}

/// One currency, in minor units.
#[derive(Serialize, ToSchema)]
pub struct RepairMoneyOut {
    currency: String,
    total_minor: i64,
    gone_minor: i64,
    good_minor: i64,
}

/// How the runs stand that a retry began.
#[derive(Default, Serialize, ToSchema)]
pub struct StandsOut {
    /// They ended well.
    done: i64,
    /// They are dead letters again, each with its own cause.
    dead: i64,
    /// They work, wait or try again.
    open: i64,
    /// The letters' money of those that ended well.
    money: Vec<StandMoneyOut>,
}

/// One currency, in minor units.
#[derive(Serialize, ToSchema)]
pub struct StandMoneyOut {
    currency: String,
    done_minor: i64,
}

/// What became of a letter. Persons are hidden.
#[derive(Serialize, ToSchema)]
pub struct RepairItemOut {
    /// The letter.
    run: String,
    /// The run that works it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<String>,
    /// How that one stands: one of a run's states.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// Of a trial: `through` (it would end well), `beyond` (it would get past where it failed, and
    /// past a write whose answer is known only once it is sent), `stuck`, `untried`. Of a retry:
    /// `begun`, `refused`.
    outcome: &'static str,
    /// Of `beyond`: the step that writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// Why it would not go on, or was not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

/// Which repairs a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RepairFilterIn {
    /// Those of one cause.
    fingerprint: Option<String>,
}

/// Begins to try, or to work again, all open letters of a cause. One of a kind at a time in an
/// environment; ask for it again to see how far it has come.
#[utoipa::path(post, path = "/api/v1/dead-letters/causes/{fingerprint}/repairs",
    tag = "dead letters", operation_id = "start_repair",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn),
    request_body = RepairIn,
    responses((status = CREATED, body = RepairOut), (status = "4XX", body = ProblemOut)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(asked): Body<RepairIn>,
) -> Result<(StatusCode, Json<RepairOut>), ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    known_cause(&app, environment.id, &fingerprint).await?;
    let reason = asked.reason.as_deref();
    let request = RepairRequest {
        from_start: asked.from_start,
        newest: asked.newest,
        lookups: asked.lookups,
        reason: reason.map(|text| said("reason", text)).transpose()?,
    };
    let kind = match asked.kind {
        RepairKindIn::Trial => RepairKind::Trial,
        RepairKindIn::Retry => RepairKind::Retry,
    };
    let begun = app
        .engine
        .repair(&environment, &fingerprint, kind, request, &caller.name)
        .await?;
    Ok((StatusCode::CREATED, Json(out(&app, begun).await?)))
}

/// Lists repairs, newest first; 50 of an environment are kept.
#[utoipa::path(get, path = "/api/v1/repairs", tag = "dead letters", operation_id = "list_repairs",
    params(ScopeIn, RepairFilterIn, PageIn),
    responses((status = OK, body = List<RepairOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<RepairFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RepairOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let seek = page.page(|id: RepairId| id.0)?;
    let found = app
        .engine
        .repairs(environment.id, filter.fingerprint, seek)
        .await?;
    let listed = page.list(
        found,
        |repair| repair.record.id.to_string(),
        |repair| repair,
    )?;
    Ok(Json(listed.each(|repair| out(&app, repair)).await?))
}

/// Shows how far one has come, and what came out.
#[utoipa::path(get, path = "/api/v1/repairs/{id}", tag = "dead letters",
    operation_id = "show_repair", params(("id" = String, Path, description = "`rep_…`")),
    responses((status = OK, body = RepairOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<RepairOut>, ApiError> {
    let repair = app.engine.show_repair(id.parse()?).await?;
    Ok(Json(out(&app, repair).await?))
}

/// Lists what became of the letters, in the order of their runs.
#[utoipa::path(get, path = "/api/v1/repairs/{id}/items", tag = "dead letters",
    operation_id = "list_repair_items",
    params(("id" = String, Path, description = "`rep_…`"), PageIn),
    responses((status = OK, body = List<RepairItemOut>), (status = "4XX", body = ProblemOut)))]
pub async fn items(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RepairItemOut>>, ApiError> {
    let repair = app.engine.show_repair(id.parse()?).await?;
    let seek = page.page(|run: RunId| run.0)?;
    let found = app.engine.repair_items(&repair, seek).await?;
    let listed = page.list(found, |item| item.run.to_string(), |item| item)?;
    let environment = repair.record.environment;
    let shown = listed.each(|item| item_out(&app, environment, item));
    Ok(Json(shown.await?))
}

/// Stops one. What it has begun goes on; what it has not come to stays as it is.
#[utoipa::path(post, path = "/api/v1/repairs/{id}/cancel", tag = "dead letters",
    operation_id = "cancel_repair", params(("id" = String, Path, description = "`rep_…`")),
    responses((status = OK, body = RepairOut), (status = "4XX", body = ProblemOut)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RepairOut>, ApiError> {
    let repair = app.engine.cancel_repair(id.parse()?, &caller.name).await?;
    Ok(Json(out(&app, repair).await?))
}

/// Lets one that was stopped go on where it was.
#[utoipa::path(post, path = "/api/v1/repairs/{id}/resume", tag = "dead letters",
    operation_id = "resume_repair", params(("id" = String, Path, description = "`rep_…`")),
    responses((status = OK, body = RepairOut), (status = "4XX", body = ProblemOut)))]
pub async fn resume(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<RepairOut>, ApiError> {
    let repair = app.engine.resume_repair(id.parse()?).await?;
    Ok(Json(out(&app, repair).await?))
}

async fn out(app: &App, repair: Repair) -> Result<RepairOut, ApiError> {
    let Repair {
        record,
        request,
        progress,
    } = repair;
    let stands = match record.kind {
        RepairKind::Trial => None,
        RepairKind::Retry => Some(stands(app.engine.repair_stands(record.id).await?)),
    };
    let money = progress.money.into_iter();
    let money = money.map(|(currency, sums)| RepairMoneyOut {
        currency,
        total_minor: sums.total_minor,
        gone_minor: sums.gone_minor,
        good_minor: sums.good_minor,
    });
    Ok(RepairOut {
        id: record.id.to_string(),
        environment: environment_name(app, record.environment),
        fingerprint: record.fingerprint,
        kind: record.kind.as_str(),
        from_start: request.from_start,
        newest: request.newest,
        state: record.state.as_str(),
        reason: record.reason,
        by: record.who,
        created_at: rfc3339(record.created_at),
        updated_at: rfc3339(record.updated_at),
        ended_at: optional(record.ended_at),
        total: progress.total,
        gone: progress.gone,
        good: progress.good,
        beyond: progress.beyond,
        money: money.collect(),
        stands,
    })
}

fn stands(found: Vec<(RunState, LetterSum)>) -> StandsOut {
    let mut stands = StandsOut::default();
    let mut money: BTreeMap<String, i64> = BTreeMap::new();
    for (state, sum) in found {
        match state {
            RunState::Dead => stands.dead += sum.count,
            state if state.is_live() => stands.open += sum.count,
            _ => {
                stands.done += sum.count;
                if let (Some(currency), Some(minor)) = (sum.currency, sum.amount_minor) {
                    let done = money.entry(currency).or_default();
                    *done = done.saturating_add(minor);
                }
            }
        }
    }
    let money = money.into_iter();
    stands.money = money
        .map(|(currency, done_minor)| StandMoneyOut {
            currency,
            done_minor,
        })
        .collect();
    stands
}

async fn item_out(
    app: &App,
    environment: EnvironmentId,
    item: Item,
) -> Result<RepairItemOut, ApiError> {
    let outcome = item.outcome.as_str();
    let (step, because) = match item.outcome {
        Outcome::Through | Outcome::Begun => (None, None),
        Outcome::Beyond { step } => (Some(step), None),
        Outcome::Stuck { state, because } => (None, Some(because.unwrap_or(state))),
        Outcome::Untried { reason } | Outcome::Refused { reason } => (None, Some(reason)),
    };
    let because = match because {
        Some(because) => {
            let event = app.engine.store().run(item.run).await?.event;
            Some(match hider(app, environment, event).await? {
                Some(persons) => persons.hide_in(because),
                None => HIDDEN.to_owned(),
            })
        }
        None => None,
    };
    Ok(RepairItemOut {
        run: item.run.to_string(),
        made: item.made.map(|run| run.to_string()),
        stands: item.stands.map(RunState::as_str),
        amount_minor: item.amount_minor,
        currency: item.currency,
        outcome,
        step,
        because,
    })
}
