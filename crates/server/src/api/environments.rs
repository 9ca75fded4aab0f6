//! Environments and their connections.

use super::connections::{
    ConnectionCheckOut, ConnectionOut, ConnectionsOut, checked, out as connection_out,
};
use super::etag::{Expected, Tagged};
use super::extract::Body;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::{ConnectionChange, ConnectionSetup, Environment, Limits};
use model::{Company, EnvironmentKind, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether an environment moves real money.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EnvironmentKindIn)]
pub enum KindIn {
    Test,
    Live,
}

/// The company whose books are kept.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyIn {
    name: String,
    /// The currency of the books, ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
    /// The zone whose dates the books use, an IANA name.
    #[schema(example = "Europe/Berlin")]
    books_zone: String,
    /// The customer number that guests are booked under.
    collective_customer: String,
    /// Further settings that formulas read as `company.<name>`.
    #[serde(default)]
    settings: Map<String, Value>,
}

impl From<CompanyIn> for Company {
    fn from(given: CompanyIn) -> Self {
        Self {
            name: given.name,
            currency: given.currency,
            books_zone: given.books_zone,
            collective_customer: given.collective_customer,
            settings: given.settings,
        }
    }
}

impl From<&Company> for CompanyIn {
    fn from(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            currency: company.currency.clone(),
            books_zone: company.books_zone.clone(),
            collective_customer: company.collective_customer.clone(),
            settings: company.settings.clone(),
        }
    }
}

/// A new environment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnvironmentIn {
    /// Lower-case letters, digits, `-` and `_`. It stands in the addresses of webhooks: for ever.
    name: String,
    /// For ever.
    kind: KindIn,
    company: CompanyIn,
}

/// What of an environment is to be otherwise.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentPatchIn {
    company: CompanyIn,
}

/// An environment.
#[derive(Serialize, ToSchema)]
pub struct EnvironmentOut {
    id: String,
    name: String,
    /// `test` or `live`.
    kind: &'static str,
    company: CompanyIn,
    /// Where it came from: `file` or `api`.
    origin: &'static str,
    /// Rises with every change: the `ETag`.
    revision: i64,
    changed_by: String,
    changed_at: String,
    connections: usize,
    /// Flows in force.
    flows: usize,
}

/// All environments.
#[derive(Serialize, ToSchema)]
pub struct EnvironmentsOut {
    data: Vec<EnvironmentOut>,
}

/// What a connection allows.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsIn {
    #[schema(minimum = 1)]
    per_second: u32,
    #[schema(minimum = 1)]
    in_flight: usize,
}

impl From<LimitsIn> for Limits {
    fn from(given: LimitsIn) -> Self {
        Self {
            per_second: given.per_second,
            in_flight: given.in_flight,
        }
    }
}

/// A new connection. Secrets are never shown again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnectionIn {
    /// Lower-case letters, digits, `-` and `_`: it stands in the addresses of webhooks.
    name: String,
    /// The connector's id: `stripe`.
    connector: String,
    /// The connector's own settings; nothing secret.
    #[serde(default)]
    settings: Map<String, Value>,
    /// The connector's secrets by name.
    #[serde(default)]
    #[schema(write_only)]
    credential: BTreeMap<String, String>,
    /// Signing secrets of webhook endpoints, the current one first.
    #[serde(default)]
    #[schema(write_only)]
    webhook_secrets: Vec<String>,
    limits: Option<LimitsIn>,
}

/// What of a connection is to be otherwise; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionChangeIn {
    /// The connector's own settings, all of them.
    settings: Option<Map<String, Value>>,
    /// The connector's secrets by name, all of them.
    #[schema(write_only)]
    credential: Option<BTreeMap<String, String>>,
    /// The secrets that will be in force next, while they are rotated; an empty map ends it.
    #[schema(write_only)]
    next_credential: Option<BTreeMap<String, String>>,
    /// Signing secrets of webhook endpoints, all of them, the current one first.
    #[schema(write_only)]
    webhook_secrets: Option<Vec<String>>,
    limits: Option<LimitsIn>,
}

