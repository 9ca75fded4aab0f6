//! Dead letters, one by one and by cause.

use super::Page;
use crate::error::{Error, Result};
use crate::run::DeadLetter;
use crate::session::Session;
use crate::statements::run as sql;
use crate::value::{Row, values};
use model::ids::{AccountId, EnvironmentId, FlowId, RunId};
use model::{FaultClass, Timestamp};

/// A dead letter as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLetter {
    pub run: RunId,
    pub environment: EnvironmentId,
    pub flow: FlowId,
    pub letter: DeadLetter,
    pub since: Timestamp,
    /// `replayed`, `discard`, `answered`; none while it is open.
    pub resolution: Option<String>,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
    pub reason: Option<String>,
}

/// The open letters of one cause and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterGroup {
    pub fingerprint: String,
    pub first: RunId,
    pub last: RunId,
    pub flow: FlowId,
    pub class: FaultClass,
    pub step: String,
    /// The message of one of them.
    pub message: String,
    pub currency: Option<String>,
    pub count: i64,
    /// What is at stake in all of them.
    pub amount_minor: Option<i64>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// How many of them ask a person.
    pub questions: i64,
    /// The lookup row that they miss: table and key.
    pub missing_row: Option<(String, String)>,
}

/// Which letters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterFilter {
    pub fingerprint: Option<String>,
    pub flow: Option<FlowId>,
    /// Those that died then or later.
    pub from: Option<Timestamp>,
    /// Those that died before.
    pub until: Option<Timestamp>,
}

/// Which causes a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CauseFilter {
    /// The last fingerprint of the page before.
    pub after: Option<String>,
    /// Those that this account takes care of.
    pub account: Option<AccountId>,
    /// Those that a person of this name without an account takes care of.
    pub name: Option<String>,
    /// Those that have this tag.
    pub tag: Option<String>,
}

/// Reads a dead letter.
pub fn stored(row: Row) -> Result<StoredLetter> {
    let mut row = row.read("dead_letter");
    Ok(StoredLetter {
        run: RunId(row.int()?),
        environment: EnvironmentId(row.int()?),
        flow: FlowId(row.int()?),
        letter: DeadLetter {
            fingerprint: row.text()?,
            class: row.parsed()?,
            step: row.text()?,
            message: row.text()?,
            amount_minor: row.opt_int()?,
            currency: row.opt_text()?,
            question: row.opt_text()?,
            missing_row: row.opt_text()?.zip(row.opt_text()?),
        },
        since: Timestamp(row.int()?),
        resolution: row.opt_text()?,
        resolved_at: row.opt_int()?.map(Timestamp),
        resolved_by: row.opt_text()?,
        reason: row.opt_text()?,
    })
}

/// The letter of a run, resolved or not.
pub async fn letter(session: &mut dyn Session, run: RunId) -> Result<StoredLetter> {
    let row = session.row(&sql::DEAD_LETTER, &values![run.0]).await?;
    let missing = || Error::NotFound {
        what: "dead letter",
        name: run.to_string(),
    };
    stored(row.ok_or_else(missing)?)
}

/// A page of open letters, oldest first.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &LetterFilter,
    page: Page,
) -> Result<Vec<StoredLetter>> {
    let values = values![
        environment.0,
        page.above(),
        filter.fingerprint.as_ref(),
        filter.flow.map(|f| f.0),
        page.limit,
        filter.from.map(|at| at.0),
        filter.until.map(|at| at.0)
    ];
    let rows = session.rows(&sql::LIST_DEAD_LETTERS, &values).await?;
    rows.into_iter().map(stored).collect()
}

/// Open letters by cause, a group per currency; `limit` counts causes.
pub async fn groups(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &CauseFilter,
    limit: i64,
) -> Result<Vec<LetterGroup>> {
    let values = values![
        environment.0,
        filter.after.as_deref().unwrap_or_default(),
        limit,
        filter.account.map(|account| account.0),
        filter.name.as_ref(),
        filter.tag.as_ref()
    ];
    let read = |row: Row| {
        let mut row = row.read("dead_letter");
        let (first, last) = (RunId(row.int()?), RunId(row.int()?));
        Ok(LetterGroup {
            first,
            last,
            fingerprint: row.text()?,
            flow: FlowId(row.int()?),
            class: row.parsed()?,
            step: row.text()?,
            message: row.text()?,
            currency: row.opt_text()?,
            count: row.int()?,
            amount_minor: row.opt_int()?,
            since: Timestamp(row.int()?),
            until: Timestamp(row.int()?),
            questions: row.int()?,
            missing_row: row.opt_text()?.zip(row.opt_text()?),
        })
    };
    let rows = session.rows(&sql::GROUP_DEAD_LETTERS, &values).await?;
    rows.into_iter().map(read).collect()
}
