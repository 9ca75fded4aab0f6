//! The four ways of working a run again, each with what it does to every step.

use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use engine::{Choice, StepFate};
use model::ids::RunId;
use serde::Serialize;
use utoipa::ToSchema;

/// The ways of working a run again.
#[derive(Serialize, ToSchema)]
pub struct ChoicesOut {
    data: Vec<ChoiceOut>,
}

/// One way. `from_start` and `newest` are what a replay is asked with.
#[derive(Serialize, ToSchema)]
pub struct ChoiceOut {
    from_start: bool,
    newest: bool,
    /// The version that would work it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// Why it cannot be done so.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// In the flow's order, 200 at most.
    steps: Vec<StepFateOut>,
    /// So many further steps are not told.
    more: usize,
}

/// What becomes of a step.
#[derive(Serialize, ToSchema)]
pub struct StepFateOut {
    id: String,
    /// `kept` (what it gave is used), `again` (it had ended, and is worked once more), `first` (it
    /// failed, or was not come to).
    fate: &'static str,
    /// What it does to another system: `read`, `set`, `create`, `append`, `none` (may repeat);
    /// absent if it asks nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    effect: Option<connector::Effect>,
    /// Why a repeat is safe, or what of it is not.
    safety: String,
}

/// Says what working a run again would do: from the failed step or from the start, on the version
/// that failed or on the current one.
#[utoipa::path(get, path = "/api/v1/runs/{run}/choices", tag = "runs",
    operation_id = "list_choices", params(("run" = String, Path, description = "`run_…`")),
    responses((status = OK, body = ChoicesOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Json<ChoicesOut>, ApiError> {
    let id: RunId = run.parse()?;
    let mut data = Vec::with_capacity(4);
    for choice in app.engine.replay_choices(id).await? {
        data.push(choice_out(&app, choice).await?);
    }
    Ok(Json(ChoicesOut { data }))
}

async fn choice_out(app: &App, choice: Choice) -> Result<ChoiceOut, ApiError> {
    let store = app.engine.store();
    let version = match choice.deployment {
        Some(deployment) => {
            let bound = store.deployment(deployment).await?;
            Some(store.flow_version(bound.version).await?.number)
        }
        None => None,
    };
    Ok(ChoiceOut {
        from_start: choice.from_start,
        newest: choice.newest,
        version,
        refused: choice.refused,
        steps: choice.steps.into_iter().map(fate_out).collect(),
        more: choice.more,
    })
}

fn fate_out(step: StepFate) -> StepFateOut {
    StepFateOut {
        id: step.id,
        fate: step.fate.as_str(),
        effect: step.effect,
        safety: step.safety,
    }
}
