//! What differs between two versions of a flow.

use super::extract::{Body, Params};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use model::flow::diff::{Change, diff};
use model::{Flow, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Two documents, YAML.
#[derive(Deserialize, ToSchema)]
pub struct DiffIn {
    from: String,
    to: String,
}

/// Two versions of a flow.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionsIn {
    /// A version's number, `draft`, or `live:<environment>` for what is in force there.
    from: String,
    /// The same.
    to: String,
}

/// What differs.
#[derive(Serialize, ToSchema)]
pub struct FlowDiffOut {
    /// From top to bottom; none if both mean the same.
    changes: Vec<FlowChangeOut>,
}

/// One thing that differs.
#[derive(Serialize, ToSchema)]
pub struct FlowChangeOut {
    /// Where, from the document's root: `steps.order.with.terms`.
    path: String,
    /// `added`, `removed`, `changed`, `moved`, `renamed`.
    kind: &'static str,
    /// What a person reads; long values are cut in it.
    sentence: String,
    /// The id of the step that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// What it was; of a step its YAML.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

impl From<Change> for FlowChangeOut {
    fn from(change: Change) -> Self {
        Self {
            path: change.path,
            kind: change.kind.as_str(),
            sentence: change.sentence,
            step: change.step,
            before: change.before,
            after: change.after,
        }
    }
}

impl FlowDiffOut {
    pub fn new(changes: Vec<Change>) -> Self {
        Self {
            changes: changes.into_iter().map(Into::into).collect(),
        }
    }
}

/// Says what differs between two documents, in sentences. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/flows/diff", tag = "flows", operation_id = "diff_flows",
    request_body = DiffIn,
    responses((status = OK, body = FlowDiffOut), (status = "4XX", body = ProblemOut)))]
pub async fn documents(Body(given): Body<DiffIn>) -> Result<Json<FlowDiffOut>, ApiError> {
    told(given).await
}

/// Says what differs between two versions of a flow, in sentences.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/diff", tag = "flows",
    operation_id = "diff_versions",
    params(("flow" = String, Path, description = "The flow's id."), VersionsIn),
    responses((status = OK, body = FlowDiffOut), (status = "4XX", body = ProblemOut)))]
pub async fn versions(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(which): Params<VersionsIn>,
) -> Result<Json<FlowDiffOut>, ApiError> {
    let from = document(&app, &flow, &which.from).await?;
    let to = document(&app, &flow, &which.to).await?;
    told(DiffIn { from, to }).await
}

async fn document(app: &App, flow: &str, which: &str) -> Result<String, ApiError> {
    let engine = &app.engine;
    if which == "draft" {
        return Ok(engine.draft(flow).await?.document);
    }
    if let Some(name) = which.strip_prefix("live:") {
        let environment = app.environment(Some(name))?;
        let id = engine.flow_id(flow).await?;
        let active = engine.active_deployment(&environment, id).await?;
        let active = active.ok_or_else(|| ApiError::not_found("deployment of the flow", flow))?;
        return Ok(engine.store().flow_version(active.version).await?.document);
    }
    match which.parse() {
        Ok(number) => Ok(engine.version(flow, number).await?.document),
        Err(_) => {
            let shown: String = which.chars().take(100).collect();
            let detail = format!("`{shown}` is no version");
            let cure = "name one as `3`, `draft` or `live:<environment>`";
            Err(ApiError::bad_request("wrong_version", detail, cure))
        }
    }
}

async fn told(given: DiffIn) -> Result<Json<FlowDiffOut>, ApiError> {
    // Documents may be long: they must not hold up the requests beside this one.
    let told = tokio::task::spawn_blocking(move || compare(&given)).await;
    told.map_err(|error| ApiError::internal(&error))?
        .map_err(|problems| ApiError::problems("a document cannot be read", problems))
        .map(|changes| Json(FlowDiffOut::new(changes)))
}

fn compare(given: &DiffIn) -> Result<Vec<Change>, Vec<Problem>> {
    let (from, to) = (read("from", &given.from), read("to", &given.to));
    match (from, to) {
        (Ok(from), Ok(to)) => Ok(diff(&from, &to)),
        (from, to) => Err([from.err(), to.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}

/// A flow of which all is understood: what is not would be missing in the comparison.
pub fn read(name: &str, text: &str) -> Result<Flow, Vec<Problem>> {
    let (flow, mut problems) = model::flow::parse(text);
    problems.retain(Problem::is_error);
    for problem in &mut problems {
        problem.path = format!("{name}: {}", problem.path);
    }
    match flow {
        Some(flow) if problems.is_empty() => Ok(flow),
        _ => Err(problems),
    }
}
