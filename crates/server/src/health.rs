//! `/healthz`: the process lives. `/readyz`: it can take deliveries.

use crate::app::App;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the store may take to answer.
const STORE_TIME: Duration = Duration::from_secs(2);

/// Answers `GET /healthz`.
pub async fn alive() -> Json<Value> {
    Json(json!({"status": "alive"}))
}

#[derive(Serialize)]
pub struct ReadyOut {
    ready: bool,
    store: &'static str,
    /// How many of the shards this process works on.
    shards: i64,
    connections: Vec<ConnectionOut>,
}

#[derive(Serialize)]
struct ConnectionOut {
    environment: String,
    connection: String,
    paused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// Answers `GET /readyz`: 503 while deliveries cannot be stored. A paused connection is no reason:
/// deliveries are stored all the same. Its cause is in the API, not here.
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<ReadyOut>) {
    let asked = tokio::time::timeout(STORE_TIME, app.engine.store().environments()).await;
    let store = match asked {
        Ok(Ok(_)) => "up",
        Ok(Err(error)) => {
            tracing::debug!(error = %error, "not ready");
            "away"
        }
        Err(_) => "slow",
    };
    let catalog = app.engine.catalog();
    let connections = catalog.connections().iter().map(|connection| {
        let pause = connection.gate.pause();
        let environment = catalog.environment_by_id(connection.environment);
        ConnectionOut {
            environment: environment.map(|e| e.name.clone()).unwrap_or_default(),
            connection: connection.name.clone(),
            paused: pause.is_some(),
            since: pause.map(|p| rfc3339(p.since)),
        }
    });
    let ready = store == "up";
    let out = ReadyOut {
        ready,
        store,
        // An engine starts only once it holds every shard.
        shards: model::lane::SHARDS,
        connections: connections.collect(),
    };
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(out))
}
