//! Notes how the inbox compares with what a sender lists.

use super::settings::{PollCursor, put_cursor};
use crate::error::Result;
use crate::event::{Ingested, NewEvent};
use crate::session::Session;
use crate::statements::completeness as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{ConnectionId, EnvironmentId};

/// So many of the events that were missing are remembered per sender.
const GAPS_KEPT: i64 = 1_000;

/// Begins to read a sender's list.
pub async fn begin(
    session: &mut dyn Session,
    connection: ConnectionId,
    environment: EnvironmentId,
    now: Timestamp,
) -> Result<()> {
    let row = values![connection.0, environment.0, now.0];
    session.rows(&sql::BEGIN_SWEEP, &row).await?;
    Ok(())
}

/// Stores a page of the list with the cursor, counts what it holds and remembers what was missing:
/// all or nothing. What an earlier page held is not counted again.
pub async fn ingest_listed(
    session: &mut dyn Session,
    events: &[NewEvent],
    cursor: &PollCursor,
    now: Timestamp,
) -> Result<Vec<Ingested>> {
    let connection = cursor.connection.0;
    let row = session.row(&sql::SEEN_UNTIL, &values![connection]).await?;
    let seen_until = row.and_then(|row| row.int(0).ok());
    let ingested = super::ingest::fetched(session, events).await?;
    let (mut listed, mut missing) = (0_i64, 0_i64);
    for (event, ingested) in events.iter().zip(&ingested) {
        match ingested {
            Ingested::New { event, .. } => {
                listed += 1;
                missing += 1;
                let gap = values![connection, event.0, now.0];
                session.rows(&sql::INSERT_GAP, &gap).await?;
            }
            Ingested::Duplicate { .. } => {
                listed += i64::from(seen_until.is_none_or(|seen| event.occurred_at.0 > seen));
            }
        }
    }
    let times = || events.iter().map(|event| event.occurred_at.0);
    if let (Some(oldest), Some(newest)) = (times().min(), times().max()) {
        let counted = values![connection, listed, missing, oldest, newest];
        session.rows(&sql::COUNT_LISTED, &counted).await?;
    }
    if missing > 0 {
        let kept = values![connection, GAPS_KEPT];
        session.rows(&sql::FORGET_GAPS, &kept).await?;
    }
    put_cursor(session, cursor).await?;
    Ok(ingested)
}

/// The list was read to its end, or could not be, with the reason.
pub async fn end(
    session: &mut dyn Session,
    connection: ConnectionId,
    now: Timestamp,
    fault: Option<&str>,
) -> Result<()> {
    let at = values![connection.0, now.0];
    match fault {
        None => session.rows(&sql::END_SWEEP, &at).await?,
        Some(fault) => {
            let failed = values![connection.0, now.0, fault];
            session.rows(&sql::FAIL_SWEEP, &failed).await?
        }
    };
    Ok(())
}
