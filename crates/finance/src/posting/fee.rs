//! Which account a part of the fee goes to.

use super::rules::PostingRules;
use super::transaction::BalanceTransaction;
use crate::journal::JournalLine;

/// One line per part of the fee; a fee that comes back is a credit.
pub(super) fn lines(t: &BalanceTransaction, rules: &PostingRules) -> Vec<JournalLine> {
    let line = |fee: &super::FeeDetail| JournalLine::on(account(t, &fee.kind, rules), fee.amount);
    t.fee_details.iter().map(line).collect()
}

fn account<'a>(t: &BalanceTransaction, kind: &str, rules: &'a PostingRules) -> &'a str {
    let dispute = t.reporting_category.starts_with("dispute");
    match kind {
        "application_fee" => &rules.platform_fees,
        "tax" | "withheld_tax" => &rules.recoverable_tax,
        "stripe_fx_fee" => &rules.conversion_fees,
        "stripe_fee" | "payment_method_passthrough_fee" if dispute => &rules.dispute_fees,
        "stripe_fee" | "payment_method_passthrough_fee" => &rules.fees,
        // A new kind of fee is not guessed.
        _ => &rules.suspense,
    }
}

/// The kinds of fee in `t` that go to suspense.
pub(super) fn unknown<'a>(
    t: &'a BalanceTransaction,
    rules: &PostingRules,
) -> impl Iterator<Item = &'a super::FeeDetail> {
    t.fee_details
        .iter()
        .filter(|fee| fee.amount != 0 && account(t, &fee.kind, rules) == rules.suspense)
}
