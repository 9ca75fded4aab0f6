//! Environments with their keys, connections with their peers, poll cursors.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::event::{Ingested, NewEvent, StartedRun};
use crate::queries::settings::{self as queries, ConnectionRecord, Origin};
use crate::session::{Sequence, Session};
use crate::statements::settings as sql;
use crate::value::values;
use model::ids::{ConnectionId, EnvironmentId};
use model::{EnvironmentKind, Timestamp};
use vault::Sealed;

/// An environment to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEnvironment {
    pub name: String,
    pub kind: EnvironmentKind,
    /// JSON.
    pub settings: String,
    /// Its first data key, wrapped under the master key.
    pub wrapped_key: Sealed,
    pub origin: Origin,
    pub who: String,
    pub at: Timestamp,
}

/// An environment's settings, to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetEnvironment {
    pub id: EnvironmentId,
    /// JSON.
    pub settings: String,
    /// The revision that they were changed from; any if absent.
    pub expected: Option<i64>,
    pub who: String,
    pub at: Timestamp,
}

/// A connection to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConnection {
    pub environment: EnvironmentId,
    pub name: String,
    pub connector: String,
    /// JSON.
    pub settings: String,
    pub credential: Option<Sealed>,
    pub peer: Option<String>,
    /// JSON.
    pub limits: String,
    pub origin: Origin,
    pub who: String,
    pub at: Timestamp,
}

/// A connection as it is to be: its name, settings, limits, credential and peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateConnection {
    pub connection: ConnectionRecord,
    /// The revision that it was changed from; any if absent.
    pub expected: Option<i64>,
    pub who: String,
    pub at: Timestamp,
}

/// Says that something configured was done.
async fn note(
    session: &mut dyn Session,
    (who, at): (&str, Timestamp),
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    let act = Act {
        at,
        who,
        action,
        subject,
        detail,
    };
    audit::append(session, act).await
}

/// How far a poll trigger has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollCursor {
    pub connection: ConnectionId,
    pub trigger: String,
    pub cursor_json: String,
    pub next_at: Timestamp,
}

/// Makes an environment.
pub async fn create_environment(
    session: &mut dyn Session,
    new: &NewEnvironment,
) -> Result<EnvironmentId> {
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        &new.name,
        new.kind.as_str(),
        &new.settings,
        new.at.0,
        new.origin.as_str(),
        &new.who
    ];
    if session
        .rows(&sql::INSERT_ENVIRONMENT, &values)
        .await?
        .is_empty()
    {
        return Err(Error::Conflict(format!(
            "there is an environment `{}` already",
            new.name
        )));
    }
    let id = EnvironmentId(id);
    put_key(session, id, 1, &new.wrapped_key, new.at).await?;
    let (subject, detail) = (
        id.to_string(),
        format!("{} ({})", new.name, new.kind.as_str()),
    );
    let by = (new.who.as_str(), new.at);
    note(session, by, "environment.create", &subject, &detail).await?;
    Ok(id)
}

/// Stores a further data key of an environment, or one of its keys wrapped anew.
pub async fn put_key(
    session: &mut dyn Session,
    environment: EnvironmentId,
    revision: i64,
    wrapped: &Sealed,
    at: Timestamp,
) -> Result<()> {
    let values = values![environment.0, revision, wrapped, at.0];
    session.rows(&sql::INSERT_KEY, &values).await.map(drop)
}

/// Changes an environment's settings; answers with its revision.
pub async fn set_environment(session: &mut dyn Session, set: &SetEnvironment) -> Result<i64> {
    let before = queries::environment(session, set.id).await?;
    if set.expected.is_some_and(|e| e != before.revision) {
        return Err(Error::Changed {
            what: format!("the environment `{}`", before.name),
            who: before.changed_by,
            at: before.changed_at,
        });
    }
    let values = values![set.id.0, &set.settings, &set.who, set.at.0];
    session.rows(&sql::SET_ENVIRONMENT, &values).await?;
    let by = (set.who.as_str(), set.at);
    let subject = set.id.to_string();
    note(session, by, "environment.change", &subject, &set.settings).await?;
    Ok(before.revision + 1)
}

