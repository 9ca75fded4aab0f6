//! A dispute that is lost: no balance moves any more, the money is gone.

use super::note::Note;
use super::post::{Posting, PostingError};
use super::rules::PostingRules;
use crate::journal::{JournalEntry, JournalLine};
use crate::money::Money;

/// J14 under `<dispute>:lost`: credits the dispute's receivable with `open`, what it still is after
/// any reversal, and debits the deposit with what is left of it (`deposit_left_minor`; `None` if
/// there never was one) and chargeback losses with the rest. What comes out of the deposit was not
/// delivered yet, so the order is to be held: the note says so.
///
/// # Errors
/// If `open` is not positive, or `date` is none.
pub fn dispute_lost(
    dispute: &str,
    open: Money,
    deposit_left_minor: Option<i64>,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    let reference = format!("{dispute}:lost");
    if open.minor <= 0 {
        return Err(PostingError::Nothing(reference));
    }
    let from_deposit = open.minor.min(deposit_left_minor.unwrap_or(0).max(0));
    let lines = vec![
        JournalLine::on(&rules.deposits, from_deposit),
        JournalLine::on(&rules.chargeback_losses, open.minor - from_deposit),
        JournalLine::on(&rules.disputes_receivable, -open.minor),
    ];
    let mut entry =
        JournalEntry::new(reference, "J14", date, open.currency, rules.revision, lines)?;
    entry.text = format!("dispute lost {dispute}");
    let mut notes = Vec::new();
    if from_deposit > 0 {
        let held = Money::new(from_deposit, open.currency);
        notes.push(Note {
            kind: "hold_order".into(),
            key: dispute.into(),
            sentence: format!(
                "{dispute} is lost and {held} of it is not invoiced yet: hold the order"
            ),
            amount_minor: from_deposit,
            currency: open.currency,
        });
    }
    Ok(Posting { entry, notes })
}
