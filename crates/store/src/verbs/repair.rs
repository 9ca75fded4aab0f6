//! Repairs: begun, advanced, stopped, gone on with. And who takes care of a cause.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::job::JobState;
use crate::queries::Page;
use crate::queries::repair as queries;
use crate::repair::{
    Comment, NewComment, NewRepair, RepairAdvance, RepairKind, RepairRecord, SetCare,
};
use crate::session::{Call, Sequence, Session};
use crate::statements::repair as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{EnvironmentId, RepairId};

/// Begins a repair, unless another one of its kind runs in the environment, and forgets the oldest.
pub async fn create(session: &mut dyn Session, new: &NewRepair) -> Result<RepairRecord> {
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.environment.0,
        &new.fingerprint,
        new.kind as i64,
        &new.request,
        &new.progress,
        &new.who,
        new.at.0
    ];
    if session.rows(&sql::INSERT_REPAIR, &values).await?.is_empty() {
        return Err(running(session, new.environment, new.kind).await?);
    }
    let kept = values![new.environment.0, new.kept];
    session.rows(&sql::FORGET_REPAIR_ITEMS, &kept).await?;
    session.rows(&sql::FORGET_REPAIRS, &kept).await?;
    queries::repair(session, RepairId(id)).await
}

async fn running(
    session: &mut dyn Session,
    environment: EnvironmentId,
    kind: RepairKind,
) -> Result<Error> {
    let values = values![environment.0, kind as i64];
    let row = session.row(&sql::REPAIR_RUNNING, &values).await?;
    let id = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(Error::Conflict(format!(
        "{} is under way in the environment; one {} at a time",
        RepairId(id),
        kind.as_str()
    )))
}

/// Writes how far a repair has come; false if it no longer runs or is elsewhere.
pub async fn advance(session: &mut dyn Session, step: &RepairAdvance) -> Result<bool> {
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
        .rows(&sql::ADVANCE_REPAIR, &values)
        .await?
        .is_empty()
    {
        return Ok(false);
    }
    let mut insert = Call::each(&sql::INSERT_REPAIR_ITEM);
    for item in &step.items {
        let made = item.made.map(|run| run.0);
        insert.row(values![step.id.0, item.run.0, made, &item.body]);
    }
    session.call(insert).await?;
    Ok(true)
}

/// Stops a repair that runs or is paused, or lets one that was stopped run on. Asked for what it is
/// already, nothing changes.
pub async fn set_state(
    session: &mut dyn Session,
    id: RepairId,
    state: JobState,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<RepairRecord> {
    let repair = queries::repair(session, id).await?;
    if repair.state == state {
        return Ok(repair);
    }
    if !repair.state.may_become(state) {
        let is = repair.state.as_str();
        return Err(Error::Conflict(format!("{id} is {is}")));
    }
    let values = values![repair.environment.0, repair.kind as i64];
    if state == JobState::Running && session.row(&sql::REPAIR_RUNNING, &values).await?.is_some() {
        return Err(running(session, repair.environment, repair.kind).await?);
    }
    let ended = (state != JobState::Running).then_some(at.0);
    let values = values![id.0, state as i64, reason, at.0, ended];
    session.rows(&sql::SET_REPAIR_STATE, &values).await?;
    queries::repair(session, id).await
}

/// Says who takes care of a cause; answers with the revision. Said again, nothing changes.
pub async fn set_care(session: &mut dyn Session, set: &SetCare) -> Result<i64> {
    let before = queries::care(session, set.environment, &set.fingerprint).await?;
    let revision = before.as_ref().map_or(0, |care| care.revision);
    if revision != set.expected {
        let Some(care) = before.filter(|_| revision > 0) else {
            return Err(Error::NotFound {
                what: "care of the cause",
                name: set.fingerprint.clone(),
            });
        };
        let is_this_one = (care.changed_at, &care.changed_by) == (set.at, &set.who)
            && (&care.assignee, care.account, &care.due) == (&set.assignee, set.account, &set.due);
        if is_this_one && revision == set.expected + 1 {
            return Ok(revision);
        }
        return Err(Error::Changed {
            what: format!("the care of the cause `{}`", set.fingerprint),
            who: care.changed_by,
            at: care.changed_at,
        });
    }
    let values = values![
        set.environment.0,
        &set.fingerprint,
        set.assignee.as_ref(),
        set.account.map(|account| account.0),
        set.due.as_ref(),
        set.expected,
        &set.who,
        set.at.0
    ];
    session.rows(&sql::SET_CARE, &values).await?;
    let name = |assignee: Option<&str>| assignee.unwrap_or("nobody").to_owned();
    let was = name(before.as_ref().and_then(|care| care.assignee.as_deref()));
    let mut detail = format!("{was} → {}", name(set.assignee.as_deref()));
    if let Some(due) = &set.due {
        detail.push_str(&format!(", due {due}"));
    }
    let act = Act {
        at: set.at,
        who: &set.who,
        action: "dead_letter.assign",
        subject: &set.fingerprint,
        detail: &detail,
    };
    audit::append(session, act).await?;
    Ok(set.expected + 1)
}

/// Keeps what a person says about a cause; answers with its id.
pub async fn comment(session: &mut dyn Session, new: &NewComment) -> Result<i64> {
    let last =
        queries::comments(session, new.environment, &new.fingerprint, Page::first(1)).await?;
    let is_said = |c: &&Comment| (&c.who, &c.text, c.at) == (&new.who, &new.text, new.at);
    if let Some(said) = last.iter().find(is_said) {
        return Ok(said.id);
    }
    let cause = values![new.environment.0, &new.fingerprint];
    let row = session.row(&sql::COUNT_COMMENTS, &cause).await?;
    let count = row.map_or(Ok(0), |row| row.int(0))?;
    if count >= new.most {
        return Err(Error::Conflict(format!(
            "the cause has {count} comments; it takes no more"
        )));
    }
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.environment.0,
        &new.fingerprint,
        &new.who,
        &new.text,
        new.at.0
    ];
    session.rows(&sql::INSERT_COMMENT, &values).await?;
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "dead_letter.comment",
        subject: &new.fingerprint,
        detail: &new.text,
    };
    audit::append(session, act).await?;
    Ok(id)
}
