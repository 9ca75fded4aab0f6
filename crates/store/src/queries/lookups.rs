//! Lookup tables and rows, as valid at a time and as they were at a revision.

use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::lookup as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{EnvironmentId, RunId};
use vault::Sealed;

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

/// A version of a row: from its date on the key has this value, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupVersion {
    pub key: String,
    pub valid_from: Timestamp,
    pub version: i64,
    /// JSON; none if the key is taken out from that date on.
    pub value: Option<String>,
    pub who: String,
    pub created_at: Timestamp,
    /// The table's revision that brought it.
    pub revision: i64,
}

/// Rows, and the revision of their table that they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookupFound {
    pub revision: i64,
    pub rows: Vec<LookupRow>,
}

/// A lookup table and how many keys it has ever had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupTable {
    pub name: String,
    pub description: String,
    pub created_at: Timestamp,
    /// Rises with every change.
    pub revision: i64,
    /// What its columns are: JSON. None for a table that takes anything.
    pub definition: Option<String>,
    pub keys: i64,
}

fn version(row: Row) -> Result<LookupVersion> {
    let mut row = row.read("lookup_row");
    Ok(LookupVersion {
        valid_from: Timestamp(row.int()?),
        version: row.int()?,
        key: row.text()?,
        value: row.opt_text()?,
        who: row.text()?,
        created_at: Timestamp(row.int()?),
        revision: row.int()?,
    })
}

/// The row that a version is; none if it was taken out.
fn record(found: LookupVersion) -> Option<LookupRow> {
    Some(LookupRow {
        key: found.key,
        value: found.value?,
        valid_from: found.valid_from,
        version: found.version,
        who: found.who,
        created_at: found.created_at,
    })
}

/// The rows of keys that exist at a time, in no order, as they were at a revision; at the newest
/// unless told. The answer names a revision at which all of them, and all that is not there, are
/// so.
pub async fn rows(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    keys: &[String],
    at: Timestamp,
    revision: Option<i64>,
) -> Result<LookupFound> {
    let most = revision.unwrap_or(i64::MAX);
    let mut call = Call::each(&sql::LOOKUP);
    for key in keys {
        call.row(values![environment.0, table, key, at.0, most]);
    }
    let known = Call::new(&sql::LOOKUP_REVISION, values![environment.0, table]);
    // The revision is read first: a change that comes in between shows by a row of a later one.
    let mut answers = session.run_all(&[known, call]).await?;
    let found = answers.pop().unwrap_or_default();
    let newest = answers.pop().and_then(|rows| rows.into_iter().next());
    let newest = newest.map_or(Ok(0), |row| row.int(0))?;
    let found: Vec<LookupVersion> = found.into_iter().map(version).collect::<Result<_>>()?;
    let latest = found.iter().map(|row| row.revision).max().unwrap_or(0);
    Ok(LookupFound {
        revision: revision.unwrap_or(newest.max(latest)),
        rows: found.into_iter().filter_map(record).collect(),
    })
}

/// A page of a table as it is at a time, by key, after one of them: keys that begin with a text.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    at: Timestamp,
    prefix: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<LookupRow>> {
    let after = after.unwrap_or_default();
    let values = values![environment.0, table, after, at.0, limit, prefix];
    let rows = session.rows(&sql::LIST_LOOKUP, &values).await?;
    rows.into_iter()
        .filter_map(|row| version(row).map(record).transpose())
        .collect()
}

/// Every version of a key, the latest date first.
pub async fn history(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    key: &str,
    limit: i64,
) -> Result<Vec<LookupVersion>> {
    let values = values![environment.0, table, key, limit];
    let rows = session.rows(&sql::LOOKUP_HISTORY, &values).await?;
    rows.into_iter().map(version).collect()
}

/// The newest version of every key and date of a table, as it was at a revision, by key and date.
pub async fn points(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    revision: i64,
    limit: i64,
) -> Result<Vec<LookupVersion>> {
    let values = values![environment.0, table, revision, limit];
    let rows = session.rows(&sql::LOOKUP_POINTS, &values).await?;
    let mut points: Vec<LookupVersion> = rows.into_iter().map(version).collect::<Result<_>>()?;
    // By bytes, on both databases, whatever their collation.
    points.sort_by(|a, b| (&a.key, a.valid_from).cmp(&(&b.key, b.valid_from)));
    Ok(points)
}

/// What the columns of a table are at a revision, if that is said.
pub async fn definition(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    revision: i64,
) -> Result<Option<String>> {
    let values = values![environment.0, table, revision];
    let row = session.row(&sql::LOOKUP_DEFINITION, &values).await?;
    row.map(|row| row.read("lookup_definition").text())
        .transpose()
}

/// The tables of an environment, by name; or the one of that name.
pub async fn tables(
    session: &mut dyn Session,
    environment: EnvironmentId,
    name: Option<&str>,
) -> Result<Vec<LookupTable>> {
    let read = |row: Row| {
        let mut row = row.read("lookup_table");
        Ok(LookupTable {
            name: row.text()?,
            description: row.text()?,
            created_at: Timestamp(row.int()?),
            revision: row.int()?,
            definition: row.opt_text()?,
            keys: row.int()?,
        })
    };
    let rows = session
        .rows(&sql::LOOKUP_TABLES, &values![environment.0, name])
        .await?;
    rows.into_iter().map(read).collect()
}

/// Which tables and rows a run has met.
pub async fn of_run(session: &mut dyn Session, run: RunId) -> Result<Option<Sealed>> {
    let row = session.row(&sql::RUN_LOOKUP, &values![run.0]).await?;
    row.map(|row| row.read("run_lookup").blob().map(Sealed))
        .transpose()
}

/// A page of the runs whose open dead letters miss something in a table, with what they miss.
pub async fn missing(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    after: RunId,
    limit: i64,
) -> Result<Vec<(RunId, String)>> {
    let values = values![environment.0, table, after.0, limit];
    let read = |row: Row| {
        let mut row = row.read("dead_letter");
        Ok((RunId(row.int()?), row.opt_text()?.unwrap_or_default()))
    };
    let rows = session.rows(&sql::MISSING_LETTERS, &values).await?;
    rows.into_iter().map(read).collect()
}
