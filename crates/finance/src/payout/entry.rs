//! What the bank's side of a payout means for the books.
//!
//! By default the ERP's own bank statement posts it; these entries are for companies whose bank is
//! posted from here. The bank's account is in the payout's currency.

use crate::journal::{JournalEntry, JournalError, JournalLine};
use crate::money::Money;
use crate::posting::PostingRules;

/// J17 under `<payout>:bank`: the bank has the payout, cash in transit has it no longer. A negative
/// payout, which the bank paid, is the other way round (J18).
///
/// # Errors
/// If `amount` is zero or `date` is none.
pub fn arrival_entry(
    payout: &str,
    amount: Money,
    rules: &PostingRules,
    date: &str,
) -> Result<JournalEntry, JournalError> {
    let kind = if amount.minor < 0 { "J18" } else { "J17" };
    let accounts = [&rules.bank, &rules.transit];
    let mut entry = between(
        accounts,
        amount,
        rules,
        date,
        format!("{payout}:bank"),
        kind,
    )?;
    entry.text = format!("payout {payout}");
    Ok(entry)
}

/// J19b under `<payout>:return`: the bank sent back `amount`, which had arrived.
///
/// # Errors
/// If `amount` is zero or `date` is none.
pub fn return_entry(
    payout: &str,
    amount: Money,
    rules: &PostingRules,
    date: &str,
) -> Result<JournalEntry, JournalError> {
    let accounts = [&rules.transit, &rules.bank];
    let reference = format!("{payout}:return");
    let mut entry = between(accounts, amount, rules, date, reference, "J19b")?;
    entry.text = format!("payout returned {payout}");
    Ok(entry)
}

/// Debits the first account and credits the second.
fn between(
    [debit, credit]: [&String; 2],
    amount: Money,
    rules: &PostingRules,
    date: &str,
    reference: String,
    kind: &str,
) -> Result<JournalEntry, JournalError> {
    let lines = vec![
        JournalLine::on(debit, amount.minor),
        // Saturated, the entry would not balance and is refused.
        JournalLine::on(credit, amount.minor.saturating_neg()),
    ];
    JournalEntry::new(
        reference,
        kind,
        date,
        amount.currency,
        rules.revision,
        lines,
    )
}
