//! Runs, their journals, and what is due.

use super::{Page, begins_with};
use crate::error::{Error, Result};
use crate::event::{Due, StartedRun};
use crate::run::{CallRecord, PlacedCall, RunRecord, StepRecord, StepState};
use crate::session::{Call, Session};
use crate::statements::{Statement, run as sql};
use crate::value::{Reader, Row, values};
use crate::verbs::started;
use model::ids::{DeploymentId, EnvironmentId, EventId, FlowId, RunId};
use model::{RunState, Timestamp};
use std::ops::RangeInclusive;
use vault::Sealed;

/// A live run that is pinned to a deployment, as it stood when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    pub id: RunId,
    pub deployment: DeploymentId,
    pub state: RunState,
    pub rev: i64,
    pub cursor: i64,
}

/// Which step of a run has a row, in whichever instance of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepStanding {
    pub run: RunId,
    pub step: i64,
    pub state: StepState,
}

/// Reads a run.
pub fn record(row: Row) -> Result<RunRecord> {
    record_of(&mut row.read("run"))
}

/// Reads a run whose columns other ones follow.
pub fn record_of(row: &mut Reader) -> Result<RunRecord> {
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

/// A page of the calls of a run, in the order in which they were made, after one of them.
pub async fn calls_page(
    session: &mut dyn Session,
    id: RunId,
    (rev, place): (i64, i64),
    limit: i64,
) -> Result<Vec<PlacedCall>> {
    let rows = session
        .rows(&sql::CALLS_AFTER, &values![id.0, rev, place, limit])
        .await?;
    let placed = rows.into_iter().map(|row| {
        let mut row = row.read("call");
        Ok(PlacedCall {
            call: read_call(&mut row)?,
            at: (row.int()?, row.int()?),
            has_body: row.flag()?,
        })
    });
    placed.collect()
}

/// One call of a run, with what was said.
pub async fn one_call(
    session: &mut dyn Session,
    id: RunId,
    (rev, place): (i64, i64),
) -> Result<CallRecord> {
    let found = session.row(&sql::CALL, &values![id.0, rev, place]).await?;
    call(found.ok_or_else(|| Error::NotFound {
        what: "call",
        name: format!("{id} {rev}.{place}"),
    })?)
}

fn step(row: Row) -> Result<StepRecord> {
    read_step(&mut row.read("step"))
}

/// A step of one of several runs, whose id comes first.
pub fn step_of_run(row: Row) -> Result<(RunId, StepRecord)> {
    let mut row = row.read("step");
    Ok((RunId(row.int()?), read_step(&mut row)?))
}

fn read_step(row: &mut Reader) -> Result<StepRecord> {
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
    read_call(&mut row.read("call"))
}

fn read_call(row: &mut Reader) -> Result<CallRecord> {
    Ok(CallRecord {
        step: row.int()?,
        label: row.text()?,
        kind: row.text()?.into(),
        started_at: Timestamp(row.int()?),
        ended_at: Timestamp(row.int()?),
        fault: row.fault()?,
        status: row.opt_int()?,
        body: row.opt_blob()?.map(Sealed),
    })
}

/// The live runs of a flow that are pinned to another deployment than this, oldest first.
pub async fn pinned(
    session: &mut dyn Session,
    environment: EnvironmentId,
    flow: FlowId,
    other_than: DeploymentId,
) -> Result<Vec<Pinned>> {
    let place = values![environment.0, flow.0, other_than.0];
    let read = |row: Row| {
        let mut row = row.read("run");
        Ok(Pinned {
            id: RunId(row.int()?),
            deployment: DeploymentId(row.int()?),
            state: RunState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
            rev: row.int()?,
            cursor: row.int()?,
        })
    };
    let rows = session.rows(&sql::PINNED, &place).await?;
    rows.into_iter().map(read).collect()
}

fn each_run<'a>(statement: &'static Statement, runs: &[RunId]) -> Call<'a> {
    let mut call = Call::each(statement);
    for run in runs {
        call.row(values![run.0]);
    }
    call
}

/// Runs by their ids, in their order; those that do not exist are left out.
pub async fn several(session: &mut dyn Session, runs: &[RunId]) -> Result<Vec<RunRecord>> {
    let rows = session.call(each_run(&sql::RUN_BY_ID, runs)).await?;
    rows.into_iter().map(record).collect()
}

/// Which steps of runs have rows, by run and step.
pub async fn step_states(session: &mut dyn Session, runs: &[RunId]) -> Result<Vec<StepStanding>> {
    let read = |row: Row| {
        let mut row = row.read("step");
        Ok(StepStanding {
            run: RunId(row.int()?),
            step: row.int()?,
            state: StepState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        })
    };
    let rows = session.call(each_run(&sql::STEP_STATES, runs)).await?;
    rows.into_iter().map(read).collect()
}

/// Of the runs that an event of our own started: the event's key.
pub async fn own_events(session: &mut dyn Session, runs: &[RunId]) -> Result<Vec<(RunId, String)>> {
    let rows = session.call(each_run(&sql::OWN_EVENTS, runs)).await?;
    let read = |row: Row| {
        let mut row = row.read("event");
        Ok((RunId(row.int()?), row.text()?))
    };
    rows.into_iter().map(read).collect()
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

/// A page of the runs in work whose time has come, and where the next page begins if there may be
/// more.
pub async fn ready_due(
    session: &mut dyn Session,
    shards: &[i64],
    after: Option<Due>,
    now: Timestamp,
    limit: i64,
) -> Result<(Vec<StartedRun>, Option<Due>)> {
    let mut runs = Vec::new();
    let mut left = limit;
    let begin = after.map_or(0, |after| {
        shards.iter().take_while(|s| **s != after.shard).count()
    });
    for shard in &shards[begin..] {
        let (due_at, id) = after
            .filter(|after| after.shard == *shard)
            .map_or((i64::MIN, 0), |after| (after.due_at.0, after.run.0));
        let rows = session
            .rows(&sql::READY_DUE, &values![*shard, due_at, id, now.0, left])
            .await?;
        for row in rows {
            let due_at = Timestamp(row.int(7)?);
            let run = started(row)?;
            left -= 1;
            if left == 0 {
                let last = Due {
                    shard: *shard,
                    due_at,
                    run: run.id,
                };
                runs.push(run);
                return Ok((runs, Some(last)));
            }
            runs.push(run);
        }
    }
    Ok((runs, None))
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
