//! Booking a transaction by what the books know of the charge behind it.
//!
//! Money comes back at the rate of the day; what was booked leaves at the rate it came in with. The
//! difference is a realised currency difference, and never a reason to ask for a credit memo.

use super::category::{Counter, classify};
use super::note::Note;
use super::post::{Context, Posting, PostingError, moved, post, suspense, text};
use super::rules::PostingRules;
use super::taken;
use super::transaction::BalanceTransaction;
use crate::deposit::{Application, Deposit, Return};
use crate::journal::{JournalEntry, JournalError, JournalLine};

/// Disputed money that comes back in another currency and differs from what left by more than this
/// part (a fifth) is taken for a part of it, not for a change of the rate. Our default.
const RATE_MOVES: i64 = 5;

/// What the books know of the charge behind a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its deposit as it stands; none: there never was one.
    pub deposit: Option<Deposit>,
    /// What this very transaction has taken from it before.
    pub taken: Option<Application>,
    /// What earlier refunds of the charge failed to pay and is still owed; none: nothing.
    pub owed: Option<Deposit>,
    /// What went back of the charge earlier, without refunds that failed, in minor units of the
    /// customer's currency.
    pub returned_before: i64,
    /// What the dispute is a receivable of by now, in minor units of the transaction's currency.
    pub disputed_minor: Option<i64>,
}

/// Books a transaction, and says what it takes from the charge's deposit.
///
/// # Errors
/// As [`post`].
pub fn post_known(
    t: &BalanceTransaction,
    known: &Known,
    rules: &PostingRules,
    date: &str,
) -> Result<(Posting, Option<Application>), PostingError> {
    t.check()?;
    match (t.reporting_category.as_str(), &known.deposit) {
        ("refund" | "charge_failure" | "partial_capture_reversal", Some(deposit))
            if t.amount < 0 =>
        {
            back(t, deposit, known, rules, date)
        }
        ("dispute", Some(deposit)) if t.amount < 0 => {
            let original_minor = presented(t, deposit)
                .filter(|_| converted(t, deposit) && settles(t, deposit))
                .map(|minor| deposit.booked_at(minor, known.returned_before));
            let context = Context {
                original_minor,
                ..Context::default()
            };
            Ok((post(t, &context, rules, date)?, None))
        }
        ("dispute_reversal", deposit) if t.amount > 0 => {
            reinstated(t, deposit.as_ref(), known.disputed_minor, rules, date)
        }
        _ => Ok((post(t, &Context::default(), rules, date)?, None)),
    }
}

/// Whether the transaction moved the currency that the deposit settled in.
fn settles(t: &BalanceTransaction, deposit: &Deposit) -> bool {
    t.currency == deposit.settlement.currency
}

/// Whether the customer's money was converted on its way.
fn converted(t: &BalanceTransaction, deposit: &Deposit) -> bool {
    deposit.presentment.currency != t.currency
}

/// The transaction's amount in the customer's currency, in minor units; none if it is not known.
fn presented(t: &BalanceTransaction, deposit: &Deposit) -> Option<i64> {
    if !converted(t, deposit) {
        return Some(t.amount.saturating_abs());
    }
    // The source of an uncaptured part is the whole charge: its amount is not that of the part.
    let source = t
        .source_amount
        .filter(|_| t.reporting_category != "partial_capture_reversal")?;
    (source.currency == deposit.presentment.currency).then_some(source.minor)
}

/// Money that goes back to the customer.
fn back(
    t: &BalanceTransaction,
    deposit: &Deposit,
    known: &Known,
    rules: &PostingRules,
    date: &str,
) -> Result<(Posting, Option<Application>), PostingError> {
    let Some(minor) = presented(t, deposit) else {
        return by_settlement(t, deposit, known, rules, date);
    };
    let nothing = deposit.nothing();
    let owed = match &known.owed {
        Some(owed) if t.reporting_category == "refund" && same_currencies(owed, deposit) => owed,
        _ => &nothing,
    };
    let before = known.returned_before;
    let parts = match &known.taken {
        Some(taken) => deposit.gave_back(minor, owed, taken, before),
        None => deposit.give_back(minor, owed, before),
    };
    let mut posting = if settles(t, deposit) {
        let context = Context {
            deposit_left_minor: Some(parts.deposit.settlement.minor),
            original_minor: Some(parts.value_minor()),
            refund_owed_minor: parts.owed.settlement.minor,
            ..Context::default()
        };
        post(t, &context, rules, date)?
    } else {
        across(t, &parts, rules, date)?
    };
    // What a person has to do about it is in the customer's currency, as the invoice is.
    let invoiced = parts.invoiced.presentment;
    for note in posting.notes.iter_mut().filter(|n| n.kind != "suspense") {
        (note.amount_minor, note.currency) = (invoiced.minor, invoiced.currency);
    }
    Ok((posting, Some(parts.deposit)))
}

