//! Flows: what is deployed, and whether a text is a flow.

use super::extract::{Body, Params, ScopeIn};
use super::traffic::{self, TrafficOut};
use crate::app::App;
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use engine::{CheckedWithin, Deployment, Plan};
use mapping::Coercion;
use model::Problem;
use model::flow::{self, StepKind};
use model::ids::FlowId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::FlowRecord;
use tokio::runtime::Handle;
use utoipa::ToSchema;

/// A deployed flow.
#[derive(Serialize, ToSchema)]
pub struct FlowOut {
    /// The flow's own id: `order-to-cash`.
    flow: String,
    title: String,
    environment: String,
    deployment: String,
    triggers: Vec<String>,
    steps: usize,
}

/// A flow of the list.
#[derive(Serialize, ToSchema)]
pub struct FlowRowOut {
    /// The flow's own id: `order-to-cash`.
    flow: String,
    title: String,
    /// What starts it, where it is in force.
    triggers: Vec<String>,
    /// Its steps, where it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<usize>,
    /// Absent if nothing is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<DraftHeadOut>,
    /// The number of the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_version: Option<i64>,
    /// Where it is in force.
    deployments: Vec<InForceOut>,
}

/// That something is saved.
#[derive(Serialize, ToSchema)]
pub struct DraftHeadOut {
    revision: i64,
    changed_by: String,
    changed_at: String,
}

/// A version in force.
#[derive(Serialize, ToSchema)]
pub struct InForceOut {
    environment: String,
    /// `test` or `live`.
    kind: &'static str,
    version: i64,
    deployment: String,
}

/// All flows.
#[derive(Serialize, ToSchema)]
pub struct FlowsOut {
    data: Vec<FlowRowOut>,
}

/// A deployed flow with its document and what it was compiled to.
#[derive(Serialize, ToSchema)]
pub struct FlowDetailOut {
    #[serde(flatten)]
    flow: FlowOut,
    /// The version in force, counted from 1.
    version: i64,
    /// The text, as it was published.
    document: String,
    published_by: String,
    published_at: String,
    /// Connections by connector.
    bindings: BTreeMap<String, String>,
    plan: Vec<StepOut>,
}

/// One step of a plan.
#[derive(Serialize, ToSchema)]
pub struct StepOut {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// `use`, `set`, `choose`, `check`, `wait`.
    kind: &'static str,
    /// The operations that it may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    operations: Vec<OperationOut>,
    /// The conversions that it makes unasked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conversions: Vec<ConversionOut>,
}

/// An operation that a step calls.
#[derive(Serialize, ToSchema)]
pub struct OperationOut {
    id: String,
    /// What it does to the peer: `read`, `set`, `create`, `append`, `none`; absent for our books.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
}

/// A flow's text.
#[derive(Deserialize, ToSchema)]
pub struct CheckIn {
    /// The document, YAML.
    document: String,
}

/// What a check found.
#[derive(Serialize, ToSchema)]
pub struct CheckOut {
    /// Whether it could be deployed; warnings do not matter.
    ok: bool,
    problems: Vec<DocumentProblemOut>,
    /// The conversions that are made unasked where values go to fields.
    conversions: Vec<ConversionOut>,
    /// What the environment's newest events came to, if one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<TrafficOut>,
}

/// A conversion that a step makes unasked; `coerce:` on the step switches it off.
#[derive(Clone, Serialize, ToSchema)]
pub struct ConversionOut {
    /// Where: `steps.order.with.lines.to.quantity`.
    path: String,
    /// Its name in `coerce:`.
    rule: &'static str,
    /// What is converted, in words.
    from: &'static str,
    /// What it becomes, in words.
    to: &'static str,
    /// Whether it is always made; else for the values that need it.
    certain: bool,
}

impl From<&Coercion> for ConversionOut {
    fn from(made: &Coercion) -> Self {
        Self {
            path: made.path.clone(),
            rule: made.rule.name(),
            from: made.from,
            to: made.to,
            certain: made.certain,
        }
    }
}

/// The conversions of one step.
pub fn conversions_of(plan: &Plan, step: &str) -> Vec<ConversionOut> {
    let prefix = format!("steps.{step}.");
    let own = plan.conversions.iter();
    own.filter(|made| made.path.starts_with(&prefix))
        .map(Into::into)
        .collect()
}

