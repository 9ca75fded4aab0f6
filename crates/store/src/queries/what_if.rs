//! Jobs of what-if, and the past that they go through.

use super::Page;
use super::runs::{record as run_record, step_of_run};
use crate::error::{Error, Result};
use crate::job::JobState;
use crate::session::{Call, Session};
use crate::statements::what_if as sql;
use crate::value::{Cell, Row, values};
use crate::what_if::{PastDetail, PastPeriod, PastRun, StoredDifference, WhatIfRecord};
use model::Timestamp;
use model::ids::{EnvironmentId, EventId, FlowId, RunId, WhatIfId};
use std::collections::HashMap;
use vault::Sealed;

fn record(row: Row) -> Result<WhatIfRecord> {
    let mut row = row.read("what_if");
    Ok(WhatIfRecord {
        id: WhatIfId(row.int()?),
        environment: EnvironmentId(row.int()?),
        flow: FlowId(row.int()?),
        request: row.text()?,
        state: JobState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        cursor: RunId(row.int()?),
        last: RunId(row.int()?),
        progress: row.text()?,
        reason: row.opt_text()?,
        who: row.text()?,
        created_at: Timestamp(row.int()?),
        updated_at: Timestamp(row.int()?),
        ended_at: row.opt_int()?.map(Timestamp),
    })
}

pub async fn what_if(session: &mut dyn Session, id: WhatIfId) -> Result<WhatIfRecord> {
    let row = session.row(&sql::WHAT_IF, &values![id.0]).await?;
    record(row.ok_or_else(|| Error::NotFound {
        what: "what-if",
        name: id.to_string(),
    })?)
}

/// A page of an environment's jobs, newest first.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    page: Page,
) -> Result<Vec<WhatIfRecord>> {
    let values = values![environment.0, page.below(), page.limit];
    let rows = session.rows(&sql::LIST_WHAT_IFS, &values).await?;
    rows.into_iter().map(record).collect()
}

/// The jobs that run, of all environments.
pub async fn running(session: &mut dyn Session) -> Result<Vec<WhatIfRecord>> {
    let rows = session.rows(&sql::RUNNING_WHAT_IFS, &values![]).await?;
    rows.into_iter().map(record).collect()
}

/// A page of what a job found, by place, after one of them.
pub async fn differences(
    session: &mut dyn Session,
    id: WhatIfId,
    page: Page,
) -> Result<Vec<StoredDifference>> {
    let values = values![id.0, page.above(), page.limit];
    let rows = session.rows(&sql::DIFFERENCES, &values).await?;
    let difference = |row: Row| {
        let mut row = row.read("what_if_difference");
        Ok(StoredDifference {
            place: row.int()?,
            run: RunId(row.int()?),
            body: Sealed(row.blob()?),
        })
    };
    rows.into_iter().map(difference).collect()
}

pub async fn count_past(session: &mut dyn Session, past: &PastPeriod) -> Result<i64> {
    let row = session.row(&sql::COUNT_PAST_RUNS, &period(past)).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

fn period(past: &PastPeriod) -> [crate::value::Value<'static>; 6] {
    values![
        past.after.0,
        past.last.0,
        past.environment.0,
        past.flow.0,
        past.from.0,
        past.to.0
    ]
}

/// A page of runs, by id.
pub async fn past_runs(
    session: &mut dyn Session,
    past: &PastPeriod,
    limit: i64,
) -> Result<Vec<PastRun>> {
    let mut values = period(past).to_vec();
    values.push(limit.into());
    let rows = session.rows(&sql::PAST_RUNS, &values).await?;
    rows.into_iter().map(past_run).collect()
}

/// How many columns of a run come first.
const RUN_COLUMNS: usize = 22;

fn past_run(mut row: Row) -> Result<PastRun> {
    let mut rest = row.0.split_off(RUN_COLUMNS.min(row.0.len()));
    let run = run_record(row)?;
    // An error names the run.
    rest.insert(0, Cell::Int(run.id.0));
    let mut rest = Row(rest).read("run");
    let _id = rest.int()?;
    Ok(PastRun {
        run,
        occurred_at: Timestamp(rest.int()?),
        kind: rest.text()?,
        body_bytes: rest.int()?,
        step_rows: rest.int()?,
        step_bytes: rest.int()?,
    })
}

/// What is kept of runs and their events, in their order.
pub async fn past_details(
    session: &mut dyn Session,
    runs: &[(RunId, EventId)],
) -> Result<Vec<PastDetail>> {
    let mut bodies = Call::each(&sql::BODIES);
    let mut steps = Call::each(&sql::STEPS_OF_RUNS);
    let mut lookups = Call::each(&sql::LOOKUPS_OF_RUNS);
    for (run, event) in runs {
        bodies.row(values![event.0]);
        steps.row(values![run.0]);
        lookups.row(values![run.0]);
    }
    let mut answers = session
        .run_all(&[bodies, steps, lookups])
        .await?
        .into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let (bodies, steps, lookups) = (next(), next(), next());
    let mut bodies = sealed(bodies, "event_body")?;
    let mut lookups = sealed(lookups, "run_lookup")?;
    let places = runs.iter().enumerate().map(|(n, (run, _))| (run.0, n));
    let places: HashMap<i64, usize> = places.collect();
    let mut found: Vec<PastDetail> = runs
        .iter()
        .map(|(run, event)| PastDetail {
            // Several runs may be about one event, where one was replayed.
            body: bodies.get(&event.0).cloned(),
            steps: Vec::new(),
            lookups: lookups.remove(&run.0),
        })
        .collect();
    bodies.clear();
    for row in steps {
        let (run, step) = step_of_run(row)?;
        if let Some(detail) = places.get(&run.0).and_then(|n| found.get_mut(*n)) {
            detail.steps.push(step);
        }
    }
    Ok(found)
}

/// The bodies of events; those that were deleted are left out.
pub async fn bodies(
    session: &mut dyn Session,
    events: &[EventId],
) -> Result<HashMap<EventId, Sealed>> {
    let mut call = Call::each(&sql::BODIES);
    for event in events {
        call.row(values![event.0]);
    }
    let found = sealed(session.call(call).await?, "event_body")?;
    let found = found.into_iter();
    Ok(found.map(|(event, body)| (EventId(event), body)).collect())
}

fn sealed(rows: Vec<Row>, table: &'static str) -> Result<HashMap<i64, Sealed>> {
    let pair = |row: Row| {
        let mut row = row.read(table);
        Ok((row.int()?, Sealed(row.blob()?)))
    };
    rows.into_iter().map(pair).collect()
}
