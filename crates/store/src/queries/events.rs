//! Events with their bodies, and lists of events.

use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::event as sql;
use crate::value::{Reader, values};
use model::Timestamp;
use model::ids::{ConnectionId, EnvironmentId, EventId, RunId};
use vault::Sealed;

/// An event as it is stored, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventHead {
    pub id: EventId,
    pub environment: EnvironmentId,
    pub connection: ConnectionId,
    pub peer: String,
    pub dedupe_key: String,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub secret: Option<i64>,
    pub body_len: i64,
    pub body_sha256: [u8; 32],
    /// How often it was delivered, the first time included.
    pub deliveries: i64,
    /// A write of ours caused it.
    pub own: bool,
}

/// An event with its sealed body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    pub head: EventHead,
    pub body: Sealed,
}

/// Reads an event without its body.
pub fn head(row: &mut Reader) -> Result<EventHead> {
    Ok(EventHead {
        id: EventId(row.int()?),
        environment: EnvironmentId(row.int()?),
        connection: ConnectionId(row.int()?),
        peer: row.text()?,
        dedupe_key: row.text()?,
        kind: row.text()?,
        occurred_at: Timestamp(row.int()?),
        received_at: Timestamp(row.int()?),
        secret: row.opt_int()?,
        body_len: row.int()?,
        body_sha256: row.digest()?,
        deliveries: row.int()?,
        own: row.int()? != 0,
    })
}

/// An event. Its body may have been deleted while the event stays.
pub async fn event(session: &mut dyn Session, id: EventId) -> Result<EventRecord> {
    let row = session.row(&sql::EVENT, &values![id.0]).await?;
    let row = row.ok_or_else(|| Error::NotFound {
        what: "event",
        name: id.to_string(),
    })?;
    let mut row: Reader = row.read("event");
    let head = head(&mut row)?;
    let body = row.opt_blob()?.map(Sealed);
    let body = body.ok_or_else(|| Error::NotFound {
        what: "body of event",
        name: id.to_string(),
    })?;
    Ok(EventRecord { head, body })
}

/// The runs that an event started, replays included.
pub async fn runs_of(session: &mut dyn Session, id: EventId) -> Result<Vec<RunId>> {
    let rows = session.rows(&sql::RUNS_OF_EVENT, &values![id.0]).await?;
    rows.iter().map(|row| row.int(0).map(RunId)).collect()
}

/// The event that a sender knows under an id.
pub async fn by_key(
    session: &mut dyn Session,
    environment: EnvironmentId,
    peer: &str,
    dedupe_key: &str,
) -> Result<Option<EventId>> {
    let key = values![environment.0, peer, dedupe_key];
    let row = session.row(&sql::EVENT_BY_KEY, &key).await?;
    row.map(|row| row.int(0).map(EventId)).transpose()
}
