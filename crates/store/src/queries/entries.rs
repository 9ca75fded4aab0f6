//! The subledger: entries, deposits, exceptions. An entry that does not balance is not read.

use super::{Page, begins_with};
use crate::entry::{DepositRecord, EntryRecord, STATES};
use crate::error::{Error, Result};
use crate::session::{Call, Session};
use crate::statements::subledger as sql;
use crate::value::{Reader, Row, values};
use finance::journal::{JournalEntry, JournalLine};
use model::ids::{EntryId, EnvironmentId, RunId};
use model::{EffectId, Peer, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// What all lines of one account, currency and state come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryTotal {
    pub account: String,
    pub currency: String,
    pub state: String,
    pub amount_minor: i64,
    pub lines: i64,
}

/// An exception as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredException {
    pub id: i64,
    pub environment: EnvironmentId,
    pub exception: crate::entry::ExceptionRecord,
    pub run: Option<RunId>,
    pub opened_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
    pub reason: Option<String>,
}

/// The digest by which an entry is known to have the same lines.
pub fn digest(entry: &JournalEntry) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(entry.currency.code().as_bytes());
    for line in &entry.lines {
        part(line.account.as_bytes());
        part(line.dimension.as_deref().unwrap_or_default().as_bytes());
        part(&line.amount_minor.to_be_bytes());
    }
    hash.finalize().into()
}

/// Reads a deposit.
pub fn deposit(row: &mut Reader) -> Result<DepositRecord> {
    Ok(DepositRecord {
        environment: EnvironmentId(row.int()?),
        charge: row.text()?,
        payment_intent: row.opt_text()?,
        presentment_currency: row.text()?,
        presentment_minor: row.int()?,
        presentment_left: row.int()?,
        settlement_currency: row.text()?,
        settlement_minor: row.int()?,
        settlement_left: row.int()?,
        opened_at: Timestamp(row.int()?),
    })
}

/// Reads entries and adds their lines; an error if one is not what was written.
pub async fn complete(session: &mut dyn Session, rows: Vec<Row>) -> Result<Vec<EntryRecord>> {
    let mut found = Vec::with_capacity(rows.len());
    let mut call = Call::each(&sql::LINES);
    for row in rows {
        let (entry, digest) = head(row)?;
        call.row(values![entry.id.0]);
        found.push((entry, digest));
    }
    let mut lines: HashMap<i64, Vec<JournalLine>> = HashMap::new();
    for row in session.call(call).await? {
        let mut row = row.read("entry_line");
        lines.entry(row.int()?).or_default().push(JournalLine {
            account: row.text()?,
            dimension: row.opt_text()?,
            amount_minor: row.int()?,
            text: row.text()?,
        });
    }
    let mut entries = Vec::with_capacity(found.len());
    for (mut record, stored) in found {
        record.entry.lines = lines.remove(&record.id.0).unwrap_or_default();
        let corrupt = |reason: String| Error::Corrupt {
            table: "entry",
            row: record.id.0.to_string(),
            reason,
        };
        record
            .entry
            .check()
            .map_err(|error| corrupt(error.to_string()))?;
        if digest(&record.entry) != stored {
            return Err(corrupt("the lines are not those that were written".into()));
        }
        entries.push(record);
    }
    Ok(entries)
}

fn head(row: Row) -> Result<(EntryRecord, [u8; 32])> {
    let mut row = row.read("entry");
    let id = EntryId(row.int()?);
    let environment = EnvironmentId(row.int()?);
    let entry = JournalEntry {
        reference: row.text()?,
        kind: row.text()?,
        date: row.text()?,
        currency: row.parsed()?,
        text: row.text()?,
        rule_revision: row.int()?,
        lines: Vec::new(),
    };
    let digest = row.digest()?;
    let effect = EffectId {
        peer: Peer(row.text()?),
        kind: row.text()?,
        reference: row.text()?,
        generation: row.int()?,
    };
    let run = RunId(row.int()?);
    let state = state_name(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?;
    let record = EntryRecord {
        id,
        environment,
        entry,
        effect,
        run,
        state,
        sent_reference: row.text()?,
        voucher: row.opt_text()?,
        created_at: Timestamp(row.int()?),
        updated_at: Timestamp(row.int()?),
    };
    Ok((record, digest))
}

fn state_name(code: i64) -> Option<String> {
    STATES
        .get(usize::try_from(code).ok()?)
        .map(|name| (*name).to_owned())
}

/// An entry in words, for the audit trail.
pub async fn describe(session: &mut dyn Session, id: i64) -> Result<String> {
    let rows = session.rows(&sql::ENTRY_BY_ID, &values![id]).await?;
    let Some(record) = complete(session, rows).await?.pop() else {
        return Ok(String::new());
    };
    let lines = record
        .entry
        .lines
        .iter()
        .map(|l| format!("{} {}", l.account, l.amount_minor));
    let lines = lines.collect::<Vec<_>>().join(", ");
    let (date, currency) = (&record.entry.date, record.entry.currency.code());
    Ok(format!(
        "{} {date} {currency}: {lines}; sent as {}",
        record.state, record.sent_reference
    ))
}

/// Entries of references, of all kinds.
pub async fn entries(
    session: &mut dyn Session,
    environment: EnvironmentId,
    references: &[String],
) -> Result<Vec<EntryRecord>> {
    let mut call = Call::each(&sql::ENTRIES);
    for reference in references {
        call.row(values![environment.0, reference]);
    }
    let rows = session.call(call).await?;
    complete(session, rows).await
}

/// A page of entries that are not posted, oldest first.
pub async fn unposted(
    session: &mut dyn Session,
    environment: EnvironmentId,
    page: Page,
) -> Result<Vec<EntryRecord>> {
    let values = values![environment.0, page.above(), page.limit];
    let rows = session.rows(&sql::ENTRIES_UNPOSTED, &values).await?;
    complete(session, rows).await
}

/// Which entries a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// `sent`, `staged` or `posted`.
    pub state: Option<String>,
    /// The beginning of the reference.
    pub search: Option<String>,
    /// Those that the ERP has not posted.
    pub unposted: bool,
    /// Those that were booked then or later.
    pub from: Option<Timestamp>,
    /// Those that were booked before.
    pub until: Option<Timestamp>,
}

