//! What another version would have done with the events of a past period. Nothing is sent.

use super::extract::{Body, Params, ScopeIn};
use super::opened::hider;
use super::runs::environment_name;
use crate::access::Caller;
use crate::app::App;
use crate::mask::{HIDDEN, Hider, mask};
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{Edge, moment, optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Environment;
use engine::what_if::{
    DIFFERENCES_MAX, Difference, EffectDifference, LookupsAt, Progress, WhatIf, WhatIfRequest,
};
use model::Timestamp;
use model::ids::WhatIfId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::Duration;
use utoipa::ToSchema;

/// How far back it goes unless told.
const PERIOD: Duration = Duration::from_secs(30 * 86_400);

/// Which version, over which past. One of `document` and `version`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfIn {
    /// The flow's id; needed with a `version`.
    flow: Option<String>,
    /// A flow's document, YAML, 1 MiB at most.
    document: Option<String>,
    /// Or the number of a version that is published.
    version: Option<i64>,
    /// The environment; may be left out if there is only one.
    environment: Option<String>,
    /// Events that were received from then on: a moment (RFC 3339), or a day by the calendar of the
    /// company's books. 30 days before `to` if it is left out.
    #[schema(example = "2026-10-01")]
    from: Option<String>,
    /// And before then; a day is included. Now if it is left out.
    #[schema(example = "2026-10-31")]
    to: Option<String>,
    /// How lookup tables are met: `then` (as the runs met them), or `now`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "then")]
    lookups: LookupsAt,
}

/// How far it has come, and what came out so far.
#[derive(Serialize, ToSchema)]
pub struct WhatIfOut {
    id: String,
    flow: String,
    environment: String,
    /// Absent for a document that is not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    from: String,
    to: String,
    /// `then` or `now`.
    lookups: &'static str,
    /// `running`, `paused` (the server was stopped), `cancelled`, `done`, `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    by: String,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// `3 of 9,211 would book differently`.
    headline: String,
    /// `9,211 of 9,211 bodies`.
    coverage: String,
    runs: RunCountsOut,
    operations: Vec<OperationCountsOut>,
    /// Sums on accounts, of the entries that differ.
    money: Vec<AccountMoneyOut>,
    /// Why it cannot be told of some.
    reasons: Vec<ReasonOut>,
    /// So many differences are kept one by one, the first; all are counted.
    differences_kept: i64,
    differences_max: i64,
}

/// Runs of the period: one for each event and flow, the last where it was replayed.
#[derive(Serialize, ToSchema)]
pub struct RunCountsOut {
    /// Absent while they are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// Gone through so far: the sum of what follows.
    gone: i64,
    same: i64,
    differ: i64,
    cannot_tell: i64,
    /// Whose event's body was erased.
    erased: i64,
    /// Still in work.
    in_work: i64,
    /// Of `differ`: whose journal entries would be others.
    book_differ: i64,
    /// Whose business key would be another.
    other_keys: i64,
}

/// Changes that would be otherwise.
#[derive(Serialize, ToSchema)]
pub struct OperationCountsOut {
    operation: String,
    changed: i64,
    made: i64,
    dropped: i64,
}

/// Debit positive, credit negative, in minor units.
#[derive(Serialize, ToSchema)]
pub struct AccountMoneyOut {
    /// `others` stands for accounts beyond the first 500.
    account: String,
    currency: String,
    was_minor: i64,
    would_be_minor: i64,
    difference_minor: i64,
}

/// Why it cannot be told.
#[derive(Serialize, ToSchema)]
pub struct ReasonOut {
    reason: String,
    count: i64,
}

/// A run that would go otherwise. Persons are hidden.
#[derive(Serialize, ToSchema)]
pub struct DifferenceOut {
    run: String,
    event: String,
    key: String,
    /// How it ended: `done`, `skipped`, `dead`, `cancelled`.
    was: String,
    /// The same, or `waiting`, `unknown`.
    would_be: String,
    /// All of it in sentences.
    sentences: Vec<String>,
    effects: Vec<EffectDifferenceOut>,
}