/// Lists the environments.
#[utoipa::path(get, path = "/api/v1/environments", tag = "environments",
    operation_id = "list_environments",
    responses((status = OK, body = EnvironmentsOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(State(app): State<App>) -> Result<Json<EnvironmentsOut>, ApiError> {
    let catalog = app.engine.catalog();
    let mut data = Vec::new();
    for environment in catalog.environments() {
        data.push(out(&app, environment).await?);
    }
    Ok(Json(EnvironmentsOut { data }))
}

/// Makes an environment.
#[utoipa::path(post, path = "/api/v1/environments", tag = "environments",
    operation_id = "create_environment", request_body = NewEnvironmentIn,
    responses((status = CREATED, body = EnvironmentOut), (status = "4XX", body = ProblemOut)))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(given): Body<NewEnvironmentIn>,
) -> Result<Tagged<EnvironmentOut>, ApiError> {
    let kind = match given.kind {
        KindIn::Test => EnvironmentKind::Test,
        KindIn::Live => EnvironmentKind::Live,
    };
    let made = app
        .engine
        .create_environment(&given.name, kind, given.company.into(), &caller.name)
        .await?;
    let out = out(&app, &made).await?;
    Ok(Tagged::created(made.revision, out))
}

/// Shows an environment.
#[utoipa::path(get, path = "/api/v1/environments/{environment}", tag = "environments",
    operation_id = "get_environment",
    params(("environment" = String, Path, description = "The environment's name.")),
    responses((status = OK, body = EnvironmentOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Tagged<EnvironmentOut>, ApiError> {
    let environment = app.environment(Some(&name))?;
    let out = out(&app, &environment).await?;
    Ok(Tagged::ok(environment.revision, out))
}

/// Changes the company of an environment.
#[utoipa::path(patch, path = "/api/v1/environments/{environment}", tag = "environments",
    operation_id = "change_environment",
    params(("environment" = String, Path, description = "The environment's name."),
        ("If-Match" = String, Header, description = "The `ETag` that it was changed from.")),
    request_body = EnvironmentPatchIn,
    responses((status = OK, body = EnvironmentOut), (status = "4XX", body = ProblemOut)))]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    expected: Expected,
    Body(given): Body<EnvironmentPatchIn>,
) -> Result<Tagged<EnvironmentOut>, ApiError> {
    let revision = expected.revision()?;
    let changed = app
        .engine
        .change_environment(&name, revision, given.company.into(), &caller.name)
        .await?;
    let out = out(&app, &changed).await?;
    Ok(Tagged::ok(changed.revision, out))
}

/// Lists the connections of an environment.
#[utoipa::path(get, path = "/api/v1/environments/{environment}/connections", tag = "environments",
    operation_id = "list_connections_of",
    params(("environment" = String, Path, description = "The environment's name.")),
    responses((status = OK, body = ConnectionsOut), (status = "4XX", body = ProblemOut)))]
pub async fn connections(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<ConnectionsOut>, ApiError> {
    let environment = app.environment(Some(&name))?;
    let catalog = app.engine.catalog();
    let own = catalog.connections_of(environment.id);
    let data = own
        .iter()
        .map(|c| connection_out(&catalog, &environment.name, c));
    Ok(Json(ConnectionsOut {
        data: data.collect(),
    }))
}

/// Makes a connection in an environment. Nothing is sent to it.
#[utoipa::path(post, path = "/api/v1/environments/{environment}/connections",
    tag = "environments", operation_id = "create_connection",
    params(("environment" = String, Path, description = "The environment's name.")),
    request_body = NewConnectionIn,
    responses((status = CREATED, body = ConnectionOut), (status = "4XX", body = ProblemOut)))]
pub async fn connect(
    State(app): State<App>,
    caller: Caller,
    Path(environment): Path<String>,
    Body(given): Body<NewConnectionIn>,
) -> Result<Tagged<ConnectionOut>, ApiError> {
    let setup = ConnectionSetup {
        name: given.name,
        connector: given.connector,
        settings: Value::Object(given.settings),
        credential: secrets(given.credential),
        next_credential: None,
        webhook_secrets: given.webhook_secrets.into_iter().map(Secret::new).collect(),
        limits: given.limits.map_or_else(Limits::default, Into::into),
    };
    let made = app
        .engine
        .create_connection(&environment, setup, &caller.name)
        .await?;
    let out = connection_out(&app.engine.catalog(), &environment, &made);
    Ok(Tagged::created(made.revision, out))
}

/// Shows a connection.
#[utoipa::path(get, path = "/api/v1/environments/{environment}/connections/{connection}",
    tag = "environments", operation_id = "get_connection",
    params(("environment" = String, Path, description = "The environment's name."),
        ("connection" = String, Path, description = "The connection's name.")),
    responses((status = OK, body = ConnectionOut), (status = "4XX", body = ProblemOut)))]
