//! Lookup rows as valid at a time.

use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::settings as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::EnvironmentId;

/// A lookup row as valid at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupRow {
    pub key: String,
    /// JSON.
    pub value: String,
    pub valid_from: Timestamp,
    pub version: i64,
    pub who: String,
    pub created_at: Timestamp,
}

/// A lookup table and how many keys it has ever had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupTable {
    pub name: String,
    pub description: String,
    pub created_at: Timestamp,
    pub keys: i64,
}

/// Reads a row; none if it was taken out.
fn record(row: Row) -> Result<Option<LookupRow>> {
    let mut row = row.read("lookup_row");
    let (valid_from, version) = (Timestamp(row.int()?), row.int()?);
    let (key, value) = (row.text()?, row.opt_text()?);
    let (who, created_at) = (row.text()?, Timestamp(row.int()?));
    Ok(value.map(|value| LookupRow {
        key,
        value,
        valid_from,
        version,
        who,
        created_at,
    }))
}

/// The rows of keys that exist at a time, in no order.
pub async fn rows(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    keys: &[String],
    at: Timestamp,
) -> Result<Vec<LookupRow>> {
    let mut call = Call::each(&sql::LOOKUP);
    for key in keys {
        call.row(values![environment.0, table, key, at.0]);
    }
    let rows = session.call(call).await?;
    rows.into_iter()
        .filter_map(|row| record(row).transpose())
        .collect()
}

/// A page of a table as it is at a time, by key, after one of them.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    at: Timestamp,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<LookupRow>> {
    let values = values![environment.0, table, after.unwrap_or_default(), at.0, limit];
    let rows = session.rows(&sql::LIST_LOOKUP, &values).await?;
    rows.into_iter()
        .filter_map(|row| record(row).transpose())
        .collect()
}

/// The tables of an environment, by name.
pub async fn tables(
    session: &mut dyn Session,
    environment: EnvironmentId,
) -> Result<Vec<LookupTable>> {
    let read = |row: Row| {
        let mut row = row.read("lookup_table");
        let _environment = row.int()?;
        Ok(LookupTable {
            name: row.text()?,
            description: row.text()?,
            created_at: Timestamp(row.int()?),
            keys: row.int()?,
        })
    };
    let rows = session
        .rows(&sql::LOOKUP_TABLES, &values![environment.0])
        .await?;
    rows.into_iter().map(read).collect()
}
