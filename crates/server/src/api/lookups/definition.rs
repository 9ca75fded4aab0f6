//! What the columns of a table are.

use super::table;
use crate::access::Caller;
use crate::api::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use mapping::table::{Column, ColumnKind, TableDefinition, TableKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the rows of a table are found.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindIn {
    /// By their key.
    #[default]
    Rows,
    /// By their conditions.
    Rules,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKindIn {
    #[default]
    Text,
    /// A whole number.
    Number,
    /// An exact decimal, as a text.
    Decimal,
    Bool,
    /// `YYYY-MM-DD`.
    Date,
    /// One of `codes`.
    Code,
}

/// A column.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnIn {
    name: String,
    #[serde(rename = "type", default)]
    kind: ColumnKindIn,
    /// Whether every row has a value in it.
    #[serde(default)]
    required: bool,
    /// The longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    /// What a code may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
}

/// What a table is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefinitionIn {
    #[serde(default)]
    kind: KindIn,
    /// What a row of a table of rows is found by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<ColumnIn>,
    /// The attributes that a table of rules asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<ColumnIn>,
    /// What a row gives. A single column `value` makes rows bare values.
    columns: Vec<ColumnIn>,
    #[serde(default)]
    description: String,
}

/// A table's definition.
#[derive(Serialize, ToSchema)]
pub struct DefinitionOut {
    table: String,
    /// The table's revision.
    revision: i64,
    /// Absent if nothing says what its columns are: it takes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<DefinitionIn>,
}

/// Shows what the columns of a table are.
#[utoipa::path(get, path = "/api/v1/lookups/{table}/definition", tag = "lookups",
    operation_id = "get_lookup_definition",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    responses((status = OK, body = DefinitionOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<DefinitionOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let (found, definition) = table(&app, &environment, &name).await?;
    Ok(Json(DefinitionOut {
        table: name,
        revision: found.revision,
        definition: definition.map(|definition| out(definition, found.description)),
    }))
}

/// Says what the columns of a table are, and makes the table if it is not there. The rows that it
/// has must be as the definition says.
#[utoipa::path(put, path = "/api/v1/lookups/{table}/definition", tag = "lookups",
    operation_id = "put_lookup_definition",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    request_body = DefinitionIn,
    responses((status = OK, body = DefinitionOut), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<DefinitionIn>,
) -> Result<Json<DefinitionOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let description = given.description.clone();
    let definition = definition(given);
    let revision = app
        .engine
        .lookup_define(&environment, &name, &description, &definition, &caller.name)
        .await?;
    Ok(Json(DefinitionOut {
        table: name,
        revision,
        definition: Some(out(definition, description)),
    }))
}

fn definition(given: DefinitionIn) -> TableDefinition {
    let columns = |columns: Vec<ColumnIn>| columns.into_iter().map(column).collect();
    TableDefinition {
        kind: match given.kind {
            KindIn::Rows => TableKind::Rows,
            KindIn::Rules => TableKind::Rules,
        },
        keys: columns(given.keys),
        conditions: columns(given.conditions),
        columns: columns(given.columns),
    }
}

fn column(given: ColumnIn) -> Column {
    Column {
        name: given.name,
        kind: match given.kind {
            ColumnKindIn::Text => ColumnKind::Text,
            ColumnKindIn::Number => ColumnKind::Number,
            ColumnKindIn::Decimal => ColumnKind::Decimal,
            ColumnKindIn::Bool => ColumnKind::Bool,
            ColumnKindIn::Date => ColumnKind::Date,
            ColumnKindIn::Code => ColumnKind::Code,
        },
        required: given.required,
        max_length: given.max_length,
        codes: given.codes,
        description: given.description,
    }
}

fn out(definition: TableDefinition, description: String) -> DefinitionIn {
    let columns = |columns: Vec<Column>| columns.into_iter().map(column_out).collect();
    DefinitionIn {
        kind: match definition.kind {
            TableKind::Rows => KindIn::Rows,
            TableKind::Rules => KindIn::Rules,
        },
        keys: columns(definition.keys),
        conditions: columns(definition.conditions),
        columns: columns(definition.columns),
        description,
    }
}

fn column_out(column: Column) -> ColumnIn {
    ColumnIn {
        name: column.name,
        kind: match column.kind {
            ColumnKind::Text => ColumnKindIn::Text,
            ColumnKind::Number => ColumnKindIn::Number,
            ColumnKind::Decimal => ColumnKindIn::Decimal,
            ColumnKind::Bool => ColumnKindIn::Bool,
            ColumnKind::Date => ColumnKindIn::Date,
            ColumnKind::Code => ColumnKindIn::Code,
        },
        required: column.required,
        max_length: column.max_length,
        codes: column.codes,
        description: column.description,
    }
}
