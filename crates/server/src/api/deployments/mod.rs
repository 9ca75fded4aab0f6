//! Which version is in force where: preview, deploy, promote, roll back, history.

mod shown;

use super::etag::{Expected, Tagged};
use super::extract::{Body, Params, ScopeIn};
use super::proposals::{ProposalOut, accepted};
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::rules::{Act, Proposed, is_to_be_proposed, needs_second_person, propose};
use crate::time::rfc3339;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use engine::{Deploy, Deployed, OnWaiting, Target, Treated};
use model::ids::DeploymentId;
use serde::{Deserialize, Serialize};
use shown::{PreviewOut, out};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use store::{DeploymentRecord, Former};
use utoipa::ToSchema;

/// What becomes of the runs that are not over.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingIn {
    /// They go on with the version that they began with.
    #[default]
    Finish,
    /// Those go over to the new version that safely can; the others finish.
    Move,
    /// Those at rest end. Their effects stay as they are.
    Cancel,
}

impl From<WaitingIn> for OnWaiting {
    fn from(given: WaitingIn) -> Self {
        match given {
            WaitingIn::Finish => Self::Finish,
            WaitingIn::Move => Self::Move,
            WaitingIn::Cancel => Self::Cancel,
        }
    }
}

/// A version, and where it is to be in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetIn {
    environment: String,
    /// The version's number.
    version: i64,
    /// Connection names by connector, where there are several; else as before.
    #[serde(default)]
    bindings: BTreeMap<String, String>,
}

/// A version to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployIn {
    environment: String,
    /// The version's number.
    version: i64,
    /// Connection names by connector, where there are several; else as before.
    #[serde(default)]
    bindings: BTreeMap<String, String>,
    /// Why; kept in the history and the audit trail.
    reason: String,
    #[serde(default)]
    waiting: WaitingIn,
}

/// Back to an earlier deployment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackIn {
    environment: String,
    /// A deployment's id; the one before unless given.
    to: Option<String>,
    reason: String,
    #[serde(default)]
    waiting: WaitingIn,
}

/// From one environment to another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromoteTargetIn {
    from: String,
    to: String,
    /// Connection names by connector, where there are several.
    #[serde(default)]
    bindings: BTreeMap<String, String>,
    /// Lookup tables that may lack rows which they have where it comes from.
    #[serde(default)]
    accept: Vec<String>,
}

/// From one environment to another, to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromoteIn {
    from: String,
    to: String,
    /// Connection names by connector, where there are several.
    #[serde(default)]
    bindings: BTreeMap<String, String>,
    /// Lookup tables that may lack rows which they have where it comes from.
    #[serde(default)]
    accept: Vec<String>,
    reason: String,
    #[serde(default)]
    waiting: WaitingIn,
}

/// What a deployment did.
#[derive(Serialize, ToSchema)]
pub struct DeployedOut {
    deployment: String,
    version: i64,
    /// What was in force before.
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<String>,
    /// Runs that went over to it.
    moved: usize,
    /// Runs that ended.
    cancelled: usize,
    /// Runs that finish on the version they began with, by the reason.
    finish: BTreeMap<String, usize>,
}

/// A deployment of the history.
#[derive(Serialize, ToSchema)]
pub struct DeploymentOut {
    deployment: String,
    environment: String,
    version: i64,
    active: bool,
    /// Connections by connector.
    bindings: BTreeMap<String, String>,
    /// `deploy`, `promote`, `rollback`, `configuration`.
    cause: String,
    deployed_by: String,
    deployed_at: String,
    /// Why.
    reason: String,
}

/// Shows what a deployment would do: what stands against it, and the runs that are not over.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/deployments/preview", tag = "flows",
    operation_id = "preview_deployment",
    params(("flow" = String, Path, description = "The flow's id.")), request_body = TargetIn,
    responses((status = OK, body = PreviewOut), (status = "4XX", body = ProblemOut)))]
pub async fn preview(
    State(app): State<App>,
    Path(flow): Path<String>,
    Body(given): Body<TargetIn>,
) -> Result<Tagged<PreviewOut>, ApiError> {
    let target = Target {
        flow,
        environment: given.environment,
        version: given.version,
        bindings: given.bindings,
        from: None,
    };
    show(&app, &target).await
}

/// Puts a version in force in an environment.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/deployments", tag = "flows",
    operation_id = "deploy_flow",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "What is in force: the preview's `ETag`.")),
    request_body = DeployIn,
    responses((status = CREATED, body = DeployedOut),
        (status = ACCEPTED, body = ProposalOut, description = "It waits for a second person."),
        (status = "4XX", body = ProblemOut)))]
pub async fn deploy(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
    Body(given): Body<DeployIn>,
) -> Result<Response, ApiError> {
    let target = Target {
        flow,
        environment: given.environment,
        version: given.version,
        bindings: given.bindings,
        from: None,
    };
    act(
        &app,
        &caller,
        target,
        &expected,
        given.waiting,
        given.reason,
    )
    .await
}

/// Shows what a promotion would do: what is not bound in the other environment, and what is
/// otherwise there. It stops at what is not bound.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/promote/preview", tag = "flows",
    operation_id = "preview_promotion",
    params(("flow" = String, Path, description = "The flow's id.")),
    request_body = PromoteTargetIn,
    responses((status = OK, body = PreviewOut), (status = "4XX", body = ProblemOut)))]
