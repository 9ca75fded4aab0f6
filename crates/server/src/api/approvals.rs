//! Approvals: what runs show to a person and wait for a yes or no about.

use super::extract::{Body, Params, ScopeIn};
use super::runs::{RunOut, environment_name, run_out};
use super::waits::Waits;
use crate::access::Caller;
use crate::app::App;
use crate::mask::mask;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use engine::{Approval, ApprovalId};
use model::Role;
use model::ids::RunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A run that waits for a person.
#[derive(Serialize, ToSchema)]
pub struct ApprovalOut {
    /// Names what is shown as well: it changes when the run shows something else.
    #[schema(example = "run_0000000000012:0:3:9f2c4a0e51b7d8836c0d1e2f3a4b5c6d")]
    id: String,
    run: String,
    flow: String,
    environment: String,
    step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The role that may decide.
    by: String,
    /// What is to be approved, without persons.
    show: Value,
    since: String,
    /// When waiting is given up.
    until: String,
}

/// A person's yes or no.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionIn {
    decision: DecisionKind,
    /// Why; kept in the audit trail. A no needs one.
    #[serde(default)]
    reason: String,
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DecisionKind {
    Approve,
    Decline,
}

/// Lists what waits for a person, by run, the oldest first. A page counts runs.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals",
    operation_id = "list_approvals", params(ScopeIn, PageIn),
    responses((status = OK, body = List<ApprovalOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<ApprovalOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let mut seek = page.page(|id: RunId| id.0)?;
    seek.limit = page.limit()?;
    let found = app.engine.approvals(environment.id, seek).await?;
    Ok(Json(List {
        data: found.data.into_iter().map(|a| out(&app, a)).collect(),
        next: found.next.map(|run| run.to_string()),
    }))
}

/// Decides: the run goes on, or becomes a dead letter. An id of what is shown no more is refused.
#[utoipa::path(post, path = "/api/v1/approvals/{id}", tag = "approvals",
    operation_id = "decide_approval",
    params(("id" = String, Path, description = "As the list has it.")), request_body = DecisionIn,
    responses((status = OK, body = RunOut), (status = "4XX", body = ProblemOut)))]
pub async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(given): Body<DecisionIn>,
) -> Result<Json<RunOut>, ApiError> {
    let id: ApprovalId = id.parse().map_err(|error: engine::WrongApprovalId| {
        ApiError::bad_request("wrong_id", error.to_string(), "copy the id from the list")
    })?;
    let asked = app.engine.approvals_of(id.run).await?;
    if let Some(asked) = asked.iter().find(|asked| asked.id == id) {
        // A flow may name somebody who is no role: then whoever approves anything decides.
        caller.needs(asked.by.parse().unwrap_or(Role::Approver))?;
    }
    let approve = given.decision == DecisionKind::Approve;
    app.engine
        .approve(&id, &caller.name, approve, &given.reason)
        .await?;
    let run = app.engine.store().run(id.run).await?;
    let waits = Waits::of(&app, &[&run]).await?;
    Ok(Json(run_out(&app, run, &waits)))
}

fn out(app: &App, approval: Approval) -> ApprovalOut {
    ApprovalOut {
        id: approval.id.to_string(),
        run: approval.id.run.to_string(),
        flow: approval.flow,
        environment: environment_name(app, approval.environment),
        step: approval.step,
        title: approval.title,
        by: approval.by,
        show: mask(approval.show),
        since: rfc3339(approval.since),
        until: rfc3339(approval.until),
    }
}
