//! Lookup tables: a change is a further version and a further revision, what was stays.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::session::{Call, Session};
use crate::statements::lookup as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::EnvironmentId;
use std::collections::{BTreeMap, HashMap};

/// A row to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupPut {
    pub table: String,
    pub key: String,
    pub valid_from: Timestamp,
    /// JSON; none takes the row out from that date on.
    pub value: Option<String>,
}

/// Rows of one person's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupChange {
    pub environment: EnvironmentId,
    pub rows: Vec<LookupPut>,
    /// The revision at which the rows' only table was read to check them; if it has another by
    /// now, nothing is stored.
    pub expected: Option<i64>,
    pub who: String,
    pub at: Timestamp,
}

/// What the columns of a table are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupDefine {
    pub environment: EnvironmentId,
    pub table: String,
    pub description: String,
    /// JSON; none leaves it as it is.
    pub definition: Option<String>,
    /// As of [`LookupChange`].
    pub expected: Option<i64>,
    pub who: String,
    pub at: Timestamp,
}

/// Stores rows; one that is valid from the same date with the same value is left alone. Answers
/// with how many versions were added.
pub async fn put(session: &mut dyn Session, change: &LookupChange) -> Result<usize> {
    let mut revisions = BTreeMap::new();
    for row in &change.rows {
        if !revisions.contains_key(row.table.as_str()) {
            let revision = lock(session, change.environment, &row.table, change.at).await?;
            revisions.insert(row.table.as_str(), revision);
        }
    }
    let new = versions(session, change).await?;
    if new.is_empty() {
        return Ok(0);
    }
    let environment = change.environment.0;
    let mut insert = Call::each(&sql::INSERT_LOOKUP);
    let mut acts = Vec::with_capacity(new.len());
    for (row, version) in &new {
        let revision = revisions[row.table.as_str()];
        expect(&row.table, change.expected, revision)?;
        insert.row(values![
            environment,
            &row.table,
            &row.key,
            row.valid_from.0,
            *version,
            row.value.as_ref(),
            &change.who,
            change.at.0,
            revision + 1,
        ]);
        let subject = format!("{}: {}", row.table, row.key);
        acts.push((subject, row.value.as_deref().unwrap_or("taken out")));
    }
    session.call(insert).await?;
    for (table, revision) in revisions {
        if new.iter().any(|(row, _)| row.table == table) {
            let values = values![environment, table, revision + 1];
            session.rows(&sql::SET_LOOKUP_REVISION, &values).await?;
        }
    }
    let acts: Vec<Act<'_>> = acts
        .iter()
        .map(|(subject, detail)| Act {
            at: change.at,
            who: &change.who,
            action: "lookup.put",
            subject,
            detail,
        })
        .collect();
    audit::append_all(session, &acts).await?;
    Ok(new.len())
}

/// The rows that say something new, with their version.
async fn versions<'a>(
    session: &mut dyn Session,
    change: &'a LookupChange,
) -> Result<Vec<(&'a LookupPut, i64)>> {
    let mut call = Call::each(&sql::NEWEST_LOOKUP);
    for (place, row) in (0_i64..).zip(&change.rows) {
        let (environment, date) = (change.environment.0, row.valid_from.0);
        call.row(values![place, environment, &row.table, &row.key, date]);
    }
    let mut newest: HashMap<(&str, &str, Timestamp), (i64, Option<String>)> = HashMap::new();
    for found in session.call(call).await? {
        let mut found = found.read("lookup_row");
        let place = usize::try_from(found.int()?).unwrap_or(usize::MAX);
        let row = change.rows.get(place);
        let row = row.ok_or_else(|| found.corrupt("a row that was not asked for"))?;
        let key = (row.table.as_str(), row.key.as_str(), row.valid_from);
        newest.insert(key, (found.int()?, found.opt_text()?));
    }
    let mut new = Vec::with_capacity(change.rows.len());
    for row in &change.rows {
        let key = (row.table.as_str(), row.key.as_str(), row.valid_from);
        let version = match newest.get(&key) {
            Some((_, value)) if *value == row.value => continue,
            Some((version, _)) => version + 1,
            None => 1,
        };
        newest.insert(key, (version, row.value.clone()));
        new.push((row, version));
    }
    Ok(new)
}

/// Says what the columns of a table are, and makes the table if it is not there. The same again
/// changes nothing. Answers with the table's revision.
pub async fn define(session: &mut dyn Session, define: &LookupDefine) -> Result<i64> {
    let (environment, table) = (define.environment.0, define.table.as_str());
    let mut revision = lock(session, define.environment, table, define.at).await?;
    let newest = session
        .row(
            &sql::LOOKUP_DEFINITION,
            &values![environment, table, i64::MAX],
        )
        .await?
        .map(|row| row.read("lookup_definition").text())
        .transpose()?;
    let mut acts = Vec::new();
    if let Some(definition) = &define.definition
        && newest.as_ref() != Some(definition)
    {
        expect(table, define.expected, revision)?;
        revision += 1;
        let values = values![
            environment,
            table,
            revision,
            definition,
            &define.who,
            define.at.0
        ];
        session
            .rows(&sql::INSERT_LOOKUP_DEFINITION, &values)
            .await?;
        let values = values![environment, table, revision];
        session.rows(&sql::SET_LOOKUP_REVISION, &values).await?;
        acts.push(("lookup.define", definition.as_str()));
    }
    let values = values![environment, table, &define.description];
    let described = session.rows(&sql::DESCRIBE_LOOKUP_TABLE, &values).await?;
    if !described.is_empty() {
        acts.push(("lookup.describe", &define.description));
    }
    let acts: Vec<Act<'_>> = acts
        .into_iter()
        .map(|(action, detail)| Act {
            at: define.at,
            who: &define.who,
            action,
            subject: table,
            detail,
        })
        .collect();
    audit::append_all(session, &acts).await?;
    Ok(revision)
}

/// Makes the table if it is not there, and makes others who change it wait; its revision.
async fn lock(
    session: &mut dyn Session,
    environment: EnvironmentId,
    table: &str,
    at: Timestamp,
) -> Result<i64> {
    let touch = values![environment.0, table, at.0];
    session.rows(&sql::TOUCH_LOOKUP_TABLE, &touch).await?;
    let values = values![environment.0, table];
    let row = session.row(&sql::LOCK_LOOKUP_TABLE, &values).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

fn expect(table: &str, expected: Option<i64>, revision: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != revision => Err(Error::Conflict(format!(
            "the table `{table}` was changed meanwhile: read it again"
        ))),
        _ => Ok(()),
    }
}
