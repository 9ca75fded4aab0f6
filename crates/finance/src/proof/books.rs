//! The proof of one currency, by sums.

use super::difference::{Between, Cause, Difference};
use crate::currency::Currency;
use crate::money::{Money, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// So many items and what they sum to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    pub items: u64,
    pub minor: i64,
}

/// What the three know of one currency's clearing account. Amounts are minor units, debit positive.
/// They are to be read at one point in time: Stripe's balance before and after the walk must agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Books {
    pub currency: Currency,
    /// Stripe's balance, available and pending.
    pub stripe_minor: i64,
    /// What was on the clearing account at the cut-over.
    #[serde(default)]
    pub opening_minor: i64,
    /// Transactions that were seen and have no entry yet, by their net.
    #[serde(default)]
    pub not_booked: Tally,
    /// Our entries on their way to the ERP.
    #[serde(default)]
    pub sent: Tally,
    /// Our entries that the ERP took and has not posted.
    #[serde(default)]
    pub staged: Tally,
    /// Our entries whose voucher was read back.
    #[serde(default)]
    pub posted: Tally,
    /// What the ERP itself shows as posted, less its opening balance; `None` if it was not asked.
    #[serde(default)]
    pub erp_posted: Option<Tally>,
    /// What the ERP itself shows as staged; `None` if it was not asked.
    #[serde(default)]
    pub erp_staged: Option<Tally>,
}

/// What the proof came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BooksProof {
    /// Stripe's balance.
    pub stripe: Money,
    /// All our entries on the clearing account, with the opening balance.
    pub entries: Money,
    /// Those of them that the ERP has posted, with the opening balance.
    pub posted: Money,
    /// Every difference between these, in this order.
    pub differences: Vec<Difference>,
}

impl BooksProof {
    /// Whether every difference is explained by timing.
    pub fn holds(&self) -> bool {
        self.differences.iter().all(|d| d.cause.is_timing())
    }

    /// Whether there is no difference at all.
    pub fn ties(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Compares Stripe's balance, our entries and the ERP, and names every difference: first what is on
/// its way, then what that does not explain.
///
/// # Errors
/// If a sum does not fit in 64 bits.
pub fn prove(books: &Books) -> Result<BooksProof, MoneyError> {
    use Between::{EntriesAndErp, StripeAndEntries};
    let money = |minor| Money::new(minor, books.currency);
    let stripe = money(books.stripe_minor);
    let ours = [
        books.opening_minor,
        books.sent.minor,
        books.staged.minor,
        books.posted.minor,
    ];
    let entries = Money::sum(books.currency, ours.map(money))?;
    let posted_ours = money(books.opening_minor).checked_add(money(books.posted.minor))?;
    let posted = match books.erp_posted {
        Some(erp) => money(books.opening_minor).checked_add(money(erp.minor))?,
        None => posted_ours,
    };
    let mut found = Found {
        currency: books.currency,
        differences: Vec::new(),
    };
    found.timing(StripeAndEntries, Cause::NotBooked, books.not_booked);
    let explained = entries.checked_add(money(books.not_booked.minor))?;
    found.unexplained(StripeAndEntries, stripe.checked_sub(explained)?, 0);
    found.timing(EntriesAndErp, Cause::Sent, books.sent);
    found.timing(EntriesAndErp, Cause::Staged, books.staged);
    for (here, there) in [
        (books.posted, books.erp_posted),
        (books.staged, books.erp_staged),
    ] {
        let Some(there) = there else { continue };
        let off = money(here.minor).checked_sub(money(there.minor))?;
        found.unexplained(EntriesAndErp, off, here.items.abs_diff(there.items));
    }
    Ok(BooksProof {
        stripe,
        entries,
        posted,
        differences: found.differences,
    })
}

struct Found {
    currency: Currency,
    differences: Vec<Difference>,
}

impl Found {
    /// Items that are on their way are named even if they happen to sum to zero.
    fn timing(&mut self, between: Between, cause: Cause, tally: Tally) {
        if tally.items != 0 || tally.minor != 0 {
            let amount = Money::new(tally.minor, self.currency);
            self.differences.push(Difference {
                between,
                cause,
                amount,
                items: tally.items,
                key: None,
            });
        }
    }

    /// Other counts with the same sum are a difference too: two errors that cancel out.
    fn unexplained(&mut self, between: Between, amount: Money, items: u64) {
        if amount.minor != 0 || items != 0 {
            let cause = Cause::Unexplained;
            self.differences.push(Difference {
                between,
                cause,
                amount,
                items,
                key: None,
            });
        }
    }
}

impl fmt::Display for BooksProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stripe,
            entries,
            posted,
            differences,
        } = self;
        write!(
            f,
            "Stripe {stripe}, our entries {entries}, posted in the ERP {posted}"
        )?;
        if differences.is_empty() {
            return f.write_str(": they tie");
        }
        for difference in differences {
            write!(f, "; {difference}")?;
        }
        Ok(())
    }
}