/// Which exceptions a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExceptionFilter {
    pub only_open: bool,
    /// Those that were opened then or later.
    pub from: Option<Timestamp>,
    /// Those that were opened before.
    pub until: Option<Timestamp>,
}

impl ExceptionFilter {
    /// All that are open.
    pub const OPEN: Self = Self {
        only_open: true,
        from: None,
        until: None,
    };
}

/// A page of entries, newest first.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &EntryFilter,
    page: Page,
) -> Result<Vec<EntryRecord>> {
    let state = filter
        .state
        .as_deref()
        .and_then(|name| STATES.iter().position(|s| *s == name))
        .and_then(|at| i64::try_from(at).ok());
    let search = begins_with(filter.search.as_deref());
    let values = values![
        environment.0,
        page.below(),
        state,
        search.as_ref(),
        page.limit,
        filter.unposted,
        filter.from.map(|at| at.0),
        filter.until.map(|at| at.0)
    ];
    let rows = session.rows(&sql::LIST_ENTRIES, &values).await?;
    complete(session, rows).await
}

/// Sums by account, currency and state.
pub async fn totals(
    session: &mut dyn Session,
    environment: EnvironmentId,
) -> Result<Vec<EntryTotal>> {
    let rows = session
        .rows(&sql::ENTRY_TOTALS, &values![environment.0])
        .await?;
    let read = |row: Row| {
        let mut row = row.read("entry");
        Ok(EntryTotal {
            account: row.text()?,
            currency: row.text()?,
            state: state_name(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
            amount_minor: row.int()?,
            lines: row.int()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Deposits of charges.
pub async fn deposits(
    session: &mut dyn Session,
    environment: EnvironmentId,
    charges: &[String],
) -> Result<Vec<DepositRecord>> {
    let mut call = Call::each(&sql::DEPOSITS);
    for charge in charges {
        call.row(values![environment.0, charge]);
    }
    read_deposits(session.call(call).await?)
}

/// Deposits of payment intents, oldest first within each.
pub async fn deposits_by_intent(
    session: &mut dyn Session,
    environment: EnvironmentId,
    intents: &[String],
) -> Result<Vec<DepositRecord>> {
    let mut call = Call::each(&sql::DEPOSITS_BY_INTENT);
    for intent in intents {
        call.row(values![environment.0, intent]);
    }
    read_deposits(session.call(call).await?)
}

/// What one use took from a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositUse {
    pub charge: String,
    pub presentment_minor: i64,
    pub settlement_minor: i64,
}

/// What a use took, if it has taken anything.
pub async fn deposit_use(
    session: &mut dyn Session,
    environment: EnvironmentId,
    use_key: &str,
) -> Result<Option<DepositUse>> {
    let row = session
        .row(&sql::DEPOSIT_USE, &values![environment.0, use_key])
        .await?;
    row.map(|row| {
        let mut row = row.read("deposit_use");
        Ok(DepositUse {
            charge: row.text()?,
            presentment_minor: row.int()?,
            settlement_minor: row.int()?,
        })
    })
    .transpose()
}

/// A page of deposits with something left that were opened at or before a time, oldest first.
pub async fn deposits_open_since(
    session: &mut dyn Session,
    environment: EnvironmentId,
    opened_until: Timestamp,
    after: Option<(Timestamp, String)>,
    limit: i64,
) -> Result<Vec<DepositRecord>> {
    let (at, charge) = after
        .as_ref()
        .map_or((i64::MIN, ""), |(at, charge)| (at.0, charge));
    let values = values![environment.0, opened_until.0, at, charge, limit];
    read_deposits(session.rows(&sql::DEPOSITS_OPEN, &values).await?)
}

fn read_deposits(rows: Vec<Row>) -> Result<Vec<DepositRecord>> {
    rows.into_iter()
        .map(|row| deposit(&mut row.read("deposit")))
        .collect()
}

/// A page of exceptions, newest first.
pub async fn exceptions(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: ExceptionFilter,
    page: Page,
) -> Result<Vec<StoredException>> {
    let values = values![
        environment.0,
        page.below(),
        filter.only_open,
        page.limit,
        filter.from.map(|at| at.0),
        filter.until.map(|at| at.0)
    ];
    let rows = session.rows(&sql::LIST_EXCEPTIONS, &values).await?;
    let read = |row: Row| {
        let mut row = row.read("exception");
        Ok(StoredException {
            id: row.int()?,
            environment: EnvironmentId(row.int()?),
            exception: crate::entry::ExceptionRecord {
                kind: row.text()?,
                key: row.text()?,
                sentence: row.text()?,
                amount_minor: row.opt_int()?,
                currency: row.opt_text()?,
            },
            run: row.opt_int()?.map(RunId),
            opened_at: Timestamp(row.int()?),
            resolved_at: row.opt_int()?.map(Timestamp),
            resolved_by: row.opt_text()?,
            reason: row.opt_text()?,
        })
    };
    rows.into_iter().map(read).collect()
}
