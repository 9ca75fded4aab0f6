//! Deposits: what is left of a charge for the invoices of its order.

use crate::journal::{JournalEntry, JournalError, JournalLine};
use crate::money::Money;
use crate::posting::PostingRules;
use crate::posting::{part_of, share};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One charge's deposit, in the customer's currency and in the balance's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deposit {
    pub charge: String,
    pub presentment: Money,
    /// Minor units of `presentment`'s currency.
    pub presentment_left: i64,
    pub settlement: Money,
    /// Minor units of `settlement`'s currency.
    pub settlement_left: i64,
}

/// A part of a deposit that an invoice consumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// What the customer's invoice is paid with.
    pub presentment: Money,
    /// What the deposit account is relieved of.
    pub settlement: Money,
    /// Nothing is left of the deposit after it.
    pub closes: bool,
}

/// Money that goes back to the customer: what it is taken out of, each part at the rate it was
/// booked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Out of what an earlier refund failed to pay and is still owed.
    pub owed: Application,
    /// Out of what no invoice has consumed.
    pub deposit: Application,
    /// The rest: invoices have consumed it, so revenue or a receivable takes it back.
    pub invoiced: Application,
}

impl Return {
    /// All of it at the rates it was booked at, in minor units of the balance's currency.
    pub fn value_minor(&self) -> i64 {
        self.owed.settlement.minor + self.deposit.settlement.minor + self.invoiced.settlement.minor
    }
}

impl Deposit {
    /// The deposit of a new charge: `settlement` is its gross amount in the balance's currency.
    pub fn open(charge: impl Into<String>, presentment: Money, settlement: Money) -> Self {
        Self {
            charge: charge.into(),
            presentment,
            presentment_left: presentment.minor,
            settlement,
            settlement_left: settlement.minor,
        }
    }

    /// Takes from the deposit what an invoice has open, in minor units of the customer's currency,
    /// as far as it is there: the smaller of the two. The settlement part is proportional,
    /// cumulatively, and the last part closes exactly.
    pub fn apply(&self, open_minor: i64) -> Application {
        let taken = open_minor.min(self.presentment_left).max(0);
        let (whole, left) = (self.presentment.minor, self.presentment_left);
        let settlement = match taken {
            0 => 0,
            all if all == left => self.settlement_left,
            // The cumulative share less what is gone already, whichever way it went.
            _ => {
                let all = part_of(self.settlement.minor, whole - left + taken, whole);
                (all - (self.settlement.minor - self.settlement_left))
                    .clamp(0, self.settlement_left)
            }
        };
        self.application(taken, settlement)
    }

    /// Takes so many minor units of the balance's currency: what a refund or a lost dispute takes
    /// back. The customer's part is proportional, cumulatively, and the last part closes exactly;
    /// as long as something is left of one currency, something is left of the other.
    pub fn apply_settlement(&self, settlement_minor: i64) -> Application {
        let taken = settlement_minor.min(self.settlement_left).max(0);
        let (whole, left) = (self.settlement.minor, self.settlement_left);
        let presentment = match taken {
            0 => 0,
            all if all == left => self.presentment_left,
            _ => {
                let all = part_of(self.presentment.minor, whole - left + taken, whole);
                (all - (self.presentment.minor - self.presentment_left))
                    .clamp(0, (self.presentment_left - 1).max(0))
            }
        };
        self.application(presentment, taken)
    }

    /// What `presentment_minor` of the charge was booked at, in minor units of the balance's
    /// currency, if so much was refunded before: what a refund at another rate takes back. A
    /// dispute may be of more than the charge; what is beyond it has the charge's rate as well.
    pub fn booked_at(&self, presentment_minor: i64, refunded_before: i64) -> i64 {
        let (total, whole) = (self.settlement.minor, self.presentment.minor);
        let before = refunded_before.clamp(0, whole);
        let within = presentment_minor.clamp(0, whole - before);
        let beyond = presentment_minor.max(0) - within;
        part_of(total, before + within, whole) - part_of(total, before, whole)
            + share(total, beyond.into(), whole.into())
                .and_then(|n| i64::try_from(n).ok())
                .unwrap_or(0)
    }

