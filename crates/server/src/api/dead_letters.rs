//! Dead letters: what was given up, by cause and by run, and what a person does about it.

use super::age::Age;
use super::changes::replay_of;
use super::extract::{Body, Params, ScopeIn};
use super::meanings;
use super::runs::{
    MetOut, ReasonIn, ReplayIn, StartedOut, environment_name, flow_id, flow_name, lookups,
};
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use engine::Answer;
use model::ids::{EnvironmentId, FlowId, RunId};
use serde::{Deserialize, Serialize};
use store::{DeadLetter, LetterFilter, StoredLetter};
use utoipa::{IntoParams, ToSchema};

/// A dead letter.
#[derive(Serialize, ToSchema)]
pub struct LetterOut {
    run: String,
    environment: String,
    flow: String,
    fingerprint: String,
    class: &'static str,
    /// Names what `GET /meanings` explains.
    code: &'static str,
    step: String,
    /// What happened, in a sentence.
    sentence: String,
    /// The peer's message, exactly.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// A question that only a person can answer: see `POST …/answer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// The lookup row that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_row: Option<MissingRowOut>,
    since: String,
    /// `replayed`, `discard`, `answered`; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A dead letter, and which lookup tables, rows and rules its run met.
#[derive(Serialize, ToSchema)]
pub struct LetterDetailOut {
    #[serde(flatten)]
    letter: LetterOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<MetOut>,
}

/// A lookup row to fill in.
#[derive(Serialize, ToSchema)]
pub struct MissingRowOut {
    pub table: String,
    pub key: String,
}

/// Which letters a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LetterFilterIn {
    /// Those of one cause.
    fingerprint: Option<String>,
    /// Those of a flow: `order-to-cash`.
    flow: Option<String>,
    /// Those of an age: `fresh` (up to 1 day), `week` (2 to 7 days), `older`.
    age: Option<String>,
}

/// A person's answer about something whose outcome the peer cannot tell.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerIn {
    answer: AnswerKind,
    /// How it was found out; kept in the audit trail.
    reason: String,
}

/// Whether it exists at the peer.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AnswerKind {
    /// It exists, under this number.
    Exists { number: String },
    /// It does not exist and must be made again.
    Abandoned,
}

/// Lists open letters, oldest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "dead letters",
    operation_id = "list_dead_letters", params(ScopeIn, LetterFilterIn, PageIn),
    responses((status = OK, body = List<LetterOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<LetterFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<LetterOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let age = Age::parse(filter.age.as_deref())?;
    let (from, until) = age.span(app.engine.clock().now());
    let flow = match &filter.flow {
        None => None,
        Some(name) => Some(flow_id(&app, name).await?),
    };
    let filter = LetterFilter {
        fingerprint: filter.fingerprint,
        flow,
        from,
        until,
    };
    let seek = page.page(|id: RunId| id.0)?;
    let letters = app
        .engine
        .store()
        .dead_letters(environment.id, filter, seek)
        .await?;
    Ok(Json(page.list(
        letters,
        |l| l.run.to_string(),
        |l| letter_out(&app, l),
    )?))
}

/// Shows the letter of a run, open or not.
#[utoipa::path(get, path = "/api/v1/dead-letters/{run}", tag = "dead letters",
    operation_id = "get_dead_letter", params(("run" = String, Path, description = "`run_…`")),
    responses((status = OK, body = LetterDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Json<LetterDetailOut>, ApiError> {
    let id: RunId = run.parse()?;
    let letter = app.engine.store().dead_letter(id).await?;
    let run = app.engine.store().run(id).await?;
    Ok(Json(LetterDetailOut {
        letter: letter_out(&app, letter),
        lookups: lookups(&app, &run).await?,
    }))
}

/// Works a dead run again.
#[utoipa::path(post, path = "/api/v1/dead-letters/{run}/replay", tag = "dead letters",
    operation_id = "replay_dead_letter", params(("run" = String, Path, description = "`run_…`")),
    request_body = ReplayIn,
    responses((status = OK, body = StartedOut), (status = "4XX", body = ProblemOut)))]
pub async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(how): Body<ReplayIn>,
) -> Result<Json<StartedOut>, ApiError> {
    let id: RunId = run.parse()?;
    app.engine.store().dead_letter(id).await?;
    let how = replay_of(&app, id, how).await?;
    let started = app.engine.replay(&[id], &how, &caller.name).await?;
    Ok(Json(started.into()))
}

/// Closes a letter: nothing more is to be done about it.
#[utoipa::path(post, path = "/api/v1/dead-letters/{run}/discard", tag = "dead letters",
    operation_id = "discard_dead_letter", params(("run" = String, Path, description = "`run_…`")),
    request_body = ReasonIn,
    responses((status = OK, body = LetterOut), (status = "4XX", body = ProblemOut)))]
pub async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(why): Body<ReasonIn>,
) -> Result<Json<LetterOut>, ApiError> {
    let id: RunId = run.parse()?;
    app.engine.discard(id, &caller.name, &why.said()?).await?;
    Ok(Json(letter_out(
        &app,
        app.engine.store().dead_letter(id).await?,
    )))
}

/// Answers a letter's question: whether what was sent exists at the peer. Then replay the run.
#[utoipa::path(post, path = "/api/v1/dead-letters/{run}/answer", tag = "dead letters",
    operation_id = "answer_dead_letter", params(("run" = String, Path, description = "`run_…`")),
    request_body = AnswerIn,
    responses((status = OK, body = LetterOut), (status = "4XX", body = ProblemOut)))]
pub async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(given): Body<AnswerIn>,
) -> Result<Json<LetterOut>, ApiError> {
    let id: RunId = run.parse()?;
    let answer = match given.answer {
        AnswerKind::Exists { number } => Answer::Exists { number },
        AnswerKind::Abandoned => Answer::Abandoned,
    };
    app.engine
        .answer(id, &answer, &caller.name, &given.reason)
        .await?;
    Ok(Json(letter_out(
        &app,
        app.engine.store().dead_letter(id).await?,
    )))
}

/// A stored letter as the API shows it.
pub fn letter_out(app: &App, stored: StoredLetter) -> LetterOut {
    let sentence = sentence(app, stored.flow, stored.environment, &stored.letter);
    let letter = stored.letter;
    LetterOut {
        code: meanings::code(&letter),
        sentence,
        run: stored.run.to_string(),
        environment: environment_name(app, stored.environment),
        flow: flow_name(app, stored.flow),
        fingerprint: letter.fingerprint,
        class: letter.class.as_str(),
        step: letter.step,
        message: letter.message,
        amount_minor: letter.amount_minor,
        currency: letter.currency,
        question: letter.question,
        missing_row: letter
            .missing_row
            .map(|(table, key)| MissingRowOut { table, key }),
        since: rfc3339(stored.since),
        resolution: stored.resolution,
        resolved_at: optional(stored.resolved_at),
        resolved_by: stored.resolved_by,
        reason: stored.reason,
    }
}

/// What happened, in a sentence, by the version that is in force; where none is, by any that is
/// loaded.
pub fn sentence(
    app: &App,
    flow: FlowId,
    environment: EnvironmentId,
    letter: &DeadLetter,
) -> String {
    let catalog = app.engine.catalog();
    let of_flow = || catalog.deployments().filter(|d| d.flow == flow);
    let active = of_flow().find(|d| d.active && d.environment.id == environment);
    let known = active.or_else(|| of_flow().next());
    engine::sentence(known.map(|d| d.plan.as_ref()), letter)
}
