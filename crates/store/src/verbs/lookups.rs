//! Rows of lookup tables: a change is a further version, what was stays.

use super::audit::{self, Act};
use crate::error::Result;
use crate::session::Session;
use crate::statements::settings as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::EnvironmentId;

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
    pub who: String,
    pub at: Timestamp,
}

/// Stores rows; one that is valid from the same date with the same value is left alone. Answers
/// with how many versions were added.
pub async fn put(session: &mut dyn Session, change: &LookupChange) -> Result<usize> {
    let mut added = 0;
    for row in &change.rows {
        let (environment, at) = (change.environment.0, change.at.0);
        session
            .rows(
                &sql::TOUCH_LOOKUP_TABLE,
                &values![environment, &row.table, at],
            )
            .await?;
        let date = row.valid_from.0;
        let newest = session
            .row(
                &sql::NEWEST_LOOKUP,
                &values![environment, &row.table, &row.key, date],
            )
            .await?;
        let version = match newest {
            Some(found) => {
                let mut found = found.read("lookup_row");
                let version = found.int()?;
                if found.opt_text()? == row.value {
                    continue;
                }
                version + 1
            }
            None => 1,
        };
        let values = values![
            environment,
            &row.table,
            &row.key,
            date,
            version,
            row.value.as_ref(),
            &change.who,
            at
        ];
        session.rows(&sql::INSERT_LOOKUP, &values).await?;
        added += 1;
        let act = Act {
            at: change.at,
            who: &change.who,
            action: "lookup.put",
            subject: &format!("{}: {}", row.table, row.key),
            detail: row.value.as_deref().unwrap_or("taken out"),
        };
        audit::append(session, act).await?;
    }
    Ok(added)
}

/// Makes a table or changes its description.
pub async fn put_table(
    session: &mut dyn Session,
    environment: EnvironmentId,
    name: &str,
    description: &str,
    at: Timestamp,
) -> Result<()> {
    let values = values![environment.0, name, description, at.0];
    session
        .rows(&sql::PUT_LOOKUP_TABLE, &values)
        .await
        .map(drop)
}
