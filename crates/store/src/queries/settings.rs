//! Environments, connections, poll cursors.

use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::settings as sql;
use crate::value::{Row, values};
use crate::verbs::settings::PollCursor;
use model::ids::{ConnectionId, EnvironmentId};
use model::{EnvironmentKind, Timestamp};
use std::collections::BTreeMap;
use vault::Sealed;

/// An environment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentRecord {
    pub id: EnvironmentId,
    pub name: String,
    pub kind: EnvironmentKind,
    /// JSON.
    pub settings: String,
    pub created_at: Timestamp,
    pub origin: Origin,
    /// Whether it is worked in: what came from the file goes when the file names it no longer.
    pub in_force: bool,
    pub revision: i64,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

/// Where something configured came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The configuration file.
    File,
    /// A person or a program, over the API.
    Api,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Api => "api",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::File, Self::Api]
            .into_iter()
            .find(|o| o.as_str() == text)
    }
}

/// A data key of an environment, wrapped under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    pub revision: i64,
    pub wrapped: Sealed,
    pub created_at: Timestamp,
}

/// Why and since when a connection is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub cause: String,
    pub since: Timestamp,
    pub probe_at: Option<Timestamp>,
}

/// A connection as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRecord {
    pub id: ConnectionId,
    pub environment: EnvironmentId,
    pub name: String,
    pub connector: String,
    /// JSON.
    pub settings: String,
    pub credential: Option<Sealed>,
    pub peer: Option<String>,
    pub paused: Option<Pause>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub origin: Origin,
    /// As for an environment.
    pub in_force: bool,
    pub revision: i64,
    pub changed_by: String,
    /// JSON.
    pub limits: String,
}

/// All environments.
pub async fn environments(session: &mut dyn Session) -> Result<Vec<EnvironmentRecord>> {
    let rows = session.rows(&sql::ENVIRONMENTS, &[]).await?;
    rows.into_iter().map(read_environment).collect()
}

/// One environment.
pub async fn environment(
    session: &mut dyn Session,
    id: EnvironmentId,
) -> Result<EnvironmentRecord> {
    let row = session.row(&sql::ENVIRONMENT, &values![id.0]).await?;
    read_environment(row.ok_or_else(|| Error::NotFound {
        what: "environment",
        name: id.to_string(),
    })?)
}

fn read_environment(row: Row) -> Result<EnvironmentRecord> {
    let mut row = row.read("environment");
    Ok(EnvironmentRecord {
        id: EnvironmentId(row.int()?),
        name: row.text()?,
        kind: match row.text()?.as_str() {
            "live" => EnvironmentKind::Live,
            "test" => EnvironmentKind::Test,
            other => return Err(row.corrupt(format!("`{other}` is no kind"))),
        },
        settings: row.text()?,
        created_at: Timestamp(row.int()?),
        origin: {
            let text = row.text()?;
            Origin::read(&text).ok_or_else(|| row.corrupt(format!("`{text}` is no origin")))?
        },
        in_force: row.flag()?,
        revision: row.int()?,
        changed_by: row.text()?,
        changed_at: Timestamp(row.int()?),
    })
}

/// What the configuration file said of an environment when it was last put in force: a sealed
/// digest by subject.
pub async fn seeds(
    session: &mut dyn Session,
    environment: EnvironmentId,
) -> Result<BTreeMap<String, Sealed>> {
    let rows = session.rows(&sql::SEEDS, &values![environment.0]).await?;
    let read = |row: Row| {
        let mut row = row.read("seed");
        Ok((row.text()?, Sealed(row.blob()?)))
    };
    rows.into_iter().map(read).collect()
}

/// The data keys of an environment, oldest first.
pub async fn keys(
    session: &mut dyn Session,
    environment: EnvironmentId,
) -> Result<Vec<WrappedKey>> {
    let read = |row: Row| {
        let mut row = row.read("environment_key");
        let _environment = row.int()?;
        Ok(WrappedKey {
            revision: row.int()?,
            wrapped: Sealed(row.blob()?),
            created_at: Timestamp(row.int()?),
        })
    };
    session
        .rows(&sql::KEYS, &values![environment.0])
        .await?
        .into_iter()
        .map(read)
        .collect()
}

fn read_connection(row: Row) -> Result<ConnectionRecord> {
    let mut row = row.read("connection");
    Ok(ConnectionRecord {
        id: ConnectionId(row.int()?),
        environment: EnvironmentId(row.int()?),
        name: row.text()?,
        connector: row.text()?,
        settings: row.text()?,
        credential: row.opt_blob()?.map(Sealed),
        peer: row.opt_text()?,
        paused: {
            let cause = row.opt_text()?;
            let since = row.opt_int()?;
            let probe_at = row.opt_int()?.map(Timestamp);
            since.map(|since| Pause {
                cause: cause.unwrap_or_default(),
                since: Timestamp(since),
                probe_at,
            })
        },
        created_at: Timestamp(row.int()?),
        updated_at: Timestamp(row.int()?),
        origin: {
            let text = row.text()?;
            Origin::read(&text).ok_or_else(|| row.corrupt(format!("`{text}` is no origin")))?
        },
        in_force: row.flag()?,
        revision: row.int()?,
        changed_by: row.text()?,
        limits: row.text()?,
    })
}

/// One connection.
pub async fn connection(session: &mut dyn Session, id: ConnectionId) -> Result<ConnectionRecord> {
    let row = session.row(&sql::CONNECTION, &values![id.0]).await?;
    let missing = || Error::NotFound {
        what: "connection",
        name: id.to_string(),
    };
    read_connection(row.ok_or_else(missing)?)
}

/// The connections of an environment, or all.
pub async fn connections(
    session: &mut dyn Session,
    environment: Option<EnvironmentId>,
) -> Result<Vec<ConnectionRecord>> {
    let rows = session
        .rows(&sql::CONNECTIONS, &values![environment.map(|e| e.0)])
        .await?;
    rows.into_iter().map(read_connection).collect()
}

/// All poll cursors.
pub async fn cursors(session: &mut dyn Session) -> Result<Vec<PollCursor>> {
    let rows = session.rows(&sql::CURSORS, &[]).await?;
    rows.into_iter().map(read_cursor).collect()
}

/// How far one trigger has come; nothing before its first walk.
pub async fn cursor(
    session: &mut dyn Session,
    connection: ConnectionId,
    trigger: &str,
) -> Result<Option<PollCursor>> {
    let values = values![connection.0, trigger];
    session
        .row(&sql::CURSOR, &values)
        .await?
        .map(read_cursor)
        .transpose()
}

fn read_cursor(row: Row) -> Result<PollCursor> {
    let mut row = row.read("poll_cursor");
    Ok(PollCursor {
        connection: ConnectionId(row.int()?),
        trigger: row.text()?,
        cursor_json: row.text()?,
        next_at: Timestamp(row.int()?),
    })
}
