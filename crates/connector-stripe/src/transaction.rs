//! The balance transaction in its canonical form.

use crate::request::{id_of, minor, text};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Interim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BalanceTransaction {
    pub id: String,
    pub amount: i64,
    pub fee: i64,
    pub net: i64,
    pub currency: String,
    pub source: Option<String>,
}

/// Reads one; `source` is its source where Stripe did not expand it.
///
/// # Errors
/// `Unknown` if it cannot be read.
pub fn read(txn: &Value, source: Option<&Value>) -> Result<BalanceTransaction, Fault> {
    let source = txn.get("source").filter(|s| s.is_object()).or(source);
    Ok(BalanceTransaction {
        id: text(txn, "id")?.to_owned(),
        amount: minor(txn, "amount")?,
        fee: minor(txn, "fee")?,
        net: minor(txn, "net")?,
        currency: text(txn, "currency")?.to_ascii_uppercase(),
        source: source.and_then(id_of).map(str::to_owned),
    })
}
