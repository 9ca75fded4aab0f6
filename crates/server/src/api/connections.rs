//! Connections: the systems that are spoken to, and whether they answer.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use engine::{Catalog, Connection, Environment};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A connection.
#[derive(Serialize, ToSchema)]
pub struct ConnectionOut {
    id: String,
    name: String,
    /// The connector's id: `stripe`.
    connector: String,
    title: String,
    /// Whose system it is.
    peer: String,
    /// What is no secret of it.
    settings: Value,
    limits: LimitsOut,
    /// Where it came from: `file` or `api`.
    origin: &'static str,
    /// Rises with every change: the `ETag`.
    revision: i64,
    /// Where its deliveries go, if it sends any; the last part may be any name.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_path: Option<String>,
    /// Set while nothing is sent to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<PauseOut>,
    /// When its system last did what it was asked; absent if not since the server started or the
    /// connection was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<String>,
    /// Whether a second version of its credential is in force, while they are rotated.
    is_rotating: bool,
    /// How many signing secrets of its webhooks are in force: two while they are rotated.
    webhook_secrets: usize,
    /// Flows in force that are bound to it, by their own ids.
    flows: Vec<String>,
}

/// What a connection allows.
#[derive(Serialize, ToSchema)]
pub struct LimitsOut {
    per_second: u32,
    in_flight: usize,
}

/// Why and since when nothing is sent.
#[derive(Serialize, ToSchema)]
pub struct PauseOut {
    cause: String,
    since: String,
}

/// All connections of an environment.
#[derive(Serialize, ToSchema)]
pub struct ConnectionsOut {
    pub data: Vec<ConnectionOut>,
}

/// What a check found.
#[derive(Serialize, ToSchema)]
pub struct ConnectionCheckOut {
    ok: bool,
    /// Who we are there, or why it failed.
    message: String,
}

/// Lists the connections of an environment.
#[utoipa::path(get, path = "/api/v1/connections", tag = "connections",
    operation_id = "list_connections", params(ScopeIn),
    responses((status = OK, body = ConnectionsOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<ConnectionsOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let catalog = app.engine.catalog();
    let own = catalog
        .connections()
        .iter()
        .filter(|c| c.environment == environment.id);
    let data = own
        .map(|connection| out(&catalog, &environment.name, connection))
        .collect();
    Ok(Json(ConnectionsOut { data }))
}

/// Asks a connection's peer whether it answers and accepts the credential.
#[utoipa::path(post, path = "/api/v1/connections/{connection}/check", tag = "connections",
    operation_id = "check_connection",
    params(("connection" = String, Path, description = "The connection's name."), ScopeIn),
    responses((status = OK, body = ConnectionCheckOut), (status = "4XX", body = ProblemOut)))]
pub async fn check(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<ConnectionCheckOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    checked(&app, &environment, &name).await
}

/// What a check of a connection finds.
pub async fn checked(
    app: &App,
    environment: &Environment,
    name: &str,
) -> Result<Json<ConnectionCheckOut>, ApiError> {
    let catalog = app.engine.catalog();
    let connection = catalog
        .connection(environment.id, name)
        .ok_or_else(|| ApiError::not_found("connection", name))?;
    let (ok, message) = match connection.session.check().await {
        Ok(who) => {
            connection.gate.succeeded();
            (true, who)
        }
        Err(fault) => (false, fault.message),
    };
    Ok(Json(ConnectionCheckOut { ok, message }))
}

pub fn out(catalog: &Catalog, environment: &str, connection: &Connection) -> ConnectionOut {
    let hook = connection.connector.verify.is_some();
    let pause = connection.gate.pause();
    let bound = catalog
        .deployments()
        .filter(|d| d.active && d.bindings.values().any(|c| c.id == connection.id));
    let flows: BTreeSet<&str> = bound.map(|d| d.plan.flow.id.as_str()).collect();
    ConnectionOut {
        id: connection.id.to_string(),
        name: connection.name.clone(),
        connector: connection.connector.id.to_owned(),
        title: connection.connector.title.to_owned(),
        peer: connection.session.peer().0,
        settings: connection.settings.clone(),
        limits: LimitsOut {
            per_second: connection.limits.per_second,
            in_flight: connection.limits.in_flight,
        },
        origin: connection.origin.as_str(),
        revision: connection.revision,
        hook_path: hook.then(|| format!("/hooks/{environment}/{}/main", connection.name)),
        paused: pause.map(|p| PauseOut {
            cause: p.cause,
            since: rfc3339(p.since),
        }),
        succeeded_at: connection.gate.succeeded_at().map(rfc3339),
        is_rotating: connection.has_next_credential,
        webhook_secrets: connection.webhook_secrets.len(),
        flows: flows.into_iter().map(ToOwned::to_owned).collect(),
    }
}
