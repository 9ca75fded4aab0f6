//! What waits for a second person.

use super::extract::{Body, Params};
use super::runs::{ReasonIn, environment_name};
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::rules::perform;
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::ids::ProposalId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{DecideProposal, ProposalRecord, ProposalState};
use utoipa::{IntoParams, ToSchema};

/// Which proposals a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProposalFilterIn {
    /// `open`, `approved`, `done`, `failed`, `rejected`, `stale`.
    state: Option<String>,
}

/// Something that one person proposed and another decides.
#[derive(Serialize, ToSchema)]
pub struct ProposalOut {
    id: String,
    /// `publish` or `deploy`.
    kind: String,
    flow: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// What is to be done, and what it was made from.
    act: Value,
    proposed_by: String,
    proposed_at: String,
    reason: String,
    /// `open`; `approved` while it is being done; `done`; `failed`; `rejected`; `stale` if what it
    /// was made from had changed.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<String>,
    /// The reason of the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
}

/// Lists proposals, newest first.
#[utoipa::path(get, path = "/api/v1/proposals", tag = "accounts", operation_id = "list_proposals",
    params(ProposalFilterIn, PageIn),
    responses((status = OK, body = List<ProposalOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(filter): Params<ProposalFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<ProposalOut>>, ApiError> {
    let state = filter.state.as_deref().map(str::parse::<ProposalState>);
    let state = state.transpose().map_err(|message| {
        ApiError::bad_request("wrong_state", message, "see /api/v1/openapi.json")
    })?;
    let seek = page.page(|id: ProposalId| id.0)?;
    let found = app.engine.store().proposals(state, seek).await?;
    Ok(Json(page.list(
        found,
        |p| p.id.to_string(),
        |p| out(&app, p),
    )?))
}

/// Approves a proposal of somebody else, and does it.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/approve", tag = "accounts",
    operation_id = "approve_proposal",
    params(("id" = String, Path, description = "`prop_…`")), request_body = ReasonIn,
    responses((status = OK, body = ProposalOut), (status = "4XX", body = ProblemOut)))]
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(why): Body<ReasonIn>,
) -> Result<Json<ProposalOut>, ApiError> {
    let proposal = decide(&app, &caller, &id, true, why.reason).await?;
    perform(&app, &proposal).await?;
    let settled = app.engine.store().proposal(proposal.id).await?;
    Ok(Json(out(&app, settled)))
}

/// Rejects a proposal. Who made it takes it back so.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/reject", tag = "accounts",
    operation_id = "reject_proposal",
    params(("id" = String, Path, description = "`prop_…`")), request_body = ReasonIn,
    responses((status = OK, body = ProposalOut), (status = "4XX", body = ProblemOut)))]
pub async fn reject(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(why): Body<ReasonIn>,
) -> Result<Json<ProposalOut>, ApiError> {
    let proposal = decide(&app, &caller, &id, false, why.reason).await?;
    Ok(Json(out(&app, proposal)))
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: &str,
    approve: bool,
    reason: String,
) -> Result<ProposalRecord, ApiError> {
    let decision = DecideProposal {
        id: id.parse()?,
        approve,
        who: caller.name.to_string(),
        account: caller.account,
        reason,
        at: app.engine.clock().now(),
    };
    Ok(app.engine.store().decide_proposal(decision).await?)
}

/// A stored proposal as the API shows it.
pub fn out(app: &App, proposal: ProposalRecord) -> ProposalOut {
    ProposalOut {
        id: proposal.id.to_string(),
        kind: proposal.kind,
        flow: proposal.subject,
        environment: proposal.environment.map(|id| environment_name(app, id)),
        act: serde_json::from_str(&proposal.body).unwrap_or_default(),
        proposed_by: proposal.who,
        proposed_at: rfc3339(proposal.created_at),
        reason: proposal.reason,
        state: proposal.state.as_str(),
        decided_by: proposal.decided_by,
        decided_at: optional(proposal.decided_at),
        decision: proposal.decision,
        outcome: proposal.outcome,
    }
}

/// What is answered to an act that waits for a second person.
pub fn accepted(app: &App, proposal: ProposalRecord) -> Response {
    (StatusCode::ACCEPTED, Json(out(app, proposal))).into_response()
}