/// A change that would be otherwise.
#[derive(Serialize, ToSchema)]
pub struct EffectDifferenceOut {
    /// `changed`, `made`, `dropped`.
    change: &'static str,
    step: String,
    operation: String,
    /// What is made once: its kind and reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    fields: Vec<FieldDifferenceOut>,
    /// What was booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    entry_was: Option<Value>,
    /// What would be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    entry_would_be: Option<Value>,
}

/// A field of a change's input.
#[derive(Serialize, ToSchema)]
pub struct FieldDifferenceOut {
    /// `lines[0].item`.
    path: String,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_be: Option<Value>,
}

/// Begins to work a version over a past period and compares it with what was really done. One at a
/// time in an environment; ask for it again to see how far it has come.
#[utoipa::path(post, path = "/api/v1/what_ifs", tag = "what-ifs", operation_id = "start_what_if",
    request_body = WhatIfIn,
    responses((status = CREATED, body = WhatIfOut), (status = "4XX", body = ProblemOut)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<WhatIfIn>,
) -> Result<(StatusCode, Json<WhatIfOut>), ApiError> {
    let environment = app.environment(asked.environment.as_deref())?;
    let request = request(&app, &environment, asked).await?;
    let job = app
        .engine
        .what_if(&environment, request, &caller.name)
        .await?;
    Ok((StatusCode::CREATED, Json(out(&app, job).await?)))
}

/// Lists what was worked out, newest first; 20 are kept.
#[utoipa::path(get, path = "/api/v1/what_ifs", tag = "what-ifs", operation_id = "list_what_ifs",
    params(ScopeIn, PageIn),
    responses((status = OK, body = List<WhatIfOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<WhatIfOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let seek = page.page(|id: WhatIfId| id.0)?;
    let found = app.engine.what_ifs(environment.id, seek).await?;
    let listed = page.list(found, |job| job.record.id.to_string(), |job| job)?;
    Ok(Json(listed.each(|job| out(&app, job)).await?))
}

/// Shows how far one has come, and what came out.
#[utoipa::path(get, path = "/api/v1/what_ifs/{id}", tag = "what-ifs", operation_id = "show_what_if",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = OK, body = WhatIfOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<WhatIfOut>, ApiError> {
    let job = app.engine.show_what_if(id.parse()?).await?;
    Ok(Json(out(&app, job).await?))
}

/// Lists the runs that would go otherwise, in their order.
#[utoipa::path(get, path = "/api/v1/what_ifs/{id}/differences", tag = "what-ifs",
    operation_id = "list_differences",
    params(("id" = String, Path, description = "Its id."), PageIn),
    responses((status = OK, body = List<DifferenceOut>), (status = "4XX", body = ProblemOut)))]
pub async fn differences(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<DifferenceOut>>, ApiError> {
    let job = app.engine.show_what_if(id.parse()?).await?;
    let wrong = || {
        let cure = "send the `next` of the page before";
        ApiError::bad_request("wrong_after", "`after` is no place in this list", cure)
    };
    let after = page.after.as_deref().map(str::parse).transpose();
    let seek = store::Page {
        after: after.map_err(|_| wrong())?,
        limit: page.limit()? + 1,
    };
    let found = app.engine.what_if_differences(&job, seek).await?;
    let listed = page.list(found, |(place, _)| place.to_string(), |(_, found)| found)?;
    let shown = listed.each(|found| difference_of(&app, &job, found));
    Ok(Json(shown.await?))
}

/// Stops one; what came out so far stays.
#[utoipa::path(post, path = "/api/v1/what_ifs/{id}/cancel", tag = "what-ifs",
    operation_id = "cancel_what_if",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = OK, body = WhatIfOut), (status = "4XX", body = ProblemOut)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WhatIfOut>, ApiError> {
    let job = app.engine.cancel_what_if(id.parse()?, &caller.name).await?;
    Ok(Json(out(&app, job).await?))
}

