//! A new run from one that is over.

use super::audit::{self, Act};
use super::ingest::event_values;
use super::{live, started};
use crate::error::{Error, Result};
use crate::event::{NewEvent, StartedRun};
use crate::queries::runs;
use crate::run::RunRecord;
use crate::session::{Call, Sequence, Session};
use crate::statements::{event as inbox, run as sql};
use crate::value::values;
use model::ids::{DeploymentId, EventId, RunId};
use model::{RunState, Timestamp};

/// What is to be replayed, and how.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    pub run: RunId,
    /// Ordinals of the steps whose rows the new run begins with.
    pub keep_steps: Vec<i64>,
    pub from_cursor: i64,
    /// An edited payload, under a dedupe key of its own. Its first run, if it has one, says key,
    /// lane, shard and deployment of the new run, as for a run that was born dead.
    pub new_event: Option<NewEvent>,
    /// A newer version.
    pub deployment: Option<DeploymentId>,
    pub at: Timestamp,
    pub who: String,
    /// Why, where a person said so; kept in the audit trail.
    pub reason: Option<String>,
}

/// Replays a run that is over. Repeated with the same time it answers with the run it made.
pub async fn replay(session: &mut dyn Session, request: &ReplayRequest) -> Result<StartedRun> {
    let old = runs::run(session, request.run).await?;
    if let Some(made) = made_before(session, request).await? {
        return Ok(made);
    }
    if old.state.is_live() {
        return Err(Error::Conflict(format!(
            "{} is not over: {}",
            old.id,
            old.state.as_str()
        )));
    }
    let event = match &request.new_event {
        Some(event) => store_event(session, event).await?,
        None => old.event,
    };
    let run = new_run(session, &old, request, event).await?;
    take_key(session, &old, &run).await?;
    for step in &request.keep_steps {
        session
            .rows(&sql::COPY_STEP, &values![old.id.0, run.id.0, *step])
            .await?;
    }
    let (at, heir) = (request.at.0, run.id.to_string());
    let resolved = values![old.id.0, "replayed", at, &request.who, &heir];
    session.rows(&sql::RESOLVE_DEAD_LETTER, &resolved).await?;
    let act = Act {
        at: request.at,
        who: &request.who,
        action: "run.replay",
        subject: &old.id.to_string(),
        detail: &match &request.reason {
            Some(reason) => format!("{}: {reason}", run.id),
            None => run.id.to_string(),
        },
    };
    audit::append(session, act).await?;
    Ok(StartedRun {
        id: run.id,
        event,
        deployment: run.deployment,
        lane: run.lane,
        shard: run.shard,
        state: RunState::Ready,
        rev: 0,
    })
}

/// The run that this very request made, or a conflict if another replay is under way.
async fn made_before(
    session: &mut dyn Session,
    request: &ReplayRequest,
) -> Result<Option<StartedRun>> {
    for row in session.rows(&sql::REPLAYS, &values![request.run.0]).await? {
        let (is_live, created_at) = (row.int(7)? > 0, row.int(8)?);
        let made = started(row)?;
        if created_at == request.at.0 {
            return Ok(Some(made));
        }
        if is_live {
            let message = format!("{} replays {} already", made.id, request.run);
            return Err(Error::Conflict(message));
        }
    }
    Ok(None)
}

async fn store_event(session: &mut dyn Session, event: &NewEvent) -> Result<EventId> {
    let id = session.id(Sequence::Event).await?;
    let mut insert = Call::each(&inbox::INSERT_EVENT);
    insert.row(event_values(id, event));
    if session.call(insert).await?.is_empty() {
        let key = &event.dedupe_key;
        return Err(Error::Conflict(format!(
            "there is an event `{key}` already"
        )));
    }
    let mut body = Call::each(&inbox::INSERT_BODY);
    body.row(values![id, &event.body]);
    session.call(body).await?;
    Ok(EventId(id))
}

async fn new_run(
    session: &mut dyn Session,
    old: &RunRecord,
    request: &ReplayRequest,
    event: EventId,
) -> Result<RunRecord> {
    let given = request
        .new_event
        .as_ref()
        .and_then(|event| event.runs.first());
    let run = RunRecord {
        id: RunId(session.id(Sequence::Run).await?),
        event,
        replay_of: Some(old.id),
        key: given.map_or_else(|| old.key.clone(), |g| g.key.clone()),
        lane: given.map_or(old.lane, |g| g.lane),
        shard: given.map_or(old.shard, |g| g.shard),
        deployment: request
            .deployment
            .unwrap_or_else(|| given.map_or(old.deployment, |g| g.deployment)),
        state: RunState::Ready,
        ..old.clone()
    };
    let mut insert = Call::each(&inbox::INSERT_RUN);
    insert.row(values![
        run.id.0,
        run.environment.0,
        run.flow.0,
        run.deployment.0,
        event.0,
        old.id.0,
        &run.peer,
        &run.key,
        run.lane,
        run.shard,
        live(run.state),
        run.state as i64,
        0_i64,
        request.from_cursor,
        0_i64,
        request.at.0,
        request.at.0,
        None::<i64>,
        None::<&str>,
        None::<&str>,
    ]);
    session.call(insert).await?;
    Ok(run)
}

/// The business key goes over to the new run, unless a live run has it.
async fn take_key(session: &mut dyn Session, old: &RunRecord, new: &RunRecord) -> Result<()> {
    let key = values![new.environment.0, new.flow.0, &new.peer, &new.key];
    if let Some(owner) = session.row(&sql::KEY_OWNER, &key).await? {
        let (owner, is_live) = (RunId(owner.int(0)?), owner.int(1)? > 0);
        if is_live && owner != old.id {
            return Err(Error::Conflict(format!(
                "{owner} works on `{}` now",
                new.key
            )));
        }
    }
    let values = values![new.environment.0, new.flow.0, &new.peer, &new.key, new.id.0];
    session.rows(&sql::PUT_KEY, &values).await?;
    Ok(())
}
