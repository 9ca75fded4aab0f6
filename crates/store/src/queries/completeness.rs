//! How the inbox compares with what senders list.

use crate::error::Result;
use crate::session::Session;
use crate::statements::completeness as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{ConnectionId, EnvironmentId, EventId};

/// An event that was not there until the sender's list was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub event: EventId,
    pub found_at: Timestamp,
    /// The sender's id.
    pub source_id: String,
    pub kind: String,
    pub occurred_at: Timestamp,
}

/// What is known of one sender. All of what it lists is in the inbox up to `seen_until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    pub connection: ConnectionId,
    pub environment: EnvironmentId,
    /// How many events the sender lists, from the first comparison on.
    pub listed: i64,
    /// How many of them were not in the inbox when they were met in the list.
    pub missing: i64,
    /// When the oldest and the newest of them occurred.
    pub since: Option<Timestamp>,
    pub seen_until: Option<Timestamp>,
    pub begun_at: Timestamp,
    /// When the list was last read to its end; none while it is read.
    pub ended_at: Option<Timestamp>,
    /// Why it could not be read, and when.
    pub fault: Option<(String, Timestamp)>,
    /// The newest of the missing ones.
    pub gaps: Vec<Gap>,
}

fn record(row: Row) -> Result<Completeness> {
    let mut row = row.read("completeness");
    Ok(Completeness {
        connection: ConnectionId(row.int()?),
        environment: EnvironmentId(row.int()?),
        listed: row.int()?,
        missing: row.int()?,
        since: row.opt_int()?.map(Timestamp),
        seen_until: row.opt_int()?.map(Timestamp),
        begun_at: Timestamp(row.int()?),
        ended_at: row.opt_int()?.map(Timestamp),
        fault: row.opt_text()?.zip(row.opt_int()?.map(Timestamp)),
        gaps: Vec::new(),
    })
}

/// What is known of the senders of an environment, each with its newest gaps.
pub async fn of_environment(
    session: &mut dyn Session,
    environment: EnvironmentId,
    gaps: i64,
) -> Result<Vec<Completeness>> {
    let rows = session
        .rows(&sql::COMPLETENESS, &values![environment.0])
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let mut one = record(row)?;
        let rows = session
            .rows(&sql::GAPS, &values![one.connection.0, gaps])
            .await?;
        let rows = rows.into_iter();
        one.gaps = rows.map(gap).collect::<Result<_>>()?;
        found.push(one);
    }
    Ok(found)
}

fn gap(row: Row) -> Result<Gap> {
    let mut row = row.read("event_gap");
    Ok(Gap {
        event: EventId(row.int()?),
        found_at: Timestamp(row.int()?),
        source_id: row.text()?,
        kind: row.text()?,
        occurred_at: Timestamp(row.int()?),
    })
}
