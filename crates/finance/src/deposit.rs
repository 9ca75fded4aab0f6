//! Deposits: what is left of a charge for the invoices of its order.

use crate::journal::{JournalEntry, JournalError, JournalLine};
use crate::money::Money;
use crate::posting::PostingRules;
use crate::posting::spread;
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

impl Deposit {
    /// Takes from the deposit what `open` needs, as far as it is there: the smaller of the two. The
    /// settlement part is proportional, cumulatively, and the last part closes exactly.
    pub fn apply(&self, open_minor: i64) -> Application {
        let taken = open_minor.min(self.presentment_left).max(0);
        let closes = taken == self.presentment_left;
        let whole = self.presentment.minor;
        let gone = whole - self.presentment_left;
        // Cumulative shares: what was taken before, this part, the rest.
        let parts = spread(self.settlement.minor, &[gone, taken, whole - gone - taken]);
        let settlement = if closes {
            self.settlement_left
        } else {
            parts.get(1).copied().unwrap_or(0).min(self.settlement_left)
        };
        Application {
            presentment: Money::new(taken, self.presentment.currency),
            settlement: Money::new(settlement, self.settlement.currency),
            closes,
        }
    }

    /// Takes so much in the balance's currency: what a refund or a lost dispute takes back. The
    /// customer's part is proportional, and the last part closes exactly.
    pub fn apply_settlement(&self, settlement_minor: i64) -> Application {
        let taken = settlement_minor.min(self.settlement_left).max(0);
        let closes = taken == self.settlement_left;
        let whole = self.settlement.minor;
        let gone = whole - self.settlement_left;
        let parts = spread(self.presentment.minor, &[gone, taken, whole - gone - taken]);
        let presentment = if closes {
            self.presentment_left
        } else {
            parts
                .get(1)
                .copied()
                .unwrap_or(0)
                .min(self.presentment_left)
        };
        Application {
            presentment: Money::new(presentment, self.presentment.currency),
            settlement: Money::new(taken, self.settlement.currency),
            closes,
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
/// If the amounts are zero.
pub fn application_entry(
    reference: &str,
    date: &str,
    application: &Application,
    book_minor: Option<i64>,
    rules: &PostingRules,
) -> Result<JournalEntry, JournalError> {
    let settled = application.settlement.minor;
    let book = book_minor.unwrap_or(settled);
    let line = |account: &str, amount_minor| JournalLine {
        account: account.to_owned(),
        dimension: None,
        amount_minor,
        text: String::new(),
    };
    let lines = vec![
        line(&rules.deposits, settled),
        line(&rules.receivable, -book),
        line(&rules.currency_difference, book - settled),
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
