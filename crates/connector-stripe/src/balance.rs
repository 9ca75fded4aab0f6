//! What a Stripe balance holds per currency.

use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The balance of one currency. Amounts are in minor units by Stripe's exponents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holding {
    /// Can be paid out or used for refunds, in minor units.
    pub available_minor: i64,
    /// On its way to being available, in minor units.
    pub pending_minor: i64,
    /// Both together: what the clearing account must show, in minor units.
    pub total_minor: i64,
}

/// `GET /v1/balance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// By currency, in upper case.
    pub balances: BTreeMap<String, Holding>,
    /// Whether it is real money.
    pub livemode: bool,
}

impl Balance {
    /// Reads Stripe's balance object.
    ///
    /// # Errors
    /// `Unknown` if it is not one, or the parts do not fit into 64 bits.
    pub fn read(body: &Value) -> Result<Self, Fault> {
        let mut balances = BTreeMap::<String, Holding>::new();
        for list in ["available", "pending"] {
            let entries = body.get(list).and_then(Value::as_array);
            for entry in entries.ok_or_else(|| wrong("it has no list of amounts"))? {
                let amount = crate::request::minor(entry, "amount")?;
                let currency = crate::request::text(entry, "currency")?.to_ascii_uppercase();
                let holding = balances.entry(currency).or_default();
                let part = match list {
                    "available" => &mut holding.available_minor,
                    _ => &mut holding.pending_minor,
                };
                let sum = part.checked_add(amount);
                *part = sum.ok_or_else(|| wrong("its amounts are too large"))?;
                let total = holding.total_minor.checked_add(amount);
                holding.total_minor = total.ok_or_else(|| wrong("its amounts are too large"))?;
            }
        }
        let livemode = body
            .get("livemode")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        Ok(Self { balances, livemode })
    }
}

fn wrong(why: &str) -> Fault {
    Fault::unknown(format!("Stripe's balance cannot be read: {why}"))
}