    /// What `minor` units of the customer's currency are taken out of when they go back: first what
    /// is still owed from a refund that failed (`owed`, of the same two currencies), then the
    /// deposit, and the rest is what invoices have consumed. `before` is what went back of the
    /// charge earlier, without refunds that failed.
    pub fn give_back(&self, minor: i64, owed: &Self, before: i64) -> Return {
        let of_owed = owed.apply(minor);
        let of_deposit = self.apply(minor - of_owed.presentment.minor);
        let taken = of_owed.presentment.minor + of_deposit.presentment.minor;
        self.returned(minor, of_owed, of_deposit, before.saturating_add(taken))
    }

    /// The same where the deposit's part was taken before.
    pub fn gave_back(&self, minor: i64, owed: &Self, taken: &Application, before: i64) -> Return {
        let of_owed = owed.apply(minor - taken.presentment.minor);
        let gone = of_owed.presentment.minor + taken.presentment.minor;
        self.returned(minor, of_owed, taken.clone(), before.saturating_add(gone))
    }

    fn returned(&self, minor: i64, owed: Application, deposit: Application, at: i64) -> Return {
        let rest = minor.max(0) - owed.presentment.minor - deposit.presentment.minor;
        let invoiced = Application {
            presentment: Money::new(rest, self.presentment.currency),
            settlement: Money::new(self.booked_at(rest, at), self.settlement.currency),
            closes: false,
        };
        Return {
            owed,
            deposit,
            invoiced,
        }
    }

    /// A deposit of nothing in the currencies of this one.
    #[must_use]
    pub fn nothing(&self) -> Self {
        Self::open(
            self.charge.clone(),
            Money::zero(self.presentment.currency),
            Money::zero(self.settlement.currency),
        )
    }

    fn application(&self, presentment: i64, settlement: i64) -> Application {
        Application {
            presentment: Money::new(presentment, self.presentment.currency),
            settlement: Money::new(settlement, self.settlement.currency),
            closes: presentment == self.presentment_left && settlement == self.settlement_left,
        }
    }

    /// What is left after `application`.
    #[must_use]
    pub fn less(&self, application: &Application) -> Self {
        Self {
            presentment_left: self.presentment_left - application.presentment.minor,
            settlement_left: self.settlement_left - application.settlement.minor,
            ..self.clone()
        }
    }
}

/// J5: an invoice consumes a deposit. Debit deposits, credit receivables at `book`, the amount the
/// receivable has in the books' currency; the difference is a realised currency difference.
///
/// # Errors
/// [`JournalError::Empty`] if both amounts are zero: so little was applied that it is no minor unit
/// in the balance's currency, and there is nothing to book.
pub fn application_entry(
    reference: &str,
    date: &str,
    application: &Application,
    book_minor: Option<i64>,
    rules: &PostingRules,
) -> Result<JournalEntry, JournalError> {
    let settled = application.settlement.minor;
    let book = book_minor.unwrap_or(settled);
    let lines = vec![
        JournalLine::on(&rules.deposits, settled),
        JournalLine::on(&rules.receivable, -book),
        JournalLine::on(&rules.currency_difference, book - settled),
    ];
    let currency = application.settlement.currency;
    JournalEntry::new(reference, "J5", date, currency, rules.revision, lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currency;

    #[test]
    fn partial_invoices_close_the_deposit_exactly() {
        let mut deposit = Deposit {
            charge: "ch_1".into(),
            presentment: Money::new(10_000, Currency::USD),
            presentment_left: 10_000,
            settlement: Money::new(9_201, Currency::EUR),
            settlement_left: 9_201,
        };
        let mut settled = 0;
        for open in [3_333, 3_333, 9_999] {
            let application = deposit.apply(open);
            let entry = application_entry(
                "x",
                "2026-11-24",
                &application,
                None,
                &PostingRules::default(),
            );
            entry.expect("it balances").assert_balanced();
            settled += application.settlement.minor;
            deposit = deposit.less(&application);
        }
        assert_eq!(
            (settled, deposit.presentment_left, deposit.settlement_left),
            (9_201, 0, 0)
        );
        assert_eq!(deposit.apply(5).presentment.minor, 0);
    }
}
