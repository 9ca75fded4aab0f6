//! What a person should know about something that was booked.

use crate::currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a person should know about a booked transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// `suspense`, `credit_memo_needed`, `receivable_reopened`, `hold_order`, `dispute_part`.
    pub kind: String,
    /// What it is about: the refund, the dispute, else the transaction.
    pub key: String,
    pub sentence: String,
    /// In minor units of `currency`.
    pub amount_minor: i64,
    pub currency: Currency,
}
