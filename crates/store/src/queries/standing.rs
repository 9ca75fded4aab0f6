//! How the money of an environment stands, by currency and age.

use crate::error::Result;
use crate::session::Session;
use crate::statements::{Statement, run, subledger};
use crate::value::{Row, Value, values};
use model::ids::EnvironmentId;
use model::{RunState, Timestamp};

/// Where ages begin. What is as old as a bound or younger is on its near side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of entries that are not posted: older ones are late.
    pub usual: Timestamp,
    /// Of open deposits: older ones are late, and exceptions by then.
    pub deposits: Timestamp,
    /// The first age ends here.
    pub fresh: Timestamp,
    /// The second age ends here.
    pub week: Timestamp,
}

/// Rows of one currency and age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// None where the rows have no money.
    pub currency: Option<String>,
    /// 0, 1 or 2, the youngest first; 0 where ages are not told apart.
    pub age: i64,
    pub count: i64,
    pub amount_minor: i64,
}

/// Live runs of one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRuns {
    pub state: RunState,
    pub count: i64,
    /// When the first of them is due.
    pub due_at: Timestamp,
}

/// How it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Entries that the ERP has posted, by their debits.
    pub posted: Vec<Part>,
    /// Entries that it has not posted yet, within the usual time.
    pub on_its_way: Vec<Part>,
    /// Entries that it should have posted.
    pub late: Vec<Part>,
    /// Open deposits within their usual time, by what is left of them.
    pub deposits: Vec<Part>,
    /// Open dead letters, by what is at stake.
    pub letters: Vec<Part>,
    /// Open exceptions, by their size.
    pub exceptions: Vec<Part>,
    pub runs: Vec<LiveRuns>,
}

/// What the bucket of an entry within its usual time is called.
const USUAL: i64 = 3;

/// Reads it all.
pub async fn standing(
    session: &mut dyn Session,
    environment: EnvironmentId,
    bounds: Bounds,
) -> Result<Standing> {
    let environment = environment.0;
    let (fresh, week) = (bounds.fresh.0, bounds.week.0);
    let posted = sums(
        session,
        &subledger::POSTED_SUMS,
        &values![environment],
        false,
    )
    .await?;
    let unposted = values![environment, bounds.usual.0, fresh, week];
    let unposted = sums(session, &subledger::UNPOSTED_SUMS, &unposted, true).await?;
    let (on_its_way, late) = unposted.into_iter().partition(|part| part.age == USUAL);
    let deposits = values![environment, bounds.deposits.0];
    let ages = values![environment, fresh, week];
    Ok(Standing {
        posted,
        on_its_way,
        late,
        deposits: sums(session, &subledger::DEPOSIT_SUMS, &deposits, false).await?,
        letters: sums(session, &run::LETTER_AGES, &ages, true).await?,
        exceptions: sums(session, &subledger::EXCEPTION_SUMS, &ages, true).await?,
        runs: live(session, environment).await?,
    })
}

async fn sums(
    session: &mut dyn Session,
    statement: &'static Statement,
    values: &[Value<'_>],
    has_age: bool,
) -> Result<Vec<Part>> {
    let part = |row: Row| {
        let mut row = row.read("sum");
        Ok(Part {
            currency: row.opt_text()?,
            age: if has_age { row.int()? } else { 0 },
            count: row.int()?,
            amount_minor: row.opt_int()?.unwrap_or(0),
        })
    };
    let rows = session.rows(statement, values).await?;
    rows.into_iter().map(part).collect()
}

async fn live(session: &mut dyn Session, environment: i64) -> Result<Vec<LiveRuns>> {
    let rows = session
        .rows(&run::LIVE_RUNS_BY_STATE, &values![environment])
        .await?;
    let read = |row: Row| {
        let mut row = row.read("run");
        Ok(LiveRuns {
            state: RunState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
            count: row.int()?,
            due_at: Timestamp(row.int()?),
        })
    };
    rows.into_iter().map(read).collect()
}