pub async fn connection(
    State(app): State<App>,
    Path((environment, name)): Path<(String, String)>,
) -> Result<Tagged<ConnectionOut>, ApiError> {
    let home = app.environment(Some(&environment))?;
    let catalog = app.engine.catalog();
    let found = catalog
        .connection(home.id, &name)
        .ok_or_else(|| ApiError::not_found("connection", &name))?;
    Ok(Tagged::ok(
        found.revision,
        connection_out(&catalog, &environment, found),
    ))
}

/// Changes a connection. It goes on leading to the same system.
#[utoipa::path(put, path = "/api/v1/environments/{environment}/connections/{connection}",
    tag = "environments", operation_id = "change_connection",
    params(("environment" = String, Path, description = "The environment's name."),
        ("connection" = String, Path, description = "The connection's name."),
        ("If-Match" = String, Header, description = "The `ETag` that it was changed from.")),
    request_body = ConnectionChangeIn,
    responses((status = OK, body = ConnectionOut), (status = "4XX", body = ProblemOut)))]
pub async fn change_connection(
    State(app): State<App>,
    caller: Caller,
    Path((environment, name)): Path<(String, String)>,
    expected: Expected,
    Body(given): Body<ConnectionChangeIn>,
) -> Result<Tagged<ConnectionOut>, ApiError> {
    let webhook_secrets = given.webhook_secrets;
    let change = ConnectionChange {
        settings: given.settings.map(Value::Object),
        limits: given.limits.map(Into::into),
        credential: given.credential.map(secrets),
        next_credential: given.next_credential.map(secrets),
        webhook_secrets: webhook_secrets.map(|all| all.into_iter().map(Secret::new).collect()),
    };
    let revision = expected.revision()?;
    let changed = app
        .engine
        .change_connection(&environment, &name, revision, change, &caller.name)
        .await?;
    let out = connection_out(&app.engine.catalog(), &environment, &changed);
    Ok(Tagged::ok(changed.revision, out))
}

/// Takes a connection away that nothing is bound to.
#[utoipa::path(delete, path = "/api/v1/environments/{environment}/connections/{connection}",
    tag = "environments", operation_id = "delete_connection",
    params(("environment" = String, Path, description = "The environment's name."),
        ("connection" = String, Path, description = "The connection's name."),
        ("If-Match" = String, Header, description = "The connection's `ETag`.")),
    responses((status = NO_CONTENT), (status = "4XX", body = ProblemOut)))]
pub async fn disconnect(
    State(app): State<App>,
    caller: Caller,
    Path((environment, name)): Path<(String, String)>,
    expected: Expected,
) -> Result<StatusCode, ApiError> {
    let revision = expected.revision()?;
    app.engine
        .delete_connection(&environment, &name, revision, &caller.name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks a connection's peer whether it answers and accepts the credential.
#[utoipa::path(post, path = "/api/v1/environments/{environment}/connections/{connection}/check",
    tag = "environments", operation_id = "check_connection_of",
    params(("environment" = String, Path, description = "The environment's name."),
        ("connection" = String, Path, description = "The connection's name.")),
    responses((status = OK, body = ConnectionCheckOut), (status = "4XX", body = ProblemOut)))]
pub async fn check(
    State(app): State<App>,
    Path((environment, name)): Path<(String, String)>,
) -> Result<Json<ConnectionCheckOut>, ApiError> {
    let environment = app.environment(Some(&environment))?;
    checked(&app, &environment, &name).await
}

fn secrets(given: BTreeMap<String, String>) -> BTreeMap<String, Secret> {
    given
        .into_iter()
        .map(|(name, text)| (name, Secret::new(text)))
        .collect()
}

async fn out(app: &App, environment: &Environment) -> Result<EnvironmentOut, ApiError> {
    let record = app.engine.store().environment(environment.id).await?;
    let catalog = app.engine.catalog();
    let is_in_force =
        |d: &&std::sync::Arc<engine::Deployment>| d.active && d.environment.id == environment.id;
    Ok(EnvironmentOut {
        id: environment.id.to_string(),
        name: environment.name.clone(),
        kind: environment.kind.as_str(),
        company: (&environment.company).into(),
        origin: environment.origin.as_str(),
        revision: environment.revision,
        changed_by: record.changed_by,
        changed_at: rfc3339(record.changed_at),
        connections: catalog.connections_of(environment.id).len(),
        flows: catalog.deployments().filter(is_in_force).count(),
    })
}
