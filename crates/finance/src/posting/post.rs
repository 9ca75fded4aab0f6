//! The general posting function.

use super::rules::PostingRules;
use super::share::{Share, spread};
use super::transaction::{BalanceTransaction, TransactionError};
use crate::currency::Currency;
use crate::journal::{JournalEntry, JournalError, JournalLine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the books know besides the transaction itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// What is left of the charge's deposit, in settlement minor units; `None` if there never was
    /// one, so that a refund is against deposits as a whole.
    pub deposit_left_minor: Option<i64>,
    /// How the credit of a charge is spread over deposit accounts; empty: all to the one.
    pub shares: Vec<Share>,
}

/// Something that a person should know about a booked transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// `suspense`, `credit_memo_needed`.
    pub kind: String,
    pub key: String,
    pub sentence: String,
    pub amount_minor: i64,
    pub currency: Currency,
}

/// A booked transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Posting {
    pub entry: JournalEntry,
    pub notes: Vec<Note>,
}

/// Why a transaction cannot be booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{0} moves nothing: amount, fee and net are zero")]
    Nothing(String),
}

/// The other side of the balance's movement: what the gross amount means.
struct Counter<'a> {
    kind: &'static str,
    account: &'a str,
}

/// Books one balance transaction.
///
/// The balance's account takes the net, each fee its own account, and the counter account the gross
/// amount with the other sign.
///
/// # Errors
/// If its numbers do not tie.
pub fn post(
    transaction: &BalanceTransaction,
    context: &Context,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    transaction.check()?;
    let t = transaction;
    if t.amount == 0 && t.net == 0 && t.fee_details.iter().all(|f| f.amount == 0) {
        return Err(PostingError::Nothing(t.id.clone()));
    }
    let clearing = match t.balance_type.as_deref() {
        Some("risk_reserved") => rules.reserve.as_str(),
        _ => rules.clearing(t.currency),
    };
    let mut notes = Vec::new();
    let counter = counter(t, rules, clearing);
    let mut lines = vec![line(clearing, t.net)];
    for fee in &t.fee_details {
        lines.push(line(fee_account(t, &fee.kind, rules), fee.amount));
    }
    match counter.kind {
        "J4" if !context.shares.is_empty() => {
            let weights: Vec<i64> = context.shares.iter().map(|s| s.amount_minor).collect();
            let parts = spread(-t.amount, &weights);
            if parts.is_empty() {
                lines.push(line(counter.account, -t.amount));
            }
            for (share, part) in context.shares.iter().zip(parts) {
                let mut line = line(&share.account, part);
                line.dimension.clone_from(&share.dimension);
                lines.push(line);
            }
        }
        "J7" => lines.extend(refund(t, context, rules, &mut notes)),
        _ => lines.push(line(counter.account, -t.amount)),
    }
    if counter.kind == "J34" {
        notes.push(Note {
            kind: "suspense".into(),
            key: t.id.clone(),
            sentence: format!(
                "{} is of the unknown category `{}` and went to suspense ({})",
                t.id, t.reporting_category, rules.suspense
            ),
            amount_minor: t.amount,
            currency: t.currency,
        });
    }
    let lines = merged(lines);
    let mut entry =
        JournalEntry::new(&t.id, counter.kind, date, t.currency, rules.revision, lines)?;
    entry.text = t.source.as_ref().map_or_else(
        || t.reporting_category.clone(),
        |source| format!("{} {source}", t.reporting_category),
    );
    Ok(Posting { entry, notes })
}

fn counter<'a>(t: &BalanceTransaction, rules: &'a PostingRules, clearing: &'a str) -> Counter<'a> {
    let (kind, account) = match t.reporting_category.as_str() {
        "charge" => ("J4", rules.deposits.as_str()),
        "refund" => ("J7", rules.deposits.as_str()),
        "refund_failure" => ("J8", rules.refunds_payable.as_str()),
        "charge_failure" => ("J9", rules.deposits.as_str()),
        "partial_capture_reversal" => ("J10", rules.deposits.as_str()),
        "dispute" => ("J11", rules.disputes_receivable.as_str()),
        "dispute_reversal" => ("J13", rules.disputes_receivable.as_str()),
        "fee" if t.kind == "stripe_fx_fee" => ("J6", rules.conversion_fees.as_str()),
        "fee" | "network_cost" => ("J6", rules.fees.as_str()),
        "tax" => ("J6", rules.recoverable_tax.as_str()),
        "payout" => ("J16", rules.transit.as_str()),
        "payout_reversal" => ("J19", rules.transit.as_str()),
        "topup" | "topup_reversal" => ("J20", rules.transit.as_str()),
        // The reserve is the other side of the balance, whichever of the two this one is.
        "risk_reserved_funds" if clearing == rules.reserve => ("J21", rules.clearing(t.currency)),
        "risk_reserved_funds" | "connect_reserved_funds" => ("J21", rules.reserve.as_str()),
        "platform_earning" | "platform_earning_refund" => ("J31", rules.platform_revenue.as_str()),
        "transfer" | "transfer_reversal" => ("J32", rules.connected_accounts.as_str()),
        _ => ("J34", rules.suspense.as_str()),
    };
    Counter { kind, account }
}

fn fee_account<'a>(t: &BalanceTransaction, kind: &str, rules: &'a PostingRules) -> &'a str {
    let dispute = t.reporting_category.starts_with("dispute");
    match kind {
        "application_fee" => &rules.platform_fees,
        "tax" | "withheld_tax" => &rules.recoverable_tax,
        _ if dispute => &rules.dispute_fees,
        _ => &rules.fees,
    }
}

/// A refund takes from the deposit what is left of it; the rest was invoiced already and needs a
/// credit memo in the ERP.
fn refund(
    t: &BalanceTransaction,
    context: &Context,
    rules: &PostingRules,
    notes: &mut Vec<Note>,
) -> Vec<JournalLine> {
    let refunded = -t.amount;
    let from_deposit = match context.deposit_left_minor {
        Some(left) if refunded > 0 => refunded.min(left.max(0)),
        _ => refunded,
    };
    let rest = refunded - from_deposit;
    if rest != 0 {
        notes.push(Note {
            kind: "credit_memo_needed".into(),
            key: t.source.clone().unwrap_or_else(|| t.id.clone()),
            sentence: format!(
                "{} refunds more than is left of the deposit: a credit memo is needed in the ERP",
                t.id
            ),
            amount_minor: rest,
            currency: t.currency,
        });
    }
    vec![
        line(&rules.deposits, from_deposit),
        line(&rules.refunds, rest),
    ]
}

fn line(account: &str, amount_minor: i64) -> JournalLine {
    JournalLine {
        account: account.to_owned(),
        dimension: None,
        amount_minor,
        text: String::new(),
    }
}

/// Lines on the same account and dimension become one, in the order they first stand.
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
