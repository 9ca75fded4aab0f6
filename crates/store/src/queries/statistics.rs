//! How the steps of a deployed flow do, from its newest runs.

use super::Page;
use super::dead_letters::{StoredLetter, stored};
use super::runs::record;
use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::{Statement, list as sql};
use crate::value::{Row, values};
use model::ids::{DeploymentId, EnvironmentId, FlowId, RunId};
use model::{RunState, Timestamp};
use std::collections::BTreeMap;

/// One step, by its ordinal, over the runs that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepStatistics {
    /// The newest run that came to it, and when it was last there.
    pub last: Option<(RunId, Timestamp)>,
    /// How many of the runs made calls in it.
    pub called: usize,
    /// 95 of 100 of those spent no longer than this in its calls, in microseconds.
    pub p95_us: Option<i64>,
}

/// How the newest runs of a flow did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunStatistics {
    /// Open letters of the flow.
    pub open: i64,
    /// The newest run, how it stands, and when it came.
    pub last: Option<(RunId, RunState, Timestamp)>,
    /// How many runs of the deployment among the newest were worked to their end, well or not.
    pub runs: usize,
    /// When the oldest of these came.
    pub since: Option<Timestamp>,
    /// 95 of 100 of these took no longer than this, waiting included, in microseconds.
    pub p95_us: Option<i64>,
}

/// A flow's steps on one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowStatistics {
    /// How many runs were looked at, the newest of the deployment.
    pub runs: usize,
    /// When the oldest of them began.
    pub since: Option<Timestamp>,
    /// By ordinal.
    pub steps: BTreeMap<i64, StepStatistics>,
    /// Open letters by the step's id, and the newest run of each.
    pub open: Vec<(String, i64, RunId)>,
}

/// Looks at the newest runs of a flow, at most so many, of which those on a deployment count.
pub async fn of_flow(
    session: &mut dyn Session,
    environment: EnvironmentId,
    flow: FlowId,
    deployment: DeploymentId,
    newest: i64,
) -> Result<FlowStatistics> {
    let page = values![environment.0, i64::MAX, flow.0, newest];
    let rows = session.rows(&sql::RUNS_OF_FLOW, &page).await?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        let run = record(row)?;
        if run.deployment == deployment {
            runs.push(run);
        }
    }
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    let mut steps: BTreeMap<i64, StepStatistics> = BTreeMap::new();
    for row in session.call(each(&sql::STEP_TIMES, &ids)).await? {
        let (run, step, at) = (RunId(row.int(0)?), row.int(1)?, Timestamp(row.int(2)?));
        let last = &mut steps.entry(step).or_default().last;
        *last = (*last).max(Some((run, at)));
    }
    let mut spent: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for row in session.call(each(&sql::CALL_TIMES, &ids)).await? {
        let (run, step) = (RunId(row.int(0)?), row.int(1)?);
        spent.entry(step).or_default().push(row.int(3)?);
        // A step that failed at once left nothing but its calls.
        let last = &mut steps.entry(step).or_default().last;
        *last = (*last).max(Some((run, Timestamp(row.int(4)?))));
    }
    for (step, mut spent) in spent {
        let own = steps.entry(step).or_default();
        own.called = spent.len();
        own.p95_us = p95(&mut spent);
    }
    let place = values![environment.0, flow.0, deployment.0];
    let open = session.rows(&sql::OPEN_BY_STEP, &place).await?.into_iter();
    let read = |row: Row| {
        let mut row = row.read("dead_letter");
        Ok((row.text()?, row.int()?, RunId(row.int()?)))
    };
    Ok(FlowStatistics {
        runs: runs.len(),
        since: runs.last().map(|run| run.created_at),
        steps,
        open: open.map(read).collect::<Result<_>>()?,
    })
}

/// What 95 of 100 do not exceed; nothing of nothing.
fn p95(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    let place = (values.len() * 95).div_ceil(100).checked_sub(1)?;
    values.get(place).copied()
}

/// How the newest runs of some flows did, at most so many of each, in the order asked for.
pub async fn of_runs(
    session: &mut dyn Session,
    environment: EnvironmentId,
    flows: &[(FlowId, DeploymentId)],
    newest: i64,
) -> Result<Vec<RunStatistics>> {
    let rows = session
        .rows(&sql::OPEN_BY_FLOW, &values![environment.0])
        .await?;
    let mut open = BTreeMap::new();
    for row in rows {
        open.insert(FlowId(row.int(0)?), row.int(1)?);
    }
    let mut found = Vec::with_capacity(flows.len());
    for (flow, deployment) in flows {
        let page = values![flow.0, environment.0, newest];
        let rows = session.rows(&sql::RUN_TIMES, &page).await?;
        let mut own = RunStatistics {
            open: open.get(flow).copied().unwrap_or_default(),
            ..RunStatistics::default()
        };
        let mut took = Vec::new();
        for row in rows {
            let mut row = row.read("run");
            let (run, of) = (RunId(row.int()?), DeploymentId(row.int()?));
            let state = row.int()?;
            let state = RunState::from_code(state).ok_or_else(|| row.corrupt("unknown state"))?;
            let (begun, ended) = (row.int()?, row.opt_int()?);
            if own.last.is_none() {
                own.last = Some((run, state, Timestamp(begun)));
            }
            let is_worked = matches!(state, RunState::Done | RunState::Dead);
            if let Some(ended) = ended.filter(|_| is_worked && of == *deployment) {
                took.push(ended - begun);
                own.since = Some(Timestamp(begun));
            }
        }
        own.runs = took.len();
        own.p95_us = p95(&mut took);
        found.push(own);
    }
    Ok(found)
}

/// A page of the open letters of one step, of runs on a deployment, oldest first.
pub async fn letters_of_step(
    session: &mut dyn Session,
    flow: FlowId,
    deployment: DeploymentId,
    step: &str,
    page: Page,
) -> Result<Vec<StoredLetter>> {
    let values = values![flow.0, deployment.0, step, page.above(), page.limit];
    let rows = session.rows(&sql::OPEN_OF_STEP, &values).await?;
    rows.into_iter().map(stored).collect()
}

fn each<'a>(statement: &'static Statement, runs: &[RunId]) -> Call<'a> {
    let mut call = Call::each(statement);
    for run in runs {
        call.row(values![run.0]);
    }
    call
}
