//! Jobs of what-if: begun, advanced, stopped, gone on with.

use crate::error::{Error, Result};
use crate::job::JobState;
use crate::queries::what_if as queries;
use crate::session::{Call, Sequence, Session};
use crate::statements::what_if as sql;
use crate::value::values;
use crate::what_if::{NewWhatIf, WhatIfAdvance, WhatIfRecord};
use model::Timestamp;
use model::ids::{EnvironmentId, WhatIfId};

/// Begins a job, unless another one runs in the environment, and forgets the oldest.
pub async fn create(session: &mut dyn Session, new: &NewWhatIf) -> Result<WhatIfRecord> {
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.environment.0,
        new.flow.0,
        &new.request,
        &new.progress,
        &new.who,
        new.at.0
    ];
    if session
        .rows(&sql::INSERT_WHAT_IF, &values)
        .await?
        .is_empty()
    {
        return Err(running(session, new.environment).await?);
    }
    let kept = values![new.environment.0, new.kept];
    session.rows(&sql::FORGET_DIFFERENCES, &kept).await?;
    session.rows(&sql::FORGET_WHAT_IFS, &kept).await?;
    queries::what_if(session, WhatIfId(id)).await
}

async fn running(session: &mut dyn Session, environment: EnvironmentId) -> Result<Error> {
    let row = session
        .row(&sql::WHAT_IF_RUNNING, &values![environment.0])
        .await?;
    let id = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(Error::Conflict(format!(
        "{} runs in the environment; one at a time",
        WhatIfId(id)
    )))
}

/// Writes how far a job has come, with what it found; false if it no longer runs or is elsewhere.
pub async fn advance(session: &mut dyn Session, step: &WhatIfAdvance) -> Result<bool> {
    let ended = (step.state != JobState::Running).then_some(step.at.0);
    let values = values![
        step.id.0,
        step.before.0,
        step.cursor.0,
        &step.progress,
        step.state as i64,
        step.at.0,
        ended
    ];
    if session
        .rows(&sql::ADVANCE_WHAT_IF, &values)
        .await?
        .is_empty()
    {
        return Ok(false);
    }
    let mut insert = Call::each(&sql::INSERT_DIFFERENCE);
    for found in &step.differences {
        insert.row(values![step.id.0, found.place, found.run.0, &found.body]);
    }
    session.call(insert).await?;
    Ok(true)
}

/// Stops a job that runs or is paused, or lets one that was stopped run on. Asked for what it is
/// already, nothing changes.
pub async fn set_state(
    session: &mut dyn Session,
    id: WhatIfId,
    state: JobState,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<WhatIfRecord> {
    let job = queries::what_if(session, id).await?;
    if job.state == state {
        return Ok(job);
    }
    if !job.state.may_become(state) {
        let is = job.state.as_str();
        return Err(Error::Conflict(format!("{id} is {is}")));
    }
    if state == JobState::Running
        && session
            .row(&sql::WHAT_IF_RUNNING, &values![job.environment.0])
            .await?
            .is_some()
    {
        return Err(running(session, job.environment).await?);
    }
    let ended = (state != JobState::Running).then_some(at.0);
    let values = values![id.0, state as i64, reason, at.0, ended];
    session.rows(&sql::SET_WHAT_IF_STATE, &values).await?;
    queries::what_if(session, id).await
}