/// Lets one that was stopped go on where it was.
#[utoipa::path(post, path = "/api/v1/what_ifs/{id}/resume", tag = "what-ifs",
    operation_id = "resume_what_if",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = OK, body = WhatIfOut), (status = "4XX", body = ProblemOut)))]
pub async fn resume(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<WhatIfOut>, ApiError> {
    let job = app.engine.resume_what_if(id.parse()?).await?;
    Ok(Json(out(&app, job).await?))
}

async fn request(
    app: &App,
    environment: &Environment,
    asked: WhatIfIn,
) -> Result<WhatIfRequest, ApiError> {
    let document = match (asked.document, asked.version) {
        (Some(document), None) => document,
        (None, Some(number)) => {
            let flow = asked.flow.as_deref().unwrap_or_default();
            version(app, flow, number).await?
        }
        _ => {
            let detail = "give one of `document` and `version`";
            return Err(ApiError::bad_request(
                "wrong_body",
                detail,
                "give one, not both",
            ));
        }
    };
    let zone = &environment.company.books_zone;
    let to = match &asked.to {
        Some(text) => moment(text, zone, Edge::Last).map_err(|why| wrong_time("to", &why))?,
        // What came in this very moment counts.
        None => app.engine.clock().now().plus(Duration::from_micros(1)),
    };
    let from = match &asked.from {
        Some(text) => moment(text, zone, Edge::First).map_err(|why| wrong_time("from", &why))?,
        None => to.minus(PERIOD),
    };
    Ok(WhatIfRequest {
        document,
        version: asked.version,
        from,
        to,
        lookups: asked.lookups,
    })
}

fn wrong_time(field: &str, why: &str) -> ApiError {
    let cure = "give a moment, `2026-10-01T00:00:00Z`, or a day, `2026-10-01`";
    ApiError::bad_request("wrong_time", format!("`{field}`: {why}"), cure)
}

/// The document of a published version.
async fn version(app: &App, flow: &str, number: i64) -> Result<String, ApiError> {
    let store = app.engine.store();
    let flows = store.flows().await?;
    let known = flows.into_iter().find(|known| known.name == flow);
    let known = known.ok_or_else(|| ApiError::not_found("flow", flow))?;
    let versions = store.flow_versions(known.id).await?;
    let version = versions
        .into_iter()
        .find(|version| version.number == number);
    let name = format!("{flow}@{number}");
    version
        .map(|version| version.document)
        .ok_or_else(|| ApiError::not_found("version", &name))
}

async fn out(app: &App, job: WhatIf) -> Result<WhatIfOut, ApiError> {
    let flows = app.engine.store().flows().await?;
    let flow = flows.into_iter().find(|flow| flow.id == job.record.flow);
    let (record, request, progress) = (job.record, job.request, job.progress);
    Ok(WhatIfOut {
        id: record.id.to_string(),
        flow: flow.map(|flow| flow.name).unwrap_or_default(),
        environment: environment_name(app, record.environment),
        version: request.version,
        from: rfc3339(request.from),
        to: rfc3339(request.to.min(END)),
        lookups: request.lookups.as_str(),
        state: record.state.as_str(),
        reason: record.reason,
        by: record.who,
        created_at: rfc3339(record.created_at),
        updated_at: rfc3339(record.updated_at),
        ended_at: optional(record.ended_at),
        headline: progress.headline(),
        coverage: progress.coverage(),
        runs: counts(&progress),
        operations: progress
            .operations
            .into_iter()
            .map(|(operation, counts)| OperationCountsOut {
                operation,
                changed: counts.changed,
                made: counts.made,
                dropped: counts.dropped,
            })
            .collect(),
        money: progress
            .money
            .into_iter()
            .map(|money| AccountMoneyOut {
                account: money.account,
                currency: money.currency.to_string(),
                was_minor: money.was_minor,
                would_be_minor: money.would_be_minor,
                difference_minor: money.would_be_minor.saturating_sub(money.was_minor),
            })
            .collect(),
        reasons: progress
            .reasons
            .into_iter()
            .map(|(reason, count)| ReasonOut { reason, count })
            .collect(),
        differences_kept: progress.kept,
        differences_max: DIFFERENCES_MAX,
    })
}

/// The last moment that has a date: 9999-12-30.
const END: Timestamp = Timestamp::from_seconds(253_402_207_200);

fn counts(progress: &Progress) -> RunCountsOut {
    RunCountsOut {
        total: progress.total,
        gone: progress.gone,
        same: progress.same,
        differ: progress.differ,
        cannot_tell: progress.cannot_tell,
        erased: progress.erased,
        in_work: progress.in_work,
        book_differ: progress.book_differ,
        other_keys: progress.other_keys,
    }
}

async fn difference_of(
    app: &App,
    job: &WhatIf,
    found: Difference,
) -> Result<DifferenceOut, ApiError> {
    let persons = hider(app, job.record.environment, found.event).await?;
    Ok(difference(found, persons.as_ref()))
}

/// Of an event that was erased nothing is shown but which fields differ.
fn difference(mut difference: Difference, persons: Option<&Hider>) -> DifferenceOut {
    for effect in &mut difference.effects {
        for field in &mut effect.fields {
            for side in [&mut field.was, &mut field.would_be] {
                let shown = side.take().map(|value| hide(&field.path, value));
                *side = shown.map(|value| match persons {
                    Some(persons) => persons.hide(value),
                    None => HIDDEN.into(),
                });
            }
        }
    }
    if persons.is_none() {
        difference.because = difference.because.take().map(|_| HIDDEN.to_owned());
    }
    let hidden = |text: String| match persons {
        Some(persons) => persons.hide_in(text),
        None => text,
    };
    DifferenceOut {
        sentences: difference.sentences().into_iter().map(hidden).collect(),
        run: difference.run.to_string(),
        event: difference.event.to_string(),
        key: difference.key,
        was: difference.was,
        would_be: difference.would_be,
        effects: difference.effects.into_iter().map(effect_out).collect(),
    }
}

fn effect_out(effect: EffectDifference) -> EffectDifferenceOut {
    let (kind, reference) = effect.identity.unzip();
    EffectDifferenceOut {
        change: effect.change.as_str(),
        step: effect.step,
        operation: effect.operation,
        kind,
        reference,
        fields: effect
            .fields
            .into_iter()
            .map(|field| FieldDifferenceOut {
                path: field.path,
                was: field.was,
                would_be: field.would_be,
            })
            .collect(),
        entry_was: effect.entry_was.map(|entry| json!(entry)),
        entry_would_be: effect.entry_would_be.map(|entry| json!(entry)),
    }
}

/// Hides a person that stands at a place of an input.
fn hide(path: &str, value: Value) -> Value {
    let names: Vec<&str> = path
        .split('.')
        .map(|name| name.split('[').next().unwrap_or(name))
        .collect();
    let around = names.iter().rev().fold(value, |inner, name| {
        Value::Object(Map::from_iter([((*name).to_owned(), inner)]))
    });
    names.iter().fold(mask(around), |outer, name| match outer {
        Value::Object(mut members) => members.remove(*name).unwrap_or_default(),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_hidden_by_the_place_where_it_stands() {
        let hidden = json!("•••");
        assert_eq!(hide("deliver_to.line1", json!("1 Road")), hidden);
        assert_eq!(hide("deliver_to.country", json!("US")), json!("US"));
        assert_eq!(hide("lines[2].name", json!("Ada")), hidden);
        assert_eq!(hide("terms", json!("N30")), json!("N30"));
        assert_eq!(hide("note", json!("ada@example.com")), hidden);
    }
}
