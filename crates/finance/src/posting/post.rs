//! The general posting function.

use super::category::{Counter, classify};
use super::note::Note;
use super::rules::PostingRules;
use super::share::{Share, spread};
use super::transaction::{BalanceTransaction, TransactionError};
use super::{fee, taken};
use crate::journal::{JournalEntry, JournalError, JournalLine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the books know besides the transaction itself. Amounts are minor units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// What is left of the charge's deposit; `None` if there never was one, so that a refund is
    /// against deposits as a whole.
    pub deposit_left_minor: Option<i64>,
    /// How the credit of a charge is spread over the dimensions of the deposit account; empty: all
    /// to the account itself.
    pub shares: Vec<Share>,
    /// What a refund or a dispute is worth at the rate it was booked at first, with the amount's
    /// sign reversed (a refund of 94.00 that was sold for 92.00: 9200). The difference to the
    /// amount is a realised currency difference. `None`: the amount itself.
    pub original_minor: Option<i64>,
    /// What earlier failed refunds of the charge still owe the customer; a refund pays it first.
    pub refund_owed_minor: i64,
}

/// A booked transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Posting {
    pub entry: JournalEntry,
    /// The second entry, under `<reference>:book`, where the balance moved in another currency than
    /// the charge was booked in: an entry has one currency, so the two meet on the account of
    /// currency differences, each with its own amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relief: Option<JournalEntry>,
    pub notes: Vec<Note>,
}

/// Why a transaction cannot be booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// There is nothing to book, and nothing is missing from the books.
    #[error("{0} moves nothing: amount, fee and net are zero")]
    Nothing(String),
    #[error("{id} moves the balance `{balance}`, for which the posting rules have no account")]
    Balance { id: String, balance: String },
    /// What an invoice consumes is taken from the one account of deposits, by the ERP as well: a
    /// deposit that stood elsewhere would stay there for ever.
    #[error(
        "{id}: a share of the sale is on account {account}, deposits are on {deposits}: use account \
         {deposits} and tell the shares apart by their dimension"
    )]
    Share {
        id: String,
        account: String,
        deposits: String,
    },
}

/// Books one balance transaction.
///
/// The balance's account takes the net, each fee its own account, and the counter account the gross
/// amount with the other sign.
///
/// # Errors
/// If its numbers do not tie, it moves nothing, its balance has no account, a share of a sale is on
/// another account than deposits, or `date` is none.
pub fn post(
    transaction: &BalanceTransaction,
    context: &Context,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    transaction.check()?;
    let t = transaction;
    let mut notes = Vec::new();
    let (kind, counter) = classify(t, rules);
    let gross = -t.amount;
    // Deposits, refunds and disputes leave at the value they came in with.
    let value = match kind {
        "J7" | "J9" | "J10" | "J11" | "J13" => context.original_minor.unwrap_or(gross),
        _ => gross,
    };
    let mut counters = match counter {
        Counter::Account(account) => vec![JournalLine::on(account, value)],
        Counter::Sale => sale(t, value, &context.shares, rules)?,
        Counter::Taken(else_to, note) => {
            taken::lines(t, value, (else_to, note), context, rules, &mut notes)
        }
        Counter::Unknown(reason) => {
            let reason = format!("{reason} (`{}`)", t.reporting_category);
            notes.push(suspense(t, t.amount, &reason, rules));
            vec![JournalLine::on(&rules.suspense, value)]
        }
    };
    counters.push(JournalLine::on(
        &rules.currency_difference,
        difference(t, gross, value)?,
    ));
    let mut posting = moved(t, kind, counters, rules, date)?;
    posting.notes.extend(notes);
    Ok(posting)
}

/// The entry of a transaction: the balance takes the net, fees their accounts, and `counters` must
/// sum to the gross amount with the other sign.
pub(super) fn moved(
    t: &BalanceTransaction,
    kind: &str,
    counters: Vec<JournalLine>,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    let mut lines = vec![JournalLine::on(balance(t, rules)?, t.net)];
    lines.extend(fee::lines(t, rules));
    lines.extend(counters);
    let lines = merged(lines);
    if lines.is_empty() {
        return Err(PostingError::Nothing(t.id.clone()));
    }
    let mut entry = JournalEntry::new(&t.id, kind, date, t.currency, rules.revision, lines)?;
    entry.text = text(t);
    entry.assert_balanced();
    let unknown = fee::unknown(t, rules).map(|fee| {
        let reason = format!("its fee `{}` is not known", fee.kind);
        suspense(t, fee.amount, &reason, rules)
    });
    Ok(Posting {
        entry,
        relief: None,
        notes: unknown.collect(),
    })
}

/// What the entry is about: `refund re_1`.
pub(super) fn text(t: &BalanceTransaction) -> String {
    t.source.as_ref().map_or_else(
        || t.reporting_category.clone(),
        |source| format!("{} {source}", t.reporting_category),
    )
}

/// The account of the balance that is moved.
fn balance<'a>(t: &BalanceTransaction, rules: &'a PostingRules) -> Result<&'a str, PostingError> {
    let account = match t.balance_type.as_deref() {
        None | Some("payments") => Some(rules.clearing(t.currency)),
        Some("risk_reserved") => Some(rules.reserve.as_str()),
        Some(other) => rules.other_balances.get(other).map(String::as_str),
    };
    account.ok_or_else(|| PostingError::Balance {
        id: t.id.clone(),
        balance: t.balance_type.clone().unwrap_or_default(),
    })
}

/// The credit of a sale, spread over its shares.
fn sale(
    t: &BalanceTransaction,
    value: i64,
    shares: &[Share],
    rules: &PostingRules,
) -> Result<Vec<JournalLine>, PostingError> {
    if let Some(elsewhere) = shares.iter().find(|s| s.account != rules.deposits) {
        return Err(PostingError::Share {
            id: t.id.clone(),
            account: elsewhere.account.clone(),
            deposits: rules.deposits.clone(),
        });
    }
    let weights: Vec<i64> = shares.iter().map(|s| s.amount_minor).collect();
    let parts = spread(value, &weights);
    if parts.is_empty() {
        return Ok(vec![JournalLine::on(&rules.deposits, value)]);
    }
    let line = |(share, part): (&Share, i64)| JournalLine {
        dimension: share.dimension.clone(),
        ..JournalLine::on(&share.account, part)
    };
    Ok(shares.iter().zip(parts).map(line).collect())
}

/// What is left between the amount and the value it was booked at.
fn difference(t: &BalanceTransaction, gross: i64, value: i64) -> Result<i64, PostingError> {
    gross
        .checked_sub(value)
        .ok_or_else(|| TransactionError::TooLarge { id: t.id.clone() }.into())
}

pub(super) fn suspense(
    t: &BalanceTransaction,
    amount_minor: i64,
    reason: &str,
    rules: &PostingRules,
) -> Note {
    Note {
        kind: "suspense".into(),
        key: t.id.clone(),
        sentence: format!("{} went to suspense ({}): {reason}", t.id, rules.suspense),
        amount_minor,
        currency: t.currency,
    }
}

/// Lines on the same account and dimension become one, in the order they first stand;
/// those that cancel out go.
fn merged(lines: Vec<JournalLine>) -> Vec<JournalLine> {
    let mut out: Vec<JournalLine> = Vec::with_capacity(lines.len());
    for line in lines {
        match out
            .iter_mut()
            .find(|l| l.account == line.account && l.dimension == line.dimension)
        {
            Some(same) => same.amount_minor += line.amount_minor,
            None => out.push(line),
        }
    }
    out.retain(|l| l.amount_minor != 0);
    out
}
