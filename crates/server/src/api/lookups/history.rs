//! What a key was, and who changed it.

use super::{KeyIn, from_out, key_out, table};
use crate::api::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Versions that are shown at most.
const VERSIONS_MAX: i64 = 200;

/// Which key.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfKeyIn {
    /// The key; of several parts as a JSON list of texts.
    key: String,
}

/// A version of a row.
#[derive(Serialize, ToSchema)]
#[schema(as = RowVersionOut)]
pub struct VersionOut {
    /// The first day that it is about; absent for always.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    version: i64,
    /// Absent if the key ends on that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    changed_by: String,
    changed_at: String,
    /// The revision of the table that brought it.
    revision: i64,
}

/// All versions of a key.
#[derive(Serialize, ToSchema)]
pub struct HistoryOut {
    key: KeyIn,
    /// The latest day first; of one day the newest first, which is the one that counts.
    data: Vec<VersionOut>,
}

/// Shows every version of a key, the latest day first, the newest 200.
#[utoipa::path(get, path = "/api/v1/lookups/{table}/history", tag = "lookups",
    operation_id = "get_lookup_history",
    params(("table" = String, Path, description = "The table's name."), ScopeIn, OfKeyIn),
    responses((status = OK, body = HistoryOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(of): Params<OfKeyIn>,
) -> Result<Json<HistoryOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let (_, definition) = table(&app, &environment, &name).await?;
    let store = app.engine.store();
    let versions = store
        .lookup_history(environment.id, &name, &of.key, VERSIONS_MAX)
        .await?;
    if versions.is_empty() {
        return Err(ApiError::not_found(&format!("row of `{name}`"), &of.key));
    }
    let version = |version: store::LookupVersion| VersionOut {
        valid_from: from_out(version.valid_from),
        version: version.version,
        value: version
            .value
            .map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
        changed_by: version.who,
        changed_at: rfc3339(version.created_at),
        revision: version.revision,
    };
    Ok(Json(HistoryOut {
        key: key_out(definition.as_ref(), of.key),
        data: versions.into_iter().map(version).collect(),
    }))
}
