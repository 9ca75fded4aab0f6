//! Working a dead letter on trial: what a replay would come to, without changing anything.

use super::changes::{ChangeIn, changed};
use super::dry_run::{TraceOut, work_within_time};
use super::extract::Body;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use engine::dry::{DryRun, Reads};
use model::flow::Given;
use model::ids::RunId;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// What a trial supposes.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrialIn {
    /// On the flow's active version instead of the run's own.
    newest: bool,
    /// Places of the payload that are corrected.
    changes: Vec<ChangeIn>,
    /// Lookup rows that are not there yet: table, key, row.
    #[schema(value_type = Object)]
    lookups: Map<String, Value>,
}

/// Works a dead run from its first step without changing anything: its connections are asked, and
/// what it would write is told. What is confirmed already would not be sent again.
#[utoipa::path(post, path = "/api/v1/dead-letters/{run}/dry-run", tag = "dead letters",
    operation_id = "try_dead_letter", params(("run" = String, Path, description = "`run_…`")),
    request_body = TrialIn,
    responses((status = OK, body = TraceOut), (status = "4XX", body = ProblemOut)))]
pub async fn dry_run(
    State(app): State<App>,
    Path(run): Path<String>,
    Body(supposed): Body<TrialIn>,
) -> Result<Json<TraceOut>, ApiError> {
    let id: RunId = run.parse()?;
    let run = app.engine.store().run(id).await?;
    let deployment = app.engine.deployment_for(&run, supposed.newest)?;
    let dry = DryRun {
        body: changed(&app, id, supposed.changes).await?,
        given: Given {
            lookups: supposed.lookups,
            ..Given::default()
        },
        reads: Reads::Live,
        ..DryRun::default()
    };
    let environment = Arc::clone(&deployment.environment);
    work_within_time(&app, Some(environment), &deployment.plan, &dry).await
}
