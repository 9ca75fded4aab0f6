//! Changes of the subledger outside a run: vouchers read back, exceptions.

use super::audit::{self, Act};
use crate::entry::{EntryRecord, ExceptionRecord};
use crate::error::{Error, Result};
use crate::queries::entries;
use crate::session::{Call, Sequence, Session};
use crate::statements::subledger as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{EntryId, EnvironmentId};

/// A voucher as the ERP has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    pub sent_reference: String,
    pub voucher: String,
    /// The sum of its debits, in minor units.
    pub debit_minor: i64,
    pub currency: String,
}

/// What a voucher read back came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marked {
    Posted(EntryId),
    /// It was posted under this voucher already.
    Already(EntryId),
    /// None of our entries was sent under this reference.
    Unknown,
    /// Ours has another amount or currency, or was posted under another voucher.
    Differs {
        entry: EntryId,
        debit_minor: i64,
        currency: String,
        voucher: Option<String>,
    },
}

/// Marks entries as posted if amount and currency are ours. Answers in the order of `vouchers`.
pub async fn mark_posted(
    session: &mut dyn Session,
    environment: EnvironmentId,
    vouchers: &[Voucher],
    now: Timestamp,
) -> Result<Vec<Marked>> {
    let mut ask = Call::each(&sql::ENTRIES_SENT);
    for voucher in vouchers {
        ask.row(values![environment.0, &voucher.sent_reference]);
    }
    let rows = session.call(ask).await?;
    let ours = entries::complete(session, rows).await?;
    let mut write = Call::each(&sql::SET_ENTRY_STATE);
    let mut marked = Vec::with_capacity(vouchers.len());
    for voucher in vouchers {
        let Some(entry) = ours
            .iter()
            .find(|e| e.sent_reference == voucher.sent_reference)
        else {
            marked.push(Marked::Unknown);
            continue;
        };
        let (debit_minor, currency) = shown(session, environment, entry, voucher).await?;
        let other = entry
            .voucher
            .as_ref()
            .is_some_and(|v| *v != voucher.voucher);
        if debit_minor != voucher.debit_minor || currency != voucher.currency || other {
            marked.push(Marked::Differs {
                entry: entry.id,
                debit_minor,
                currency,
                voucher: entry.voucher.clone(),
            });
        } else if entry.state == "posted" {
            marked.push(Marked::Already(entry.id));
        } else {
            write.row(values![entry.id.0, 2_i64, voucher.voucher.as_str(), now.0]);
            marked.push(Marked::Posted(entry.id));
        }
    }
    session.call(write).await?;
    Ok(marked)
}

/// What the ERP's voucher of an entry must show: its debits and currency. An invoice is paid in the
/// customer's currency, although the deposit leaves our books in the balance's: there the use of
/// the deposit under the entry's reference says how much.
async fn shown(
    session: &mut dyn Session,
    environment: EnvironmentId,
    entry: &EntryRecord,
    voucher: &Voucher,
) -> Result<(i64, String)> {
    let own = (
        entry.entry.debit_minor(),
        entry.entry.currency.code().to_owned(),
    );
    if own.1 == voucher.currency {
        return Ok(own);
    }
    let used = entries::deposit_use(session, environment, &entry.entry.reference).await?;
    let Some(used) = used else { return Ok(own) };
    let charge = [used.charge];
    let deposit = entries::deposits(session, environment, &charge)
        .await?
        .pop();
    Ok(match deposit {
        Some(deposit) => (used.presentment_minor, deposit.presentment_currency),
        None => own,
    })
}

/// Opens exceptions; one that is open for the same thing is brought up to date.
pub async fn open_exceptions(
    session: &mut dyn Session,
    environment: EnvironmentId,
    exceptions: &[ExceptionRecord],
    now: Timestamp,
) -> Result<()> {
    // One by one: PostgreSQL does not write one row twice in a statement.
    for exception in exceptions {
        let id = session.id(Sequence::Entry).await?;
        let mut call = Call::each(&sql::PUT_EXCEPTION);
        call.row(values![
            id,
            environment.0,
            &exception.kind,
            &exception.key,
            &exception.sentence,
            exception.amount_minor,
            exception.currency.as_ref(),
            None::<i64>,
            now.0,
        ]);
        session.call(call).await?;
    }
    Ok(())
}

/// An exception that a person has dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveException {
    pub environment: EnvironmentId,
    pub kind: String,
    pub key: String,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Closes an exception; nothing happens if none is open.
pub async fn resolve_exception(
    session: &mut dyn Session,
    resolve: &ResolveException,
) -> Result<()> {
    if resolve.reason.is_empty() {
        return Err(Error::Conflict(
            "an exception is closed with a reason".into(),
        ));
    }
    let (kind, key) = (&resolve.kind, &resolve.key);
    let values = values![
        resolve.environment.0,
        kind,
        key,
        resolve.at.0,
        &resolve.who,
        &resolve.reason
    ];
    if session
        .rows(&sql::RESOLVE_EXCEPTION, &values)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let act = Act {
        at: resolve.at,
        who: &resolve.who,
        action: "exception.resolve",
        subject: &format!("{kind} {key}"),
        detail: &resolve.reason,
    };
    audit::append(session, act).await
}