/// Says which environments and connections the configuration file names, so that they are in force.
pub async fn set_in_force(
    session: &mut dyn Session,
    environments: &[(EnvironmentId, bool)],
    connections: &[(ConnectionId, bool)],
) -> Result<()> {
    for (id, in_force) in environments {
        let values = values![id.0, *in_force];
        session.rows(&sql::ENVIRONMENT_IN_FORCE, &values).await?;
    }
    for (id, in_force) in connections {
        let values = values![id.0, *in_force];
        session.rows(&sql::CONNECTION_IN_FORCE, &values).await?;
    }
    Ok(())
}

/// Remembers what the configuration file said of something.
pub async fn put_seed(
    session: &mut dyn Session,
    environment: EnvironmentId,
    subject: &str,
    digest: &Sealed,
) -> Result<()> {
    let values = values![environment.0, subject, digest];
    session.rows(&sql::PUT_SEED, &values).await.map(drop)
}

/// Deletes an environment that nothing was ever done in.
pub async fn delete_environment(session: &mut dyn Session, id: EnvironmentId) -> Result<()> {
    if session
        .rows(&sql::DELETE_ENVIRONMENT, &values![id.0])
        .await?
        .is_empty()
    {
        return Err(Error::Conflict(format!(
            "{id} does not exist, or is in use"
        )));
    }
    Ok(())
}

fn found(rows: &[crate::value::Row], what: &'static str, id: &impl ToString) -> Result<()> {
    if rows.is_empty() {
        Err(Error::NotFound {
            what,
            name: id.to_string(),
        })
    } else {
        Ok(())
    }
}

/// A peer belongs to one environment at a time.
async fn claim_peer(
    session: &mut dyn Session,
    peer: Option<&str>,
    environment: EnvironmentId,
) -> Result<()> {
    let Some(peer) = peer else { return Ok(()) };
    session
        .rows(&sql::CLAIM_PEER, &values![peer, environment.0])
        .await?;
    let owner = session.row(&sql::PEER_OWNER, &values![peer]).await?;
    match owner.map(|row| row.int(0)).transpose()? {
        Some(owner) if owner == environment.0 => Ok(()),
        owner => {
            let owner = EnvironmentId(owner.unwrap_or_default());
            Err(Error::Conflict(format!(
                "`{peer}` belongs to {owner}; one environment at a time"
            )))
        }
    }
}

/// Makes a connection.
pub async fn create_connection(
    session: &mut dyn Session,
    new: &NewConnection,
) -> Result<ConnectionId> {
    claim_peer(session, new.peer.as_deref(), new.environment).await?;
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.environment.0,
        &new.name,
        &new.connector,
        &new.settings,
        new.credential.as_ref(),
        new.peer.as_ref(),
        new.at.0,
        new.origin.as_str(),
        &new.who,
        &new.limits
    ];
    if session
        .rows(&sql::INSERT_CONNECTION, &values)
        .await?
        .is_empty()
    {
        return Err(Error::Conflict(format!(
            "there is a connection `{}` already",
            new.name
        )));
    }
    let id = ConnectionId(id);
    let (subject, by) = (id.to_string(), (new.who.as_str(), new.at));
    let detail = format!("{} in {}: {}", new.name, new.environment, new.settings);
    note(session, by, "connection.create", &subject, &detail).await?;
    Ok(id)
}

