//! How the steps of a flow do where it is in force: what the designer shows on them.

use super::dead_letters::{LetterOut, letter_out};
use super::extract::{Params, ScopeIn};
use super::runs::step_name;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use engine::Deployment;
use model::ids::RunId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// How the steps of a flow do in an environment, on the version that is in force there.
#[derive(Serialize, ToSchema)]
pub struct StatisticsOut {
    /// Absent if no version is in force there.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// How many runs were looked at: those of this version among the newest 500 of the flow.
    runs: usize,
    /// When the oldest of them began.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    steps: Vec<StepStatisticsOut>,
}

/// How one step does.
#[derive(Default, Serialize, ToSchema)]
pub struct StepStatisticsOut {
    step: String,
    /// Open dead letters of runs that stopped here.
    open_errors: i64,
    /// The newest run that came here, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<String>,
    /// How many of the runs made calls here.
    called: usize,
    /// 95 of 100 of those spent no longer than this in the calls, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    p95_us: Option<i64>,
}

/// How the flows in force in an environment do.
#[derive(Serialize, ToSchema)]
pub struct FlowHealthsOut {
    as_of: String,
    data: Vec<FlowHealthOut>,
}

/// How one flow does.
#[derive(Serialize, ToSchema)]
pub struct FlowHealthOut {
    /// The flow's own id.
    flow: String,
    /// Its open dead letters, of whatever version.
    open_errors: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run: Option<LastRunOut>,
    /// How many runs `p95_us` is worked out from: those of the version in force that ended, among
    /// the newest 200 of the flow.
    runs: usize,
    /// When the oldest of them came.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// 95 of 100 of them took no longer than this from their event to their end, waiting included,
    /// in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    p95_us: Option<i64>,
}

/// The newest run of a flow.
#[derive(Serialize, ToSchema)]
pub struct LastRunOut {
    run: String,
    state: &'static str,
    created_at: String,
}

/// The step whose errors are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StepIn {
    /// A step's id.
    step: String,
}

/// So many of a flow's newest runs are looked at.
const NEWEST: i64 = 500;
/// And so many of each flow where all flows are looked at.
const NEWEST_OF_EACH: i64 = 200;

/// Tells how the flows in force in an environment do.
#[utoipa::path(get, path = "/api/v1/flow-statistics", tag = "flows",
    operation_id = "list_flow_statistics", params(ScopeIn),
    responses((status = OK, body = FlowHealthsOut), (status = "4XX", body = ProblemOut)))]
pub async fn all(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<FlowHealthsOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?.id;
    let catalog = app.engine.catalog();
    let here = catalog.deployments();
    let here: Vec<_> = here
        .filter(|d| d.active && d.environment.id == environment)
        .collect();
    let flows = here.iter().map(|d| (d.flow, d.id)).collect();
    let store = app.engine.store();
    let found = store
        .run_statistics(environment, flows, NEWEST_OF_EACH)
        .await?;
    let data = here
        .iter()
        .zip(found)
        .map(|(deployment, own)| FlowHealthOut {
            flow: deployment.plan.flow.id.clone(),
            open_errors: own.open,
            last_run: own.last.map(|(run, state, at)| LastRunOut {
                run: run.to_string(),
                state: state.as_str(),
                created_at: rfc3339(at),
            }),
            runs: own.runs,
            since: optional(own.since),
            p95_us: own.p95_us,
        });
    Ok(Json(FlowHealthsOut {
        as_of: rfc3339(app.engine.clock().now()),
        data: data.collect(),
    }))
}

/// Tells how the steps of a flow do where it is in force.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/statistics", tag = "flows",
    operation_id = "get_flow_statistics",
    params(("flow" = String, Path, description = "A flow's id."), ScopeIn),
    responses((status = OK, body = StatisticsOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<StatisticsOut>, ApiError> {
    let Some(deployment) = in_force(&app, &flow, &scope)? else {
        return Ok(Json(StatisticsOut {
            deployment: None,
            version: None,
            runs: 0,
            since: None,
            steps: Vec::new(),
        }));
    };
    let store = app.engine.store();
    let environment = deployment.environment.id;
    let found = store
        .flow_statistics(environment, deployment.flow, deployment.id, NEWEST)
        .await?;
    let version = store.flow_version(deployment.version).await?;
    let mut steps: BTreeMap<String, StepStatisticsOut> = BTreeMap::new();
    for (ordinal, own) in found.steps {
        let step = step_name(Some(&deployment), ordinal);
        let shown = steps.entry(step).or_default();
        shown.last_run = own.last.map(|(run, _)| run.to_string());
        shown.last_at = own.last.map(|(_, at)| rfc3339(at));
        shown.called = own.called;
        shown.p95_us = own.p95_us;
    }
    for (step, count, _) in found.open {
        steps.entry(step).or_default().open_errors = count;
    }
    let named = |(step, shown)| StepStatisticsOut { step, ..shown };
    Ok(Json(StatisticsOut {
        deployment: Some(deployment.id.to_string()),
        version: Some(version.number),
        runs: found.runs,
        since: optional(found.since),
        steps: steps.into_iter().map(named).collect(),
    }))
}

fn in_force(app: &App, flow: &str, scope: &ScopeIn) -> Result<Option<Arc<Deployment>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let catalog = app.engine.catalog();
    Ok(catalog.active(environment.id, flow).cloned())
}

/// Lists the open letters of one step, of runs on the version that is in force, oldest first.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/errors", tag = "flows",
    operation_id = "list_flow_errors",
    params(("flow" = String, Path, description = "A flow's id."), ScopeIn, StepIn, PageIn),
    responses((status = OK, body = List<LetterOut>), (status = "4XX", body = ProblemOut)))]
pub async fn errors(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(of): Params<StepIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<LetterOut>>, ApiError> {
    let seek = page.page(|id: RunId| id.0)?;
    let letters = match in_force(&app, &flow, &scope)? {
        None => Vec::new(),
        Some(deployment) => {
            let store = app.engine.store();
            store
                .letters_of_step(deployment.flow, deployment.id, &of.step, seek)
                .await?
        }
    };
    Ok(Json(page.list(
        letters,
        |l| l.run.to_string(),
        |l| letter_out(&app, l),
    )?))
}
