//! Starting a flow by hand.

use super::extract::{Body, Params, ScopeIn};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a flow is started with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartIn {
    /// The flow's inputs by name; those with a default may be left out. An exact decimal is a text.
    #[serde(default)]
    #[schema(example = json!({"day": "2026-11-24"}))]
    input: Map<String, Value>,
}

/// The run that was started.
#[derive(Serialize, ToSchema)]
pub struct FlowStartedOut {
    run: String,
    /// `ready`; `covered` if the flow has run for its business key already.
    state: &'static str,
    /// Whether an earlier call with this idempotency key had started it.
    repeated: bool,
}

/// Starts a flow that lists `manual` or `api` among its triggers.
///
/// Repeated with the same key and input it answers 200 with the same run.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/runs", tag = "flows", operation_id = "start_flow",
    params(
        ("flow" = String, Path, description = "The flow's id."),
        ("Idempotency-Key" = String, Header, description = "New for each start that is meant, and \
            the same when it is repeated: 1 to 200 visible ASCII characters."),
        ScopeIn),
    request_body = StartIn,
    responses((status = CREATED, body = FlowStartedOut), (status = OK, body = FlowStartedOut),
        (status = "4XX", body = ProblemOut)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
    headers: HeaderMap,
    Body(given): Body<StartIn>,
) -> Result<(StatusCode, Json<FlowStartedOut>), ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
    let key = key.ok_or_else(|| {
        ApiError::bad_request(
            "no_idempotency_key",
            "the call has no header `Idempotency-Key`",
            "send one that is new for each start that is meant, such as a UUID",
        )
    })?;
    let input = Value::Object(given.input);
    let started = app
        .engine
        .start_flow(environment.id, &flow, &input, key, &caller.name)
        .await?;
    let run = app.engine.store().run(started.run).await?;
    let status = if started.is_repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let out = FlowStartedOut {
        run: run.id.to_string(),
        state: run.state.as_str(),
        repeated: started.is_repeated,
    };
    Ok((status, Json(out)))
}
