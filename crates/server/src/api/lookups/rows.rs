//! The rows of a table: as they are on a day, and how a person changes them.

use super::{KeyIn, ReplayedOut, from_out, key_out, table};
use crate::access::Caller;
use crate::api::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use engine::NewRow;
use mapping::TableDefinition;
use mapping::table::day;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::LookupRow;
use utoipa::{IntoParams, ToSchema};

/// Rows of one change at most.
const ROWS_MAX: usize = 1_000;

/// Which rows a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowFilterIn {
    /// As they are on a day, `YYYY-MM-DD`; today by the calendar of the books unless told.
    at: Option<String>,
    /// Those whose key begins with a text.
    search: Option<String>,
}

/// A row as it is on a day.
#[derive(Serialize, ToSchema)]
pub struct RowOut {
    key: KeyIn,
    value: Value,
    /// Its first day; absent for always.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    version: i64,
    changed_by: String,
    changed_at: String,
}

/// Rows to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsIn {
    rows: Vec<RowIn>,
    /// Whether dead letters that missed what is there now are worked again.
    #[serde(default)]
    replay_missing: bool,
}

/// A row to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowIn {
    /// A text, or the parts of the key. Of a rule its name.
    key: KeyIn,
    /// A map of the columns, or a bare value. Of a rule with its `priority` and its conditions as
    /// texts. Without one, or with null, the row is taken out.
    #[serde(default)]
    value: Value,
    /// Its first day, `YYYY-MM-DD`, or a moment (RFC 3339); always unless told.
    #[serde(default)]
    valid_from: Option<String>,
    /// Its last day.
    #[serde(default)]
    valid_to: Option<String>,
}

/// The end of a row.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndIn {
    key: KeyIn,
    /// The first day on which it no longer is.
    from: String,
}

/// What a change came to.
#[derive(Serialize, ToSchema)]
pub struct ChangedOut {
    /// Versions that were added; a row that was so already adds none.
    changed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed: Option<ReplayedOut>,
}

/// Lists the rows of a table as they are on a day, by key.
#[utoipa::path(get, path = "/api/v1/lookups/{table}", tag = "lookups",
    operation_id = "list_lookup_rows",
    params(("table" = String, Path, description = "The table's name."), ScopeIn, RowFilterIn,
        PageIn),
    responses((status = OK, body = List<RowOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<RowFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RowOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let (_, definition) = table(&app, &environment, &name).await?;
    let at = day_of(&app, &environment, filter.at.as_deref())?;
    let store = app.engine.store();
    let rows = store
        .lookup_list(
            environment.id,
            &name,
            day::end(at),
            filter.search.as_deref().unwrap_or_default(),
            page.after.clone(),
            page.limit()? + 1,
        )
        .await?;
    Ok(Json(page.list(
        rows,
        |r| r.key.clone(),
        |r| row_out(definition.as_ref(), r),
    )?))
}

/// Stores rows of a table, and makes the table if it is not there.
#[utoipa::path(put, path = "/api/v1/lookups/{table}", tag = "lookups",
    operation_id = "put_lookup_rows",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    request_body = RowsIn,
    responses((status = OK, body = ChangedOut), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<RowsIn>,
) -> Result<Json<ChangedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    if given.rows.len() > ROWS_MAX {
        let detail = format!("a change has {ROWS_MAX} rows at most");
        return Err(ApiError::bad_request(
            "too_many_rows",
            detail,
            "send several changes, or import a file",
        ));
    }
    let rows: Vec<NewRow> = given.rows.into_iter().map(row_in).collect();
    let changed = app
        .engine
        .lookup_put(&environment, &name, &rows, &caller.name);
    let changed = changed.await?;
    let replayed = if given.replay_missing {
        Some(
            app.engine
                .replay_missing(&environment, &name, &caller.name)
                .await?
                .into(),
        )
    } else {
        None
    };
    Ok(Json(ChangedOut { changed, replayed }))
}

/// Ends a row from a day on. What it was before stays.
#[utoipa::path(post, path = "/api/v1/lookups/{table}/end", tag = "lookups",
    operation_id = "end_lookup_row",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    request_body = EndIn,
    responses((status = OK, body = ChangedOut), (status = "4XX", body = ProblemOut)))]
pub async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<EndIn>,
) -> Result<Json<ChangedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let (_, definition) = table(&app, &environment, &name).await?;
    let key = given.key.parts();
    let at = day::from_text(&given.from).map_err(wrong_day)?;
    let stored = mapping::table::key::text(&key);
    let store = app.engine.store();
    let found = store
        .lookup_rows(
            environment.id,
            &name,
            std::slice::from_ref(&stored),
            at,
            None,
        )
        .await?;
    if found.rows.is_empty() {
        let what = format!("row of `{name}` on {}", given.from);
        let shown = serde_json::to_string(&key_out(definition.as_ref(), stored));
        return Err(ApiError::not_found(&what, &shown.unwrap_or_default()));
    }
    let rows = [NewRow {
        key,
        value: None,
        valid_from: given.from,
        valid_to: String::new(),
    }];
    let changed = app
        .engine
        .lookup_put(&environment, &name, &rows, &caller.name);
    Ok(Json(ChangedOut {
        changed: changed.await?,
        replayed: None,
    }))
}

/// Works the dead letters again that missed what the table has now.
#[utoipa::path(post, path = "/api/v1/lookups/{table}/replay-missing", tag = "lookups",
    operation_id = "replay_missing",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    responses((status = OK, body = ReplayedOut), (status = "4XX", body = ProblemOut)))]
pub async fn replay_missing(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<ReplayedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    table(&app, &environment, &name).await?;
    let done = app
        .engine
        .replay_missing(&environment, &name, &caller.name)
        .await?;
    Ok(Json(done.into()))
}

/// The day that a request names, or today by the calendar of the books.
pub fn day_of(
    app: &App,
    environment: &engine::Environment,
    text: Option<&str>,
) -> Result<day::Date, ApiError> {
    match text {
        Some(text) => day::parse(text).map_err(wrong_day),
        None => Ok(app.engine.books_today(environment)?),
    }
}

fn wrong_day(message: String) -> ApiError {
    ApiError::bad_request("wrong_day", message, "write it like 2026-01-31")
}

fn row_in(row: RowIn) -> NewRow {
    NewRow {
        key: row.key.parts(),
        value: (!row.value.is_null()).then_some(row.value),
        valid_from: row.valid_from.unwrap_or_default(),
        valid_to: row.valid_to.unwrap_or_default(),
    }
}

fn row_out(definition: Option<&TableDefinition>, row: LookupRow) -> RowOut {
    RowOut {
        value: serde_json::from_str(&row.value).unwrap_or(Value::String(row.value)),
        key: key_out(definition, row.key),
        valid_from: from_out(row.valid_from),
        version: row.version,
        changed_by: row.who,
        changed_at: rfc3339(row.created_at),
    }
}
