//! A dispute that is lost: no balance moves any more, the money is gone.

use super::note::Note;
use super::post::{Posting, PostingError};
use super::rules::PostingRules;
use super::share::part_of;
use crate::deposit::Application;
use crate::journal::{JournalEntry, JournalLine};
use crate::money::Money;

/// What is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost<'a> {
    /// `dp_…` or `du_…`
    pub dispute: &'a str,
    /// What its receivable still is, after any reversal.
    pub open: Money,
    /// The same in minor units of the customer's currency.
    pub presentment_minor: i64,
    /// What comes out of the charge's deposit, which is not delivered yet; none if there never was
    /// one.
    pub taken: Option<&'a Application>,
}

/// J14 under `<dispute>:lost`: credits the dispute's receivable with what is open of it, and debits
/// the deposit with what is taken of it and chargeback losses with the rest. The deposit leaves at
/// the rate it came in with; the difference is a currency difference, in two entries where the
/// currencies differ. What comes out of the deposit was not delivered yet, so the order is to be
/// held: the note says so.
///
/// # Errors
/// If nothing is open, or `date` is none.
pub fn dispute_lost(
    lost: &Lost<'_>,
    rules: &PostingRules,
    date: &str,
) -> Result<Posting, PostingError> {
    let (dispute, open) = (lost.dispute, lost.open);
    let reference = format!("{dispute}:lost");
    if open.minor <= 0 {
        return Err(PostingError::Nothing(reference));
    }
    let taken = lost.taken.filter(|t| t.presentment.minor > 0);
    let part = taken.map_or(0, |t| t.presentment.minor);
    // What of the receivable was not delivered, at the receivable's own rate.
    let undelivered = part_of(open.minor, part, lost.presentment_minor);
    let relieved = taken.map_or(Money::zero(open.currency), |t| t.settlement);
    let same = relieved.currency == open.currency;
    let here = if same { relieved.minor } else { 0 };
    let difference = &rules.currency_difference;
    let lines = vec![
        JournalLine::on(&rules.deposits, here),
        JournalLine::on(difference, undelivered - here),
        JournalLine::on(&rules.chargeback_losses, open.minor - undelivered),
        JournalLine::on(&rules.disputes_receivable, -open.minor),
    ];
    let made = |reference: String, currency, lines| {
        JournalEntry::new(reference, "J14", date, currency, rules.revision, lines).map(
            |mut entry| {
                entry.text = format!("dispute lost {dispute}");
                entry
            },
        )
    };
    let relief = if same || relieved.minor == 0 {
        None
    } else {
        let lines = vec![
            JournalLine::on(&rules.deposits, relieved.minor),
            JournalLine::on(difference, -relieved.minor),
        ];
        Some(made(format!("{reference}:book"), relieved.currency, lines)?)
    };
    let held = taken.map(|taken| Note {
        kind: "hold_order".into(),
        key: dispute.into(),
        sentence: format!(
            "{dispute} is lost and {} of it is not invoiced yet: hold the order",
            taken.presentment
        ),
        amount_minor: taken.presentment.minor,
        currency: taken.presentment.currency,
    });
    Ok(Posting {
        entry: made(reference, open.currency, lines)?,
        relief,
        notes: held.into_iter().collect(),
    })
}