/// Lists all flows: drafts, newest versions, and where which is in force. With an environment those
/// in force there, and those that are in force nowhere.
#[utoipa::path(get, path = "/api/v1/flows", tag = "flows", operation_id = "list_flows",
    params(ScopeIn),
    responses((status = OK, body = FlowsOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<FlowsOut>, ApiError> {
    let wanted = match &scope.environment {
        Some(name) => Some(app.environment(Some(name))?.id),
        None => None,
    };
    let store = app.engine.store();
    let drafts = store.draft_heads().await?.into_iter();
    let mut drafts: BTreeMap<_, _> = drafts.map(|d| (d.flow, d)).collect();
    let latest: BTreeMap<_, _> = store.newest_versions().await?.into_iter().collect();
    let catalog = app.engine.catalog();
    let mut in_force: BTreeMap<FlowId, Vec<&Arc<Deployment>>> = BTreeMap::new();
    for deployment in catalog.deployments().filter(|d| d.active) {
        in_force
            .entry(deployment.flow)
            .or_default()
            .push(deployment);
    }
    let mut data = Vec::new();
    for flow in store.flows().await? {
        let here = in_force.remove(&flow.id).unwrap_or_default();
        let draft = drafts.remove(&flow.id);
        let latest_version = latest.get(&flow.id).copied();
        let is_elsewhere = |id| !here.is_empty() && !here.iter().any(|d| d.environment.id == id);
        let is_nothing = draft.is_none() && latest_version.is_none();
        if is_nothing || wanted.is_some_and(is_elsewhere) {
            continue;
        }
        let shown = here
            .iter()
            .find(|d| wanted.is_none_or(|id| d.environment.id == id));
        let title = match shown {
            Some(deployment) => deployment.plan.flow.title.clone(),
            None => written_title(&app, &flow, latest_version).await?,
        };
        let mut deployments = Vec::new();
        for deployment in &here {
            let version = store.flow_version(deployment.version).await?;
            deployments.push(InForceOut {
                environment: deployment.environment.name.clone(),
                kind: deployment.environment.kind.as_str(),
                version: version.number,
                deployment: deployment.id.to_string(),
            });
        }
        deployments.sort_by(|a, b| a.environment.cmp(&b.environment));
        let triggers = shown.map(|d| d.plan.flow.triggers().map(ToOwned::to_owned).collect());
        data.push(FlowRowOut {
            title,
            triggers: triggers.unwrap_or_default(),
            steps: shown.map(|d| d.plan.flow.steps.len()),
            draft: draft.map(|d| DraftHeadOut {
                revision: d.revision,
                changed_by: d.who,
                changed_at: rfc3339(d.changed_at),
            }),
            latest_version,
            deployments,
            flow: flow.name,
        });
    }
    data.sort_by(|a, b| a.flow.cmp(&b.flow));
    Ok(Json(FlowsOut { data }))
}

/// The title of a flow that is in force nowhere.
async fn written_title(
    app: &App,
    flow: &FlowRecord,
    latest: Option<i64>,
) -> Result<String, ApiError> {
    let store = app.engine.store();
    let draft = store.draft(flow.id).await?.and_then(|d| d.document);
    let document = match (draft, latest) {
        (Some(document), _) => Some(document),
        (None, Some(number)) => {
            let version = store.flow_version_by_number(flow.id, number).await?;
            Some(version.document)
        }
        (None, None) => None,
    };
    let written = document.and_then(|text| flow::parse(&text).0);
    Ok(written.map_or_else(|| flow.name.clone(), |flow| flow.title))
}

/// Shows a deployed flow.
#[utoipa::path(get, path = "/api/v1/flows/{flow}", tag = "flows", operation_id = "get_flow",
    params(("flow" = String, Path, description = "The flow's id."), ScopeIn),
    responses((status = OK, body = FlowDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<FlowDetailOut>, ApiError> {
    let deployment = active(&app, &scope)?
        .into_iter()
        .find(|d| d.plan.flow.id == flow);
    let deployment = deployment.ok_or_else(|| ApiError::not_found("flow", &flow))?;
    let record = app.engine.store().deployment(deployment.id).await?;
    let version = app.engine.store().flow_version(record.version).await?;
    let bindings = deployment
        .bindings
        .iter()
        .map(|(k, c)| ((*k).to_owned(), c.name.clone()));
    Ok(Json(FlowDetailOut {
        flow: out(&deployment),
        version: version.number,
        document: version.document,
        published_by: version.who,
        published_at: rfc3339(version.created_at),
        bindings: bindings.collect(),
        plan: steps(&app, &deployment.plan),
    }))
}

/// Checks a text: all problems at once. Nothing is stored. With `environment` also against its
/// connections, its lookup tables, and what its newest events came to.
#[utoipa::path(post, path = "/api/v1/flows/check", tag = "flows", operation_id = "check_flow",
    params(ScopeIn), request_body = CheckIn,
    responses((status = OK, body = CheckOut), (status = "4XX", body = ProblemOut)))]
pub async fn check(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<CheckIn>,
) -> Result<Json<CheckOut>, ApiError> {
    let environment = match &scope.environment {
        Some(name) => Some(app.environment(Some(name))?),
        None => None,
    };
    let (engine, runtime) = (app.engine.clone(), Handle::current());
    // A document may be long, and its events many: they must not hold up the requests beside it.
    let checked = tokio::task::spawn_blocking(move || match environment {
        Some(environment) => runtime.block_on(engine.check_within(&environment, &given.document)),
        None => {
            let (plan, problems) = engine::compile(&given.document, engine.registry());
            Ok(CheckedWithin {
                problems,
                conversions: plan.map(|plan| plan.conversions).unwrap_or_default(),
                traffic: None,
            })
        }
    });
    let checked = checked
        .await
        .map_err(|error| ApiError::internal(&error))??;
    Ok(Json(CheckOut {
        ok: !checked.problems.iter().any(Problem::is_error),
        problems: checked.problems.into_iter().map(Into::into).collect(),
        conversions: checked.conversions.iter().map(Into::into).collect(),
        traffic: checked.traffic.map(traffic::out),
    }))
}

fn active(app: &App, scope: &ScopeIn) -> Result<Vec<Arc<Deployment>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let catalog = app.engine.catalog();
    let deployments = catalog.deployments();
    Ok(deployments
        .filter(|d| d.active && d.environment.id == environment.id)
        .cloned()
        .collect())
}

fn out(deployment: &Deployment) -> FlowOut {
    let flow = &deployment.plan.flow;
    FlowOut {
        flow: flow.id.clone(),
        title: flow.title.clone(),
        environment: deployment.environment.name.clone(),
        deployment: deployment.id.to_string(),
        triggers: flow.triggers().map(ToOwned::to_owned).collect(),
        steps: flow.steps.len(),
    }
}

fn steps(app: &App, plan: &Plan) -> Vec<StepOut> {
    let step = |step: &model::flow::Step| {
        let mut operations = Vec::new();
        name_operations(app, &step.kind, &mut operations);
        StepOut {
            id: step.id.clone(),
            title: step.title.clone(),
            kind: step.kind.word(),
            operations,
            conversions: conversions_of(plan, &step.id),
        }
    };
    plan.flow.every_step().into_iter().map(step).collect()
}

fn name_operations(app: &App, kind: &StepKind, found: &mut Vec<OperationOut>) {
    match kind {
        StepKind::Use(call) => {
            let operation = &call.operation;
            let known = app.engine.registry().operation(operation);
            let effect = known
                .and_then(|(_, o)| serde_json::to_value(o.effect()).ok())
                .and_then(|v| v.as_str().map(ToOwned::to_owned));
            found.push(OperationOut {
                id: operation.clone(),
                effect,
            });
        }
        StepKind::Choose { cases } => {
            for case in cases {
                // The steps of a case are listed by themselves.
                if let flow::Body::One(kind) = &case.body {
                    name_operations(app, kind, found);
                }
            }
        }
        StepKind::Set { .. }
        | StepKind::Check(_)
        | StepKind::Each(_)
        | StepKind::Parallel { .. }
        | StepKind::Wait(_)
        | StepKind::Approve(_)
        | StepKind::Call(_) => {}
    }
}