fn same_currencies(a: &Deposit, b: &Deposit) -> bool {
    a.presentment.currency == b.presentment.currency
        && a.settlement.currency == b.settlement.currency
}

/// What it is in the customer's currency is not known: the deposit is relieved by the balance's.
fn by_settlement(
    t: &BalanceTransaction,
    deposit: &Deposit,
    known: &Known,
    rules: &PostingRules,
    date: &str,
) -> Result<(Posting, Option<Application>), PostingError> {
    if !settles(t, deposit) {
        let (kind, _) = classify(t, rules);
        let mut posting = moved(
            t,
            kind,
            vec![JournalLine::on(&rules.suspense, -t.amount)],
            rules,
            date,
        )?;
        let reason = format!(
            "it is in {} where the charge was in {} and settled in {}",
            t.currency, deposit.presentment.currency, deposit.settlement.currency
        );
        posting.notes.push(suspense(t, t.amount, &reason, rules));
        return Ok((posting, None));
    }
    let taken = known
        .taken
        .clone()
        .unwrap_or_else(|| deposit.apply_settlement(t.amount.saturating_neg()));
    let context = Context {
        deposit_left_minor: Some(taken.settlement.minor),
        ..Context::default()
    };
    Ok((post(t, &context, rules, date)?, Some(taken)))
}

/// The balance moved in another currency than the charge settled in: the cash in one entry, what it
/// relieves at the booked rate in a second one, and both meet on the currency difference.
fn across(
    t: &BalanceTransaction,
    parts: &Return,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    let (kind, counter) = classify(t, rules);
    let difference = &rules.currency_difference;
    let cash = vec![JournalLine::on(difference, -t.amount)];
    let mut posting = moved(t, kind, cash, rules, date)?;
    let invoiced = parts.invoiced.settlement.minor;
    let Counter::Taken(else_to, note) = counter else {
        return Ok(posting);
    };
    let lines = vec![
        JournalLine::on(&rules.refunds_payable, parts.owed.settlement.minor),
        JournalLine::on(&rules.deposits, parts.deposit.settlement.minor),
        JournalLine::on(else_to, invoiced),
        JournalLine::on(difference, -parts.value_minor()),
    ];
    let currency = parts.deposit.settlement.currency;
    let reference = format!("{}:book", t.id);
    match JournalEntry::new(reference, kind, date, currency, rules.revision, lines) {
        Ok(mut relief) => {
            relief.text = text(t);
            posting.relief = Some(relief);
        }
        // Less than a minor unit: there is nothing to relieve.
        Err(JournalError::Empty(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if invoiced != 0 {
        posting.notes.push(taken::note(t, invoiced, note));
    }
    Ok(posting)
}

/// Disputed money that came back: the receivable leaves at the value it came in with.
fn reinstated(
    t: &BalanceTransaction,
    deposit: Option<&Deposit>,
    disputed_minor: Option<i64>,
    rules: &PostingRules,
    date: &str,
) -> Result<(Posting, Option<Application>), PostingError> {
    let open = disputed_minor.filter(|open| *open > 0);
    let open = open.filter(|_| deposit.map_or(t.exchange_rate.is_some(), |d| converted(t, d)));
    let whole = open.filter(|open| {
        i128::from(t.amount - open).abs() * i128::from(RATE_MOVES) <= i128::from(*open)
    });
    let context = Context {
        original_minor: whole.map(|open| -open),
        ..Context::default()
    };
    let mut posting = post(t, &context, rules, date)?;
    if let (Some(open), None) = (open, whole) {
        let id = t.source.clone().unwrap_or_else(|| t.id.clone());
        posting.notes.push(Note {
            kind: "dispute_part".into(),
            sentence: format!(
                "{id} came back with {} where {open} is open (minor units of {}): it is taken for a \
                 part of it at the rate of the day",
                t.amount, t.currency
            ),
            key: id,
            amount_minor: open - t.amount,
            currency: t.currency,
        });
    }
    Ok((posting, None))
}
