//! Exchange into another settlement currency. Off by default: each currency settles in itself.

use super::fee;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

/// Dated rates by presentment currency, from its minor units to those of the settlement currency.
/// (Stripe's scale for currencies with different decimals is unverified.)
#[derive(Default)]
pub struct Rates {
    pairs: HashMap<String, (String, BTreeMap<i64, Decimal>)>,
}

/// An amount in settlement currency.
pub struct Settled {
    pub currency: String,
    pub amount: i64,
    /// Absent where both currencies are the same.
    pub rate: Option<String>,
}

impl Rates {
    /// From `from_s` on, `from` settles in `to` at `rate`.
    pub fn set(&mut self, from: &str, to: &str, from_s: i64, rate: Decimal) {
        let pair = self
            .pairs
            .entry(from.to_owned())
            .or_insert_with(|| (to.to_owned(), BTreeMap::new()));
        if pair.0 != to {
            *pair = (to.to_owned(), BTreeMap::new());
        }
        pair.1.insert(from_s, rate);
    }

    /// `amount` as it settles at `now_s`.
    pub fn settle(&self, currency: &str, amount: i64, now_s: i64) -> Settled {
        let known = self.pairs.get(currency).and_then(|(to, dated)| {
            dated
                .range(..=now_s)
                .next_back()
                .map(|(_, rate)| (to, *rate))
        });
        match known {
            Some((to, rate)) => Settled {
                currency: to.clone(),
                amount: fee::round(Decimal::from(amount) * rate),
                rate: Some(rate.normalize().to_string()),
            },
            None => Settled {
                currency: currency.to_owned(),
                amount,
                rate: None,
            },
        }
    }
}
