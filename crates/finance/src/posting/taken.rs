//! Money that goes back to the customer: out of what is owed, out of the deposit, else elsewhere.

use super::category::Note as Kind;
use super::note::Note;
use super::post::Context;
use super::rules::PostingRules;
use super::transaction::BalanceTransaction;
use crate::journal::JournalLine;

/// The counter lines of `value` minor units that went back. First comes what an earlier refund
/// failed to pay and is still owed, then what is left of the deposit; the rest was invoiced
/// already, goes to `else_to` and needs a person.
pub(super) fn lines(
    t: &BalanceTransaction,
    value: i64,
    (else_to, kind): (&str, Kind),
    context: &Context,
    rules: &PostingRules,
    notes: &mut Vec<Note>,
) -> Vec<JournalLine> {
    if value <= 0 {
        // Money back from a return: the deposit takes it.
        return vec![JournalLine::on(&rules.deposits, value)];
    }
    let owed = match kind {
        Kind::CreditMemo => value.min(context.refund_owed_minor.max(0)),
        Kind::ReceivableReopened => 0,
    };
    let rest = value - owed;
    let from_deposit = context
        .deposit_left_minor
        .map_or(rest, |left| rest.min(left.max(0)));
    let rest = rest - from_deposit;
    if rest != 0 {
        notes.push(note(t, rest, kind));
    }
    vec![
        JournalLine::on(&rules.refunds_payable, owed),
        JournalLine::on(&rules.deposits, from_deposit),
        JournalLine::on(else_to, rest),
    ]
}

pub(super) fn note(t: &BalanceTransaction, amount_minor: i64, kind: Kind) -> Note {
    let id = &t.id;
    let (kind, sentence) = match kind {
        Kind::CreditMemo => (
            "credit_memo_needed",
            format!(
                "{id} refunds more than is left of the deposit: a credit memo is needed in the ERP"
            ),
        ),
        Kind::ReceivableReopened => (
            "receivable_reopened",
            format!(
                "{id} takes back a payment that invoices have consumed: their receivable is open \
                 again"
            ),
        ),
    };
    Note {
        kind: kind.into(),
        key: t.source.clone().unwrap_or_else(|| id.clone()),
        sentence,
        amount_minor,
        currency: t.currency,
    }
}
