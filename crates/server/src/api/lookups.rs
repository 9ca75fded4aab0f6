//! Lookup tables: what formulas look values up in. A change is a new version; what was stays.

use super::WHO;
use super::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use model::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{LookupChange, LookupPut, LookupRow, LookupTable};
use utoipa::ToSchema;

/// Rows of one change at most.
const ROWS_MAX: usize = 1_000;

/// A lookup table.
#[derive(Serialize, ToSchema)]
pub struct TableOut {
    name: String,
    description: String,
    /// How many keys it has ever had.
    keys: i64,
    created_at: String,
}

/// All lookup tables of an environment.
#[derive(Serialize, ToSchema)]
pub struct TablesOut {
    data: Vec<TableOut>,
}

/// A row as it is valid now.
#[derive(Serialize, ToSchema)]
pub struct RowOut {
    key: String,
    value: Value,
    valid_from: String,
    version: i64,
    changed_by: String,
    changed_at: String,
}

/// Rows to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsIn {
    rows: Vec<RowIn>,
}

/// A row to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowIn {
    key: String,
    /// Any JSON but null; without one, or with null, the row is taken out.
    #[serde(default)]
    value: Value,
    /// From when on, RFC 3339; from the beginning of time unless told.
    #[serde(default)]
    valid_from: Option<String>,
}

/// What a change came to.
#[derive(Serialize, ToSchema)]
pub struct ChangedOut {
    /// Versions that were added; a row that was so already adds none.
    changed: usize,
}

/// Lists the lookup tables of an environment.
#[utoipa::path(get, path = "/api/v1/lookups", tag = "lookups", operation_id = "list_lookups",
    params(ScopeIn),
    responses((status = OK, body = TablesOut), (status = "4XX", body = ProblemOut)))]
pub async fn tables(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<TablesOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let tables = app.engine.store().lookup_tables(environment.id).await?;
    Ok(Json(TablesOut {
        data: tables.into_iter().map(table_out).collect(),
    }))
}

/// Lists the rows of a table as they are valid now, by key.
#[utoipa::path(get, path = "/api/v1/lookups/{table}", tag = "lookups",
    operation_id = "list_lookup_rows",
    params(("table" = String, Path, description = "The table's name."), ScopeIn, PageIn),
    responses((status = OK, body = List<RowOut>), (status = "4XX", body = ProblemOut)))]
pub async fn rows(
    State(app): State<App>,
    Path(table): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RowOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let (now, limit) = (app.engine.clock().now(), page.limit()? + 1);
    let store = app.engine.store();
    let rows = store
        .lookup_list(environment.id, &table, now, page.after.clone(), limit)
        .await?;
    Ok(Json(page.list(rows, |r| r.key.clone(), row_out)?))
}

/// Stores rows of a table, and makes the table if it is not there.
#[utoipa::path(put, path = "/api/v1/lookups/{table}", tag = "lookups",
    operation_id = "put_lookup_rows",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    request_body = RowsIn,
    responses((status = OK, body = ChangedOut), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    Path(table): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<RowsIn>,
) -> Result<Json<ChangedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    if given.rows.len() > ROWS_MAX {
        let detail = format!("a change has {ROWS_MAX} rows at most");
        return Err(ApiError::bad_request(
            "too_many_rows",
            detail,
            "send several changes",
        ));
    }
    let (mut rows, mut problems) = (Vec::with_capacity(given.rows.len()), Vec::new());
    for (n, row) in given.rows.into_iter().enumerate() {
        let path = format!("rows[{n}]");
        if row.key.is_empty() {
            let cure = "give the text that formulas look up";
            problems.push(Problem::error(&path, "empty_key", "the key is empty", cure));
        }
        match valid_from(&path, row.valid_from.as_deref()) {
            Ok(valid_from) => rows.push(LookupPut {
                table: table.clone(),
                valid_from,
                value: (!row.value.is_null()).then(|| row.value.to_string()),
                key: row.key,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(ApiError::problems(
            "the rows are not in order; none was stored",
            problems,
        ));
    }
    let at = app.engine.clock().now();
    let change = LookupChange {
        environment: environment.id,
        rows,
        who: WHO.into(),
        at,
    };
    let changed = app.engine.store().lookup_put(change).await?;
    Ok(Json(ChangedOut { changed }))
}

fn valid_from(path: &str, text: Option<&str>) -> Result<Timestamp, Problem> {
    let Some(text) = text else {
        return Ok(Timestamp::default());
    };
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed
        .map(|at| Timestamp(at.as_microsecond()))
        .map_err(|_| {
            let path = format!("{path}.valid_from");
            let cure = "write it like 2026-01-31T00:00:00Z";
            Problem::error(path, "wrong_time", format!("`{text}` is no time"), cure)
        })
}

fn table_out(table: LookupTable) -> TableOut {
    TableOut {
        name: table.name,
        description: table.description,
        keys: table.keys,
        created_at: rfc3339(table.created_at),
    }
}

fn row_out(row: LookupRow) -> RowOut {
    RowOut {
        value: serde_json::from_str(&row.value).unwrap_or(Value::String(row.value)),
        key: row.key,
        valid_from: rfc3339(row.valid_from),
        version: row.version,
        changed_by: row.who,
        changed_at: rfc3339(row.created_at),
    }
}
