//! Events made by hand: what a flow can be tried on before any came.

use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use connector::Example;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Events of a trigger that never happened.
#[derive(Serialize, ToSchema)]
pub struct ExamplesOut {
    examples: Vec<ExampleEventOut>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub struct ExampleEventOut {
    /// What is special about it: `JPY 5,000`.
    title: String,
    /// As the peer sends it.
    #[schema(value_type = Object)]
    body: Value,
}

/// Gives events of a trigger that its connector made up.
#[utoipa::path(get, path = "/api/v1/triggers/{trigger}/examples", tag = "flows",
    operation_id = "trigger_examples",
    params(("trigger" = String, Path, description = "`stripe.charge.succeeded`")),
    responses((status = OK, body = ExamplesOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(trigger): Path<String>,
) -> Result<Json<ExamplesOut>, ApiError> {
    let found = app.engine.registry().trigger(&trigger);
    let (_, found) = found.ok_or_else(|| ApiError::not_found("trigger", &trigger))?;
    let examples = (found.examples)(found).into_iter();
    let examples = examples.map(|Example { title, body }| ExampleEventOut { title, body });
    Ok(Json(ExamplesOut {
        examples: examples.collect(),
    }))
}
