//! Repairs, and who takes care of a cause.

use super::Page;
use crate::error::{Error, Result};
use crate::job::JobState;
use crate::repair::{Care, Comment, LetterSum, RepairItem, RepairKind, RepairRecord};
use crate::session::Session;
use crate::statements::repair as sql;
use crate::value::{Row, values};
use model::ids::{AccountId, EnvironmentId, RepairId, RunId};
use model::{RunState, Timestamp};
use vault::Sealed;

fn record(row: Row) -> Result<RepairRecord> {
    let mut row = row.read("repair");
    Ok(RepairRecord {
        id: RepairId(row.int()?),
        environment: EnvironmentId(row.int()?),
        fingerprint: row.text()?,
        kind: RepairKind::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown kind"))?,
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

pub async fn repair(session: &mut dyn Session, id: RepairId) -> Result<RepairRecord> {
    let row = session.row(&sql::REPAIR, &values![id.0]).await?;
    record(row.ok_or_else(|| Error::NotFound {
        what: "repair",
        name: id.to_string(),
    })?)
}

/// A page of repairs of an environment, or of one cause; newest first.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    fingerprint: Option<&str>,
    page: Page,
) -> Result<Vec<RepairRecord>> {
    let values = values![environment.0, fingerprint, page.below(), page.limit];
    let rows = session.rows(&sql::LIST_REPAIRS, &values).await?;
    rows.into_iter().map(record).collect()
}

/// Those that run, of all environments.
pub async fn running(session: &mut dyn Session) -> Result<Vec<RepairRecord>> {
    let rows = session.rows(&sql::RUNNING_REPAIRS, &values![]).await?;
    rows.into_iter().map(record).collect()
}

/// A page of what became of the letters, by run.
pub async fn items(session: &mut dyn Session, id: RepairId, page: Page) -> Result<Vec<RepairItem>> {
    let values = values![id.0, page.above(), page.limit];
    let rows = session.rows(&sql::REPAIR_ITEMS, &values).await?;
    let item = |row: Row| {
        let mut row = row.read("repair_item");
        Ok(RepairItem {
            run: RunId(row.int()?),
            made: row.opt_int()?.map(RunId),
            body: Sealed(row.blob()?),
            amount_minor: row.opt_int()?,
            currency: row.opt_text()?,
            stands: row.opt_int()?.and_then(RunState::from_code),
        })
    };
    rows.into_iter().map(item).collect()
}

/// How the runs stand that a repair made, with their letters' money.
pub async fn stands(session: &mut dyn Session, id: RepairId) -> Result<Vec<(RunState, LetterSum)>> {
    let rows = session.rows(&sql::REPAIR_STANDS, &values![id.0]).await?;
    let stand = |row: Row| {
        let mut row = row.read("run");
        let state = RunState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?;
        let sum = LetterSum {
            currency: row.opt_text()?,
            count: row.int()?,
            amount_minor: row.opt_int()?,
        };
        Ok((state, sum))
    };
    rows.into_iter().map(stand).collect()
}

/// The open letters of a cause up to one, by currency.
pub async fn sums(
    session: &mut dyn Session,
    environment: EnvironmentId,
    fingerprint: &str,
    last: RunId,
) -> Result<Vec<LetterSum>> {
    let values = values![environment.0, fingerprint, last.0];
    let rows = session.rows(&sql::SUM_LETTERS, &values).await?;
    let sum = |row: Row| {
        let mut row = row.read("dead_letter");
        Ok(LetterSum {
            currency: row.opt_text()?,
            count: row.int()?,
            amount_minor: row.opt_int()?,
        })
    };
    rows.into_iter().map(sum).collect()
}

/// Stretches of time of one length, the last of which ends at `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretches {
    pub until: Timestamp,
    /// In microseconds.
    pub length: i64,
    pub count: i64,
}

/// How many letters of the causes from `first` to `last` died in which stretch, counted from 0;
/// whether they are open or not.
pub async fn trend(
    session: &mut dyn Session,
    environment: EnvironmentId,
    stretches: Stretches,
    first: &str,
    last: &str,
) -> Result<Vec<(String, i64, i64)>> {
    let Stretches {
        until,
        length,
        count,
    } = stretches;
    let from = until.0.saturating_sub(length.saturating_mul(count));
    let values = values![environment.0, from, until.0, length, first, last];
    let rows = session.rows(&sql::LETTER_TREND, &values).await?;
    let read = |row: Row| {
        let mut row = row.read("dead_letter");
        Ok((row.text()?, row.int()?, row.int()?))
    };
    rows.into_iter().map(read).collect()
}

fn care_of(row: Row) -> Result<Care> {
    let mut row = row.read("cause_care");
    Ok(Care {
        fingerprint: row.text()?,
        assignee: row.opt_text()?,
        account: row.opt_int()?.map(AccountId),
        due: row.opt_text()?,
        revision: row.int()?,
        changed_by: row.text()?,
        changed_at: Timestamp(row.int()?),
    })
}

/// Who takes care of a cause, if anybody ever did.
pub async fn care(
    session: &mut dyn Session,
    environment: EnvironmentId,
    fingerprint: &str,
) -> Result<Option<Care>> {
    let values = values![environment.0, fingerprint];
    let row = session.row(&sql::CARE, &values).await?;
    row.map(care_of).transpose()
}

/// Who takes care of the causes from one to another.
pub async fn cares(
    session: &mut dyn Session,
    environment: EnvironmentId,
    first: &str,
    last: &str,
) -> Result<Vec<Care>> {
    let values = values![environment.0, first, last];
    let rows = session.rows(&sql::CARES, &values).await?;
    rows.into_iter().map(care_of).collect()
}

/// What was said about a cause, newest first.
pub async fn comments(
    session: &mut dyn Session,
    environment: EnvironmentId,
    fingerprint: &str,
    page: Page,
) -> Result<Vec<Comment>> {
    let values = values![environment.0, fingerprint, page.below(), page.limit];
    let rows = session.rows(&sql::LIST_COMMENTS, &values).await?;
    let read = |row: Row| {
        let mut row = row.read("cause_comment");
        Ok(Comment {
            id: row.int()?,
            who: row.text()?,
            text: row.text()?,
            at: Timestamp(row.int()?),
        })
    };
    rows.into_iter().map(read).collect()
}
