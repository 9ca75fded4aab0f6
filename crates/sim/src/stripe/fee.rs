//! What a charge costs: a rate and a fixed part per currency, tax on it if switched on.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The price of a charge in one currency.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Hundredths of a per cent of the amount.
    pub bps: i64,
    /// Minor units on top.
    pub fixed: i64,
}

/// The fee table of the account.
pub struct Fees {
    rates: HashMap<String, Rate>,
    /// Hundredths of a per cent of tax on each fee.
    pub tax_bps: i64,
    /// Taken when a dispute withdraws money, in minor units of its currency.
    pub dispute: i64,
}

impl Default for Fees {
    fn default() -> Self {
        let rates = [
            (
                "usd",
                Rate {
                    bps: 290,
                    fixed: 30,
                },
            ),
            (
                "eur",
                Rate {
                    bps: 150,
                    fixed: 25,
                },
            ),
            (
                "gbp",
                Rate {
                    bps: 150,
                    fixed: 20,
                },
            ),
            ("jpy", Rate { bps: 360, fixed: 0 }),
        ];
        Self {
            rates: rates.into_iter().map(|(c, r)| (c.to_owned(), r)).collect(),
            tax_bps: 0,
            dispute: 1500,
        }
    }
}

impl Fees {
    /// Sets the rate of `currency`.
    pub fn set(&mut self, currency: &str, rate: Rate) {
        self.rates.insert(currency.to_owned(), rate);
    }

    /// The fee on `amount` and the tax on that fee, both in minor units.
    pub fn of_charge(&self, currency: &str, amount: i64) -> (i64, i64) {
        let rate = self.rates.get(currency).copied().unwrap_or(Rate {
            bps: 290,
            fixed: 30,
        });
        let fee = share(amount, rate.bps) + rate.fixed;
        (fee, share(fee, self.tax_bps))
    }
}

/// `bps` hundredths of a per cent of `amount`, half away from zero.
pub fn share(amount: i64, bps: i64) -> i64 {
    round(Decimal::from(amount) * Decimal::from(bps) / Decimal::from(10_000))
}

/// The nearest whole number, half away from zero.
pub fn round(exact: Decimal) -> i64 {
    let whole = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(whole).expect("amounts are checked to have at most 11 digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_round_half_away_from_zero() {
        let fees = Fees::default();
        assert_eq!(fees.of_charge("usd", 10_000), (320, 0));
        assert_eq!(fees.of_charge("eur", 10_000), (175, 0));
        assert_eq!(fees.of_charge("jpy", 1_000), (36, 0));
        // 1.50 cents and 2.50 cents exactly.
        assert_eq!(share(100, 150), 2);
        assert_eq!(share(-100, 150), -2);
    }
}
