//! A difference between two sets of books, with its cause.

use crate::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which two are compared.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// Stripe's balance and our entries on its clearing account.
    StripeAndEntries,
    /// Our entries and what the ERP has.
    EntriesAndErp,
}

/// Why they differ. The first three are timing and go away by themselves.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Transactions that Stripe has and we have seen, but not booked yet.
    NotBooked,
    /// Entries on their way to the ERP.
    Sent,
    /// Entries that the ERP holds until its job or a person posts them.
    Staged,
    /// The ERP lacks what we hold as posted or staged.
    Missing,
    /// Both have it, with different amounts.
    Amount,
    /// The ERP has it more than once.
    Twice,
    /// The ERP has what we never sent.
    Unknown,
    /// What none of the others explains.
    Unexplained,
}

impl Cause {
    /// Whether it goes away by itself.
    pub fn is_timing(self) -> bool {
        matches!(self, Self::NotBooked | Self::Sent | Self::Staged)
    }
}

/// A named difference: the first of the two less the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    pub between: Between,
    pub cause: Cause,
    pub amount: Money,
    /// How many items it comes from; 0 where that is not known.
    pub items: u64,
    /// The reference it comes from, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount;
        let items = Items(self.items);
        let key = self.key.as_deref().unwrap_or("a voucher");
        match (self.cause, self.between) {
            (Cause::NotBooked, _) => write!(f, "not booked yet: {items}, {amount}"),
            (Cause::Sent, _) => write!(f, "on the way to the ERP: {items}, {amount}"),
            (Cause::Staged, _) => write!(f, "staged in the ERP, not posted yet: {items}, {amount}"),
            (Cause::Missing, _) => write!(f, "{key} is not in the ERP: {amount}"),
            (Cause::Amount, _) => write!(f, "{key} has another amount in the ERP: {amount} off"),
            (Cause::Twice, _) => write!(f, "{key} is in the ERP more than once: {amount} off"),
            (Cause::Unknown, _) => write!(f, "{key} is in the ERP and not ours: {amount} off"),
            (Cause::Unexplained, Between::StripeAndEntries) => {
                write!(
                    f,
                    "Stripe's balance and our entries differ, not explained: {amount}"
                )
            }
            (Cause::Unexplained, Between::EntriesAndErp) => {
                write!(f, "our entries and the ERP differ, not explained: {amount}")
            }
        }
    }
}

struct Items(u64);

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 item"),
            n => write!(f, "{n} items"),
        }
    }
}
