//! Runs, their journals, and what is due.

use super::{Page, begins_with};
use crate::error::{Error, Result};
use crate::event::StartedRun;
use crate::run::{CallRecord, RunRecord, StepRecord, StepState};
use crate::session::Session;
use crate::statements::run as sql;
use crate::value::{Row, values};
use crate::verbs::started;
use model::ids::{DeploymentId, EnvironmentId, EventId, FlowId, RunId};
use model::{RunState, Timestamp};
use std::ops::RangeInclusive;
use vault::Sealed;

/// Which runs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    pub state: Option<RunState>,
    pub flow: Option<FlowId>,
    pub event: Option<EventId>,
    /// The beginning of the business key.
    pub search: Option<String>,
}

/// Reads a run.
pub fn record(row: Row) -> Result<RunRecord> {
    let mut row = row.read("run");
    Ok(RunRecord {
        id: RunId(row.int()?),
        environment: EnvironmentId(row.int()?),
        flow: FlowId(row.int()?),
        deployment: DeploymentId(row.int()?),
        event: EventId(row.int()?),
        replay_of: row.opt_int()?.map(RunId),
        peer: row.text()?,
        key: row.text()?,
        lane: row.int()?,
        shard: row.int()?,
        state: RunState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        rev: row.int()?,
        cursor: row.int()?,
        attempt: row.int()?,
        since: row.opt_int()?.map(Timestamp),
        due_at: Timestamp(row.int()?),
        deadline: row.opt_int()?.map(Timestamp),
        wait_for: row.opt_text()?,
        created_at: Timestamp(row.int()?),
        ended_at: row.opt_int()?.map(Timestamp),
        fault: row.fault()?,
    })
}

pub async fn run(session: &mut dyn Session, id: RunId) -> Result<RunRecord> {
    let row = session.row(&sql::RUN, &values![id.0]).await?;
    record(row.ok_or_else(|| Error::NotFound {
        what: "run",
        name: id.to_string(),
    })?)
}

/// A run with its steps and calls.
pub async fn journal(
    session: &mut dyn Session,
    id: RunId,
) -> Result<(RunRecord, Vec<StepRecord>, Vec<CallRecord>)> {
    let run = run(session, id).await?;
    let steps = session.rows(&sql::STEPS, &values![id.0]).await?;
    let calls = session.rows(&sql::CALLS, &values![id.0]).await?;
    let steps = steps.into_iter().map(step).collect::<Result<_>>()?;
    let calls = calls.into_iter().map(call).collect::<Result<_>>()?;
    Ok((run, steps, calls))
}

/// A run with the steps of its flow's own list.
pub async fn begun(session: &mut dyn Session, id: RunId) -> Result<(RunRecord, Vec<StepRecord>)> {
    let run = run(session, id).await?;
    Ok((run, steps_within(session, id, 0..=0).await?))
}

/// The steps of a range of list instances.
pub async fn steps_within(
    session: &mut dyn Session,
    id: RunId,
    instances: RangeInclusive<i64>,
) -> Result<Vec<StepRecord>> {
    let range = values![id.0, *instances.start(), *instances.end()];
    let rows = session.rows(&sql::STEPS_WITHIN, &range).await?;
    rows.into_iter().map(step).collect()
}

/// A page of the steps of a run, in the order of their places, after one of them.
pub async fn steps_page(
    session: &mut dyn Session,
    id: RunId,
    (scope, step_at, index): (i64, i64, i64),
    limit: i64,
) -> Result<Vec<StepRecord>> {
    let rows = session
        .rows(
            &sql::STEPS_AFTER,
            &values![id.0, scope, step_at, index, limit],
        )
        .await?;
    rows.into_iter().map(step).collect()
}

/// A page of the calls of a run, in the order in which they were made, after one of them; each with
/// its place.
pub async fn calls_page(
    session: &mut dyn Session,
    id: RunId,
    (rev, place): (i64, i64),
    limit: i64,
) -> Result<Vec<((i64, i64), CallRecord)>> {
    let rows = session
        .rows(&sql::CALLS_AFTER, &values![id.0, rev, place, limit])
        .await?;
    let placed = rows.into_iter().map(|row| {
        let at = (row.int(8)?, row.int(9)?);
        Ok((at, call(row)?))
    });
    placed.collect()
}

fn step(row: Row) -> Result<StepRecord> {
    let mut row = row.read("step");
    Ok(StepRecord {
        scope: row.int()?,
        step: row.int()?,
        index: row.int()?,
        state: StepState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        output: row.opt_blob()?.map(Sealed),
        effect: row
            .opt_blob()?
            .map(<[u8; 32]>::try_from)
            .transpose()
            .map_err(|_| row.corrupt("an effect's key has 32 bytes"))?,
        reused: row.flag()?,
        started_at: Timestamp(row.int()?),
        ended_at: row.opt_int()?.map(Timestamp),
    })
}

fn call(row: Row) -> Result<CallRecord> {
    let mut row = row.read("call");
    Ok(CallRecord {
        step: row.int()?,
        label: row.text()?,
        kind: row.text()?,
        started_at: Timestamp(row.int()?),
        ended_at: Timestamp(row.int()?),
        fault: row.fault()?,
        status: row.opt_int()?,
    })
}

/// A page of a shard's live runs, by lane and id, after one of them.
pub async fn live_page(
    session: &mut dyn Session,
    shard: i64,
    (lane, id): (i64, i64),
    limit: i64,
) -> Result<Vec<RunRecord>> {
    let rows = session
        .rows(&sql::LOAD_LIVE, &values![shard, lane, id, limit])
        .await?;
    rows.into_iter().map(record).collect()
}

/// Runs in work whose time has come, of each shard up to `limit`.
pub async fn ready_due(
    session: &mut dyn Session,
    shards: &[i64],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StartedRun>> {
    let mut due = Vec::new();
    for shard in shards {
        let rows = session
            .rows(&sql::READY_DUE, &values![*shard, now.0, limit])
            .await?;
        for row in rows {
            due.push(started(row)?);
        }
    }
    Ok(due)
}

/// A page of runs, newest first.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &RunFilter,
    page: Page,
) -> Result<Vec<RunRecord>> {
    let search = begins_with(filter.search.as_deref());
    let rows = session
        .rows(
            &sql::LIST_RUNS,
            &values![
                environment.0,
                page.below(),
                filter.state.map(|s| s as i64),
                filter.flow.map(|f| f.0),
                search.as_ref(),
                filter.event.map(|e| e.0),
                page.limit
            ],
        )
        .await?;
    rows.into_iter().map(record).collect()
}

/// A page of the runs that wait for a key which begins with `prefix`, oldest first.
pub async fn waiting(
    session: &mut dyn Session,
    environment: EnvironmentId,
    prefix: &str,
    page: Page,
) -> Result<Vec<RunRecord>> {
    let pattern = begins_with(Some(prefix)).unwrap_or_else(|| "%".into());
    let rows = session
        .rows(
            &sql::LIST_WAITING,
            &values![environment.0, page.above(), &pattern, page.limit],
        )
        .await?;
    rows.into_iter().map(record).collect()
}
