//! Events that never happened: what a flow can be tried on before any came.
//!
//! Made by hand after the schemas in [`object`](crate::object); names and addresses are made up. Each
//! object with an amount is there in a currency with two decimals and in one without any.

use crate::object::Kind;
use connector::{Example, Trigger};
use serde_json::{Value, json};

/// What an example is of.
#[derive(Clone, Copy)]
pub struct Sum {
    /// As a person reads it.
    title: &'static str,
    pub currency: &'static str,
    /// In minor units.
    pub minor: i64,
}

const SUMS: [Sum; 2] = [
    Sum {
        title: "EUR 59.50",
        currency: "eur",
        minor: 5950,
    },
    Sum {
        title: "JPY 5,000, a currency without decimals",
        currency: "jpy",
        minor: 5000,
    },
];

/// When all of it happened, in unix seconds.
pub const AT: i64 = 1_795_510_800;

/// The sums that a trigger's examples are of; one without an amount has one example.
fn sums(trigger: &Trigger) -> impl Iterator<Item = (String, Sum)> {
    let has_amount = trigger.money_at.is_some();
    let count = if has_amount { SUMS.len() } else { 1 };
    SUMS.into_iter().take(count).map(move |sum| {
        let title = if has_amount { sum.title } else { "one" };
        (title.to_owned(), sum)
    })
}

/// Events whose object is a `K`.
pub fn events<K: Kind>(trigger: &Trigger) -> Vec<Example> {
    let event = |(title, sum): (String, Sum)| Example {
        title,
        body: json!({
            "id": "evt_example",
            "object": "event",
            "api_version": crate::session::VERSION,
            "created": AT,
            "livemode": false,
            "pending_webhooks": 1,
            "type": trigger.kind(),
            "data": {"object": K::example(trigger.kind(), sum)},
        }),
    };
    sums(trigger).map(event).collect()
}

/// Balance transactions as the walk through their list gives them.
pub fn balance_transactions(trigger: &Trigger) -> Vec<Example> {
    let event = |(title, sum): (String, Sum)| {
        let fee = sum.minor / 20;
        let currency = sum.currency.to_uppercase();
        Example {
            title,
            body: json!({"balance_transaction": {
                "id": "txn_example",
                "amount": sum.minor,
                "fee": fee,
                "net": sum.minor - fee,
                "fee_details": [{"amount": fee, "currency": currency, "kind": "stripe_fee"}],
                "currency": currency,
                "reporting_category": "charge",
                "kind": "charge",
                "created": AT,
                "available_on": AT + 172_800,
                "source": "ch_example",
                "charge": "ch_example",
                "payment_intent": "pi_example",
            }}),
        }
    };
    sums(trigger).map(event).collect()
}

/// A postal address.
pub fn address() -> Value {
    json!({
        "line1": "12 rue des Écluses",
        "line2": "2e étage",
        "postal_code": "75010",
        "city": "Paris",
        "country": "FR",
    })
}

/// A person with an address.
pub fn contact() -> Value {
    json!({
        "name": "Ada Example",
        "email": "ada@canal.example",
        "phone": "+33142000000",
        "address": address(),
    })
}