pub async fn preview_promotion(
    State(app): State<App>,
    Path(flow): Path<String>,
    Body(given): Body<PromoteTargetIn>,
) -> Result<Tagged<PreviewOut>, ApiError> {
    let target = app
        .engine
        .promoted(&flow, &given.from, &given.to, given.accept)
        .await?;
    let bindings = given.bindings;
    show(&app, &Target { bindings, ..target }).await
}

/// Puts what is in force in one environment in force in another.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/promote", tag = "flows",
    operation_id = "promote_flow",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "What is in force: the preview's `ETag`.")),
    request_body = PromoteIn,
    responses((status = CREATED, body = DeployedOut),
        (status = ACCEPTED, body = ProposalOut, description = "It waits for a second person."),
        (status = "4XX", body = ProblemOut)))]
pub async fn promote(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
    Body(given): Body<PromoteIn>,
) -> Result<Response, ApiError> {
    let target = app
        .engine
        .promoted(&flow, &given.from, &given.to, given.accept)
        .await?;
    let bindings = given.bindings;
    let target = Target { bindings, ..target };
    act(
        &app,
        &caller,
        target,
        &expected,
        given.waiting,
        given.reason,
    )
    .await
}

/// Puts an earlier deployment in force again: the one before unless it is named. What was in force
/// before needs no second person: a mistake must be taken back at once.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/rollback", tag = "flows",
    operation_id = "roll_back_flow",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "What is in force: its deployment's id.")),
    request_body = RollbackIn,
    responses((status = CREATED, body = DeployedOut), (status = "4XX", body = ProblemOut)))]
pub async fn roll_back(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
    Body(given): Body<RollbackIn>,
) -> Result<Tagged<DeployedOut>, ApiError> {
    let to = given.to.as_deref().map(str::parse).transpose()?;
    let deployed = app
        .engine
        .roll_back(
            (&flow, &given.environment),
            to,
            former(&expected)?,
            given.waiting.into(),
            &caller.name,
            &given.reason,
        )
        .await?;
    Ok(done(deployed))
}

/// Lists what was in force of a flow in an environment, newest first.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/deployments", tag = "flows",
    operation_id = "list_deployments",
    params(("flow" = String, Path, description = "The flow's id."), ScopeIn, PageIn),
    responses((status = OK, body = List<DeploymentOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(page): Params<PageIn>,
) -> Result<Tagged<List<DeploymentOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let id = app.engine.flow_id(&flow).await?;
    let below = match page.after.as_deref() {
        None => DeploymentId(i64::MAX),
        Some(after) => after.parse()?,
    };
    let store = app.engine.store();
    let limit = page.limit()? + 1;
    let rows = store
        .deployment_history(environment.id, id, below, limit)
        .await?;
    let mut numbers = BTreeMap::new();
    for row in &rows {
        if let Entry::Vacant(unknown) = numbers.entry(row.version) {
            unknown.insert(store.flow_version(row.version).await?.number);
        }
    }
    let active = app.engine.active_deployment(&environment, id).await?;
    let tag = tag(active.as_ref());
    let out = |row: DeploymentRecord| DeploymentOut {
        deployment: row.id.to_string(),
        environment: environment.name.clone(),
        version: numbers.get(&row.version).copied().unwrap_or_default(),
        active: row.active,
        bindings: serde_json::from_str(&row.settings).unwrap_or_default(),
        cause: row.cause,
        deployed_by: row.who,
        deployed_at: rfc3339(row.created_at),
        reason: row.reason,
    };
    Ok(Tagged::ok(tag, page.list(rows, |r| r.id.to_string(), out)?))
}

/// The tag of what is in force.
fn tag(active: Option<&DeploymentRecord>) -> String {
    active.map_or_else(|| NOTHING.to_owned(), |a| a.id.to_string())
}

/// The tag of a place where nothing is in force.
const NOTHING: &str = "none";

fn former(expected: &Expected) -> Result<Former, ApiError> {
    Ok(match expected {
        Expected::Nothing => Former::Exactly(None),
        Expected::Tag(tag) if tag == NOTHING => Former::Exactly(None),
        Expected::Tag(tag) => Former::Exactly(Some(tag.parse()?)),
    })
}

async fn show(app: &App, target: &Target) -> Result<Tagged<PreviewOut>, ApiError> {
    let preview = app.engine.preview(target).await?;
    let kind = preview.environment.kind;
    let second_person = needs_second_person(app, Act::Deploy(kind)).await?;
    let tag = tag(preview.former.as_ref().map(|(former, _)| former));
    Ok(Tagged::ok(tag, out(preview, second_person)))
}

async fn act(
    app: &App,
    caller: &Caller,
    target: Target,
    expected: &Expected,
    waiting: WaitingIn,
    reason: String,
) -> Result<Response, ApiError> {
    let environment = app.environment(Some(&target.environment))?;
    let deploy = Deploy {
        target,
        former: former(expected)?,
        waiting: waiting.into(),
        who: caller.name.to_string(),
        reason,
    };
    if is_to_be_proposed(app, caller, Act::Deploy(environment.kind)).await? {
        let flow = &deploy.target.flow;
        let proposed = Proposed::deploy(&deploy, waiting);
        return Ok(accepted(app, propose(app, caller, flow, &proposed).await?));
    }
    Ok(done(app.engine.deploy(deploy).await?).into_response())
}

fn done(deployed: Deployed) -> Tagged<DeployedOut> {
    let Treated {
        moved,
        cancelled,
        finish,
    } = deployed.treated;
    let out = DeployedOut {
        deployment: deployed.deployment.to_string(),
        version: deployed.version,
        former: deployed.former.map(|f| f.to_string()),
        moved,
        cancelled,
        finish,
    };
    Tagged::created(deployed.deployment, out)
}
