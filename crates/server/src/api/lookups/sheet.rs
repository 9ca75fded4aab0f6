//! Tables as CSV files.

use super::{KeyIn, ReplayedOut, from_out, key_out};
use crate::access::Caller;
use crate::api::extract::{File, Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use mapping::TableDefinition;
use mapping::table::Change;
use mapping::table::timeline::ChangeKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Changes that are shown at most; all are counted.
const SHOWN_MAX: usize = 200;

/// How a file is imported.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportIn {
    /// Only says what it would change.
    #[serde(default)]
    dry_run: bool,
    /// Ends keys that the file does not name, from today on.
    #[serde(default)]
    end_missing: bool,
    /// Whether dead letters that missed what is there now are worked again.
    #[serde(default)]
    replay_missing: bool,
}

/// What an import did, or would do.
#[derive(Serialize, ToSchema)]
pub struct ImportedOut {
    dry_run: bool,
    added: usize,
    changed: usize,
    ended: usize,
    unchanged: usize,
    /// The first 200 changes, by key and day.
    changes: Vec<RowChangeOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed: Option<ReplayedOut>,
}

/// One change.
#[derive(Serialize, ToSchema)]
pub struct RowChangeOut {
    /// `added`, `changed`, `ended`.
    change: &'static str,
    key: KeyIn,
    /// From this day on; absent for always.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// How a file is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportIn {
    /// `comma` or `semicolon` between cells; a comma unless told.
    delimiter: Option<String>,
}

/// Reads a CSV file into a table. The header names the columns, and `valid_from` and `valid_to`;
/// `;` or `,` stands between cells. Afterwards the table says what the file says of every key that
/// the file names.
#[utoipa::path(post, path = "/api/v1/lookups/{table}/import", tag = "lookups",
    operation_id = "import_lookup",
    params(("table" = String, Path, description = "The table's name."), ScopeIn, ImportIn),
    request_body(content = String, content_type = "text/csv"),
    responses((status = OK, body = ImportedOut), (status = "4XX", body = ProblemOut)))]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(how): Params<ImportIn>,
    File(file): File,
) -> Result<Json<ImportedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let imported = app
        .engine
        .lookup_import(
            &environment,
            &name,
            &file,
            how.end_missing,
            how.dry_run,
            &caller.name,
        )
        .await?;
    let changes = &imported.diff.changes;
    let count = |kind| {
        changes
            .iter()
            .filter(|change| change.kind() == kind)
            .count()
    };
    let replayed = if how.replay_missing && !how.dry_run {
        Some(
            app.engine
                .replay_missing(&environment, &name, &caller.name)
                .await?
                .into(),
        )
    } else {
        None
    };
    Ok(Json(ImportedOut {
        dry_run: how.dry_run,
        added: count(ChangeKind::Added),
        changed: count(ChangeKind::Changed),
        ended: count(ChangeKind::Ended),
        unchanged: imported.diff.unchanged,
        changes: changes
            .iter()
            .take(SHOWN_MAX)
            .map(|change| change_out(&imported.definition, change))
            .collect(),
        replayed,
    }))
}

/// Writes a table as a CSV file with its whole time. Imported again it changes nothing.
#[utoipa::path(get, path = "/api/v1/lookups/{table}/export", tag = "lookups",
    operation_id = "export_lookup",
    params(("table" = String, Path, description = "The table's name."), ScopeIn, ExportIn),
    responses((status = OK, body = String, content_type = "text/csv"),
        (status = "4XX", body = ProblemOut)))]
pub async fn export(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(how): Params<ExportIn>,
) -> Result<impl IntoResponse, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let delimiter = match how.delimiter.as_deref() {
        None | Some("comma") => b',',
        Some("semicolon") => b';',
        Some(other) => {
            let detail = format!("`{other}` is no delimiter");
            let cure = "use `comma` or `semicolon`";
            return Err(ApiError::bad_request("wrong_delimiter", detail, cure));
        }
    };
    let file = app.engine.lookup_export(&environment, &name, delimiter);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ),
    ];
    Ok((headers, file.await?))
}

fn change_out(definition: &TableDefinition, change: &Change) -> RowChangeOut {
    RowChangeOut {
        change: change.kind().as_str(),
        key: key_out(Some(definition), change.key.clone()),
        valid_from: from_out(change.from),
        before: change.before.clone(),
        after: change.after.clone(),
    }
}
