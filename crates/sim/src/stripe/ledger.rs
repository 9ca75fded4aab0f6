//! The account's money: balance transactions that never change, and what follows from them.
//!
//! Balance and payouts are derived, so that everything adds up by construction: the available
//! balance of a currency is the sum of the nets that no automatic payout has taken yet.

use super::collection::{Collection, int, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// What is to be booked.
pub struct NewTransaction<'a> {
    pub kind: &'a str,
    pub reporting_category: &'a str,
    pub source: &'a str,
    pub currency: &'a str,
    pub description: Option<&'a str>,
    /// Gross, signed, in minor units of `currency`.
    pub amount: i64,
    /// Parts of the fee: (amount, type, description).
    pub fees: Vec<(i64, &'static str, &'static str)>,
    /// From presentment to settlement currency, if they differ.
    pub exchange_rate: Option<String>,
    pub created: i64,
    pub available_on: i64,
    /// An automatic payout's own transaction: settled by itself, a member of no payout.
    pub own_payout: bool,
}

/// All balance transactions and what follows from them.
pub struct Ledger {
    pub transactions: Collection,
    /// (available_on, position) of what is not available yet.
    waiting: BTreeMap<(i64, usize), ()>,
    totals: BTreeMap<String, Totals>,
    members: HashMap<String, Vec<usize>>,
}

#[derive(Default)]
struct Totals {
    available: i64,
    pending: i64,
    /// Available and taken by no automatic payout.
    unpaid: Vec<usize>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            transactions: Collection::new(&["source"]),
            waiting: BTreeMap::new(),
            totals: BTreeMap::new(),
            members: HashMap::new(),
        }
    }
}

impl Ledger {
    /// Books a transaction under `id`.
    pub fn book(&mut self, id: &str, new: NewTransaction<'_>) {
        let fee: i64 = new.fees.iter().map(|f| f.0).sum();
        let net = new.amount - fee;
        let details: Vec<Value> = new
            .fees
            .iter()
            .map(|(amount, kind, description)| {
                json!({
                    "amount": amount, "application": null, "currency": new.currency,
                    "description": description, "type": kind,
                })
            })
            .collect();
        // A rate is a number in Stripe's JSON; it is written exactly, from its decimal text.
        let rate = new
            .exchange_rate
            .and_then(|r| serde_json::from_str::<Value>(&r).ok())
            .unwrap_or(Value::Null);
        let position = self.transactions.len();
        self.transactions.insert(json!({
            "id": id,
            "object": "balance_transaction",
            "amount": new.amount,
            "available_on": new.available_on,
            "balance_type": "payments",
            "created": new.created,
            "currency": new.currency,
            "description": new.description,
            "exchange_rate": rate,
            "fee": fee,
            "fee_details": details,
            "net": net,
            "reporting_category": new.reporting_category,
            "source": new.source,
            "status": "pending",
            "type": new.kind,
        }));
        let totals = self.totals.entry(new.currency.to_owned()).or_default();
        if new.available_on <= new.created {
            totals.available += net;
            if !new.own_payout {
                totals.unpaid.push(position);
            }
        } else {
            totals.pending += net;
            self.waiting.insert((new.available_on, position), ());
        }
    }

    /// When the next transaction becomes available.
    pub fn next_available(&self) -> Option<i64> {
        self.waiting.first_key_value().map(|((at, _), ())| *at)
    }

    /// Makes available what is due at `now_s`; whether anything was.
    pub fn mature(&mut self, now_s: i64) -> bool {
        let mut any = false;
        while let Some((&(at, position), ())) = self.waiting.first_key_value() {
            if at > now_s {
                break;
            }
            self.waiting.pop_first();
            let transaction = self.transactions.at(position);
            let net = int(transaction, "net");
            let currency = text(transaction, "currency").to_owned();
            let totals = self.totals.entry(currency).or_default();
            totals.pending -= net;
            totals.available += net;
            totals.unpaid.push(position);
            any = true;
        }
        any
    }

    /// What could be paid out now.
    pub fn available(&self, currency: &str) -> i64 {
        self.totals.get(currency).map_or(0, |t| t.available)
    }

    /// What the account holds, pending included.
    pub fn total(&self, currency: &str) -> i64 {
        self.totals
            .get(currency)
            .map_or(0, |t| t.available + t.pending)
    }

    /// Every currency that ever moved.
    pub fn currencies(&self) -> Vec<String> {
        self.totals.keys().cloned().collect()
    }

    /// (currency, available, pending) of every currency.
    pub fn balances(&self) -> impl Iterator<Item = (&str, i64, i64)> {
        self.totals
            .iter()
            .map(|(c, t)| (c.as_str(), t.available, t.pending))
    }

    /// Gives everything available and unpaid in `currency` to `payout`.
    pub fn assign(&mut self, currency: &str, payout: &str) {
        if let Some(totals) = self.totals.get_mut(currency) {
            self.members
                .insert(payout.to_owned(), std::mem::take(&mut totals.unpaid));
        }
    }

    /// Positions, oldest first, of the transactions in an automatic payout.
    pub fn members(&self, payout: &str) -> &[usize] {
        self.members.get(payout).map_or(&[], Vec::as_slice)
    }
}
