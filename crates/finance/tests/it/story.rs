//! The form of a worked example.

use finance::posting::{PostingRules, Share};
use finance::{Currency, Money};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub title: String,
    /// The currency of the books.
    pub currency: Currency,
    #[serde(default)]
    pub rules: PostingRules,
    pub steps: Vec<Step>,
    /// What is left on each account that is not zero.
    pub balances: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    Transaction(Box<Transaction>),
    Invoice(Invoice),
    Lost(Lost),
    Payout(Payout),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    pub id: String,
    pub category: String,
    /// Stripe's `type`; the category if it is the same.
    #[serde(default)]
    pub kind: Option<String>,
    pub amount: i64,
    #[serde(default)]
    pub fees: BTreeMap<String, i64>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub balance_type: Option<String>,
    /// Opens the charge's deposit, or takes from it.
    #[serde(default)]
    pub charge: Option<String>,
    /// What the customer paid or gets back, where it is another currency.
    #[serde(default)]
    pub paid: Option<Money>,
    #[serde(default)]
    pub shares: Vec<Share>,
    #[serde(default)]
    pub original: Option<i64>,
    /// The balance's currency, where it is not that of the books.
    #[serde(default)]
    pub currency: Option<Currency>,
    #[serde(default)]
    pub entry: Option<Expected>,
    /// The second entry.
    #[serde(default)]
    pub relief: Option<Expected>,
    #[serde(default)]
    pub refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    pub reference: String,
    pub charge: String,
    pub open: i64,
    #[serde(default)]
    pub book: Option<i64>,
    #[serde(default)]
    pub closes: bool,
    pub entry: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    pub dispute: String,
    #[serde(default)]
    pub charge: Option<String>,
    pub amount: i64,
    /// The same in minor units of the customer's currency, where it is another one.
    #[serde(default)]
    pub paid: Option<i64>,
    #[serde(default)]
    pub currency: Option<Currency>,
    pub entry: Expected,
    #[serde(default)]
    pub relief: Option<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    pub id: String,
    pub amount: i64,
    pub own: String,
    pub members: Vec<String>,
    /// Sentences that must be found; none: the proof holds.
    #[serde(default)]
    pub discrepancies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// `J4`
    pub kind: String,
    /// Minor units by account, or by `account/dimension`.
    pub lines: BTreeMap<String, i64>,
    #[serde(default)]
    pub notes: Vec<String>,
}