/// Stores a connection's name, settings, limits, credential and peer; answers with its revision.
pub async fn update_connection(
    session: &mut dyn Session,
    update: &UpdateConnection,
) -> Result<i64> {
    let connection = &update.connection;
    let before = queries::connection(session, connection.id).await?;
    if update.expected.is_some_and(|e| e != before.revision) {
        return Err(Error::Changed {
            what: format!("the connection `{}`", before.name),
            who: before.changed_by,
            at: before.updated_at,
        });
    }
    claim_peer(session, connection.peer.as_deref(), before.environment).await?;
    let values = values![
        connection.id.0,
        &connection.name,
        &connection.settings,
        connection.credential.as_ref(),
        connection.peer.as_ref(),
        update.at.0,
        &update.who,
        &connection.limits
    ];
    session.rows(&sql::UPDATE_CONNECTION, &values).await?;
    free_peer(session, before.peer.as_deref()).await?;
    let what = match before.credential == connection.credential {
        true => "",
        false => "; its credential was changed",
    };
    let (subject, by) = (connection.id.to_string(), (update.who.as_str(), update.at));
    let detail = format!("{}: {}{what}", connection.name, connection.settings);
    note(session, by, "connection.change", &subject, &detail).await?;
    Ok(before.revision + 1)
}

/// Deletes a connection. Its peer stays with the environment if anything was done there.
pub async fn delete_connection(
    session: &mut dyn Session,
    id: ConnectionId,
    expected: Option<i64>,
    who: &str,
    at: Timestamp,
) -> Result<()> {
    let before = queries::connection(session, id).await?;
    if expected.is_some_and(|e| e != before.revision) {
        return Err(Error::Changed {
            what: format!("the connection `{}`", before.name),
            who: before.changed_by,
            at: before.updated_at,
        });
    }
    session
        .rows(&sql::DELETE_CONNECTION, &values![id.0])
        .await?;
    session.rows(&sql::DELETE_CURSORS, &values![id.0]).await?;
    free_peer(session, before.peer.as_deref()).await?;
    let subject = id.to_string();
    note(
        session,
        (who, at),
        "connection.delete",
        &subject,
        &before.name,
    )
    .await
}

async fn free_peer(session: &mut dyn Session, peer: Option<&str>) -> Result<()> {
    match peer {
        Some(peer) => session
            .rows(&sql::FREE_PEER, &values![peer])
            .await
            .map(drop),
        None => Ok(()),
    }
}

/// Pauses a connection, or says when it is probed next; the time since when stays.
pub async fn pause_connection(
    session: &mut dyn Session,
    id: ConnectionId,
    cause: &str,
    since: Timestamp,
    probe_at: Option<Timestamp>,
) -> Result<()> {
    let values = values![id.0, cause, since.0, probe_at.map(|t| t.0)];
    let changed = session.rows(&sql::PAUSE_CONNECTION, &values).await?;
    found(&changed, "connection", &id)
}

/// Ends a pause; the runs that wait for it become ready and are answered.
pub async fn resume_connection(
    session: &mut dyn Session,
    id: ConnectionId,
    now: Timestamp,
) -> Result<Vec<StartedRun>> {
    let row = session.row(&sql::RESUME_CONNECTION, &values![id.0]).await?;
    let row = row.ok_or_else(|| Error::NotFound {
        what: "connection",
        name: id.to_string(),
    })?;
    let environment = EnvironmentId(row.int(0)?);
    let key = format!("connection:{}", id.0);
    super::effects::wake(session, environment, &[key], now).await
}

/// Stores how far a trigger has come.
pub async fn put_cursor(session: &mut dyn Session, cursor: &PollCursor) -> Result<()> {
    let values = values![
        cursor.connection.0,
        &cursor.trigger,
        &cursor.cursor_json,
        cursor.next_at.0
    ];
    session.rows(&sql::PUT_CURSOR, &values).await.map(drop)
}

/// Stores a page of a poll with its cursor: both or neither.
pub async fn ingest_page(
    session: &mut dyn Session,
    events: &[NewEvent],
    cursor: &PollCursor,
) -> Result<Vec<Ingested>> {
    let ingested = super::ingest::fetched(session, events).await?;
    put_cursor(session, cursor).await?;
    Ok(ingested)
}
