//! A call of a run: what was asked and what was answered.

use super::opened::{persons, plain};
use super::runs::{CallOut, FIRST, call_out, numbers};
use crate::app::App;
use crate::mask::Persons;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use engine::{Environment, Purpose};
use model::ids::RunId;
use serde::Serialize;
use serde_json::{Map, Value};
use store::run::StepState;
use store::{PlacedCall, RunRecord};
use utoipa::ToSchema;
use vault::Sealed;

/// A call with what was asked and answered, without persons. What was too long to be kept is
/// counted in its place.
#[derive(Serialize, ToSchema)]
pub struct CallDetailOut {
    #[serde(flatten)]
    call: CallOut,
    /// What the step was begun with, if this was the first call about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
    /// In the peer's own form; the credential is added after it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Value>,
    /// What the peer answered, if anything came.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Value>,
}

/// Shows a call of a run with what was asked and answered.
#[utoipa::path(get, path = "/api/v1/runs/{run}/calls/{place}", tag = "runs",
    operation_id = "get_run_call",
    params(("run" = String, Path, description = "`run_…`"),
        ("place" = String, Path, description = "A call's `place`.")),
    responses((status = OK, body = CallDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path((run, place)): Path<(String, String)>,
) -> Result<Json<CallDetailOut>, ApiError> {
    let id: RunId = run.parse()?;
    let [revision, n] = numbers(&place).ok_or_else(|| ApiError::not_found("call", &place))?;
    let store = app.engine.store();
    let run = store.run(id).await?;
    let call = store.call(id, (revision, n)).await?;
    let catalog = app.engine.catalog();
    let environment = catalog.environment_by_id(run.environment);
    let said = match (environment, &call.body) {
        (Some(environment), Some(body)) => what_was_said(&app, environment, &run, body).await?,
        _ => Map::new(),
    };
    let part = |name| said.get(name).cloned();
    let (input, request, response) = (part("input"), part("request"), part("answer"));
    let deployment = catalog.deployment(run.deployment);
    let placed = PlacedCall {
        at: (revision, n),
        has_body: call.body.is_some(),
        call,
    };
    Ok(Json(CallDetailOut {
        call: call_out(deployment.as_ref(), placed),
        input,
        request,
        response,
    }))
}

/// What was said in a call, without the persons that the event, the steps and the call itself know.
async fn what_was_said(
    app: &App,
    environment: &Environment,
    run: &RunRecord,
    body: &Sealed,
) -> Result<Map<String, Value>, ApiError> {
    let Some(Value::Object(said)) = plain(environment, body, Purpose::Call) else {
        return Ok(Map::new());
    };
    let store = app.engine.store();
    let mut persons = match store.event(run.event).await {
        Ok(event) => persons(environment, &event.body).unwrap_or_default(),
        Err(store::Error::NotFound { .. }) => Persons::default(),
        Err(error) => return Err(error.into()),
    };
    for step in store.steps_page(run.id, None, FIRST).await? {
        let output = step.output.filter(|_| step.state == StepState::Done);
        if let Some(output) = output.and_then(|o| plain(environment, &o, Purpose::Step)) {
            persons.add(&output);
        }
    }
    said.values().for_each(|part| persons.add(part));
    let hider = persons.hider();
    let hider = hider.map_err(|error| ApiError::internal(&error))?;
    let parts = said.into_iter();
    Ok(parts.map(|(name, part)| (name, hider.hide(part))).collect())
}
