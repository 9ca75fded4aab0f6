//! From Stripe's reporting categories to the entry's number and its counter account.
//!
//! Known categories: docs.stripe.com/reports/reporting-categories and the official SDKs. Whether
//! `network_cost` is sent, which category a balance held back for payouts has, and how a fee for
//! countering a dispute is shown, is unverified.

use super::rules::PostingRules;
use super::transaction::BalanceTransaction;

/// The other side of the balance's movement: what the gross amount means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter<'a> {
    /// All of it to one account.
    Account(&'a str),
    /// What customers prepaid, spread over the shares of what was sold.
    Sale,
    /// Money back to the customer: out of the deposit as far as it is there, else to this account
    /// with a note of this kind.
    Taken(&'a str, Note),
    /// Not known: suspense, for this reason.
    Unknown(&'static str),
}

/// What is to be done about a part that the deposit no longer covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    CreditMemo,
    ReceivableReopened,
}

/// The entry's number in the journal table, and the counter account.
pub(super) fn classify<'a>(
    t: &BalanceTransaction,
    rules: &'a PostingRules,
) -> (&'static str, Counter<'a>) {
    use Counter::{Account, Sale, Taken, Unknown};
    // Types that say more than their category.
    match t.kind.as_str() {
        "payout_minimum_balance_hold" | "payout_minimum_balance_release" => {
            return reserve(t, rules);
        }
        "stripe_fx_fee" => return ("J6", Account(&rules.conversion_fees)),
        "tax_fee" => return ("J6", Account(&rules.recoverable_tax)),
        _ => {}
    }
    match t.reporting_category.as_str() {
        "charge" => ("J4", Sale),
        "refund" => ("J7", Taken(&rules.refunds, Note::CreditMemo)),
        "refund_failure" => ("J8", Account(&rules.refunds_payable)),
        "charge_failure" => ("J9", Taken(&rules.receivable, Note::ReceivableReopened)),
        "partial_capture_reversal" => ("J10", Taken(&rules.receivable, Note::ReceivableReopened)),
        "dispute" => ("J11", Account(&rules.disputes_receivable)),
        "dispute_reversal" => ("J13", Account(&rules.disputes_receivable)),
        "fee" if is_of_dispute(t) => ("J15", Account(&rules.dispute_fees)),
        "fee" | "network_cost" => ("J6", Account(&rules.fees)),
        "tax" => ("J6", Account(&rules.recoverable_tax)),
        "payout" if t.amount > 0 => ("J18", Account(&rules.transit)),
        "payout" => ("J16", Account(&rules.transit)),
        "payout_reversal" => ("J19", Account(&rules.transit)),
        "topup" | "topup_reversal" => ("J20", Account(&rules.transit)),
        "risk_reserved_funds" | "connect_reserved_funds" => reserve(t, rules),
        "platform_earning" | "platform_earning_refund" => ("J31", Account(&rules.platform_revenue)),
        "transfer" | "transfer_reversal" => ("J32", Account(&rules.connected_accounts)),
        _ => ("J34", Unknown("its category is not known")),
    }
}

/// A reserve is seen from the payments side; where Stripe shows its own side as well, an account
/// between the two must be set, or it would be booked twice.
fn reserve<'a>(t: &BalanceTransaction, rules: &'a PostingRules) -> (&'static str, Counter<'a>) {
    match (&rules.reserve_between, t.balance_type.as_deref()) {
        (Some(between), _) => ("J21", Counter::Account(between)),
        (None, Some("risk_reserved")) => (
            "J34",
            Counter::Unknown("the reserve is shown from both sides and no account is between"),
        ),
        (None, _) => ("J21", Counter::Account(&rules.reserve)),
    }
}

/// Whether the source is a dispute.
fn is_of_dispute(t: &BalanceTransaction) -> bool {
    let source = t.source.as_deref().unwrap_or_default();
    source.starts_with("dp_") || source.starts_with("du_")
}
