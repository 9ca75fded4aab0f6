//! Lookup tables: what formulas look values up in. A change is a new version; what was stays.

pub mod definition;
pub mod derive;
pub mod history;
pub mod rows;
pub mod sheet;

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use engine::{LookupError, ReplayedMissing};
use mapping::table::key;
use mapping::{TableDefinition, table::day};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::LookupTable;
use utoipa::ToSchema;

/// A lookup table.
#[derive(Serialize, ToSchema)]
pub struct TableOut {
    name: String,
    description: String,
    /// `rows` or `rules`; absent if nothing says what its columns are.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// How many keys it has ever had.
    keys: i64,
    /// Rises with every change.
    revision: i64,
    created_at: String,
}

/// All lookup tables of an environment.
#[derive(Serialize, ToSchema)]
pub struct TablesOut {
    data: Vec<TableOut>,
}

/// A key: a text, or its parts if it has several.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum KeyIn {
    One(String),
    Several(Vec<String>),
}

impl KeyIn {
    fn parts(self) -> Vec<String> {
        match self {
            Self::One(part) => vec![part],
            Self::Several(parts) => parts,
        }
    }
}

/// Dead letters that missed what is there now.
#[derive(Serialize, ToSchema)]
pub struct ReplayedOut {
    /// How many are worked again.
    replayed: usize,
    /// The new runs.
    runs: Vec<String>,
    /// How many still miss something in the table.
    still_missing: usize,
    /// Those that cannot be worked again now, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<FailedOut>,
    /// There are more than one call takes: call again.
    more: bool,
}

/// A run that cannot be worked again now.
#[derive(Serialize, ToSchema)]
pub struct FailedOut {
    run: String,
    reason: String,
}

impl From<ReplayedMissing> for ReplayedOut {
    fn from(done: ReplayedMissing) -> Self {
        let failed = |(run, reason): (model::ids::RunId, String)| FailedOut {
            run: run.to_string(),
            reason,
        };
        Self {
            replayed: done.runs.len(),
            runs: done.runs.iter().map(ToString::to_string).collect(),
            still_missing: done.still_missing,
            failed: done.failed.into_iter().map(failed).collect(),
            more: done.more,
        }
    }
}

impl From<LookupError> for ApiError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Store(error) => error.into(),
            LookupError::NoTable(name) => Self::not_found("lookup table", &name),
            LookupError::Problems(problems) => Self::problems(
                "what was given is not in order; nothing was stored",
                problems,
            ),
            LookupError::Refused(reason) => Self::conflict(reason),
        }
    }
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

fn table_out(table: LookupTable) -> TableOut {
    let kind = table.definition.as_deref().and_then(|text| {
        let definition: serde_json::Value = serde_json::from_str(text).ok()?;
        Some(definition.get("kind")?.as_str()?.to_owned())
    });
    TableOut {
        kind,
        name: table.name,
        description: table.description,
        keys: table.keys,
        revision: table.revision,
        created_at: rfc3339(table.created_at),
    }
}

/// A table that must be there, with its definition if it has one.
async fn table(
    app: &App,
    environment: &engine::Environment,
    name: &str,
) -> Result<(LookupTable, Option<TableDefinition>), ApiError> {
    let store = app.engine.store();
    let found = store.lookup_table(environment.id, name).await?;
    let found = found.ok_or_else(|| ApiError::not_found("lookup table", name))?;
    let definition = found.definition.as_deref().map(serde_json::from_str);
    let definition = definition.transpose().map_err(|e| ApiError::internal(&e))?;
    Ok((found, definition))
}

/// A stored key as the API shows it.
fn key_out(definition: Option<&TableDefinition>, stored: String) -> KeyIn {
    let count = definition.map_or(1, |definition| definition.key_names().len());
    match key::parts(&stored, count) {
        Some(parts) if count > 1 => KeyIn::Several(parts),
        _ => KeyIn::One(stored),
    }
}

/// A row's first day; none for always.
fn from_out(at: Timestamp) -> Option<String> {
    (at != day::ALWAYS).then(|| day::to_from_text(at))
}
