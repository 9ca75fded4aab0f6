//! A charge: one movement of money from a customer.

use super::Kind;
use crate::example::{AT, Sum, contact};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Charge;

impl Kind for Charge {
    const NAME: &'static str = "charge";
    const COLLECTION: &'static str = "/v1/charges";

    fn schema() -> Value {
        let mut fields = schema::common("ch_… or py_…");
        fields.extend([
            always("livemode", schema::flag("Whether it is real money")),
            always("amount", schema::minor("What was authorised")),
            always("amount_captured", schema::minor("What was taken")),
            always(
                "amount_refunded",
                schema::minor("What was given back so far"),
            ),
            always("currency", schema::currency("Three letters, lower case")),
            always("paid", schema::flag("It succeeded, or was authorised")),
            always(
                "captured",
                schema::flag("The money was taken, not only authorised"),
            ),
            always("refunded", schema::flag("Wholly given back")),
            always("disputed", schema::flag("The customer's bank disputes it")),
            always(
                "status",
                schema::word("Where it stands", "pending, succeeded, failed"),
            ),
            always("billing_details", schema::contact("Whom it was billed to")),
            maybe("shipping", schema::contact("Where the goods go")),
            maybe(
                "balance_transaction",
                schema::text("txn_…; comes later with some methods"),
            ),
            maybe("customer", schema::text("cus_…; absent for a guest")),
            maybe("payment_intent", schema::text("pi_…")),
            maybe("payment_method", schema::text("pm_… or card_…")),
            maybe("payment_method_details", method_details()),
            maybe("description", schema::text("Free text")),
            maybe("receipt_email", schema::text("Where the receipt goes")),
            maybe(
                "statement_descriptor",
                schema::text("What the bank statement shows"),
            ),
            maybe("failure_code", schema::text("Why it failed, Stripe's code")),
            maybe("failure_message", schema::text("Why it failed, a sentence")),
            maybe(
                "failure_balance_transaction",
                schema::text("txn_… of a late failure"),
            ),
        ]);
        schema::object("A charge", fields)
    }

    fn example(kind: &str, sum: Sum) -> Value {
        let failed = kind == "charge.failed";
        let refunded = if kind == "charge.refunded" {
            sum.minor / 2
        } else {
            0
        };
        let mut charge = json!({
            "id": "ch_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "amount": sum.minor,
            "amount_captured": if failed { 0 } else { sum.minor },
            "amount_refunded": refunded,
            "currency": sum.currency,
            "paid": !failed,
            "captured": !failed,
            "refunded": false,
            "disputed": false,
            "status": if failed { "failed" } else { "succeeded" },
            "billing_details": contact(),
            "customer": "cus_example",
            "payment_intent": "pi_example",
            "payment_method": "pm_example",
            "payment_method_details": {
                "type": "card",
                "card": {"brand": "visa", "country": "FR", "funding": "credit", "last4": "4242"},
            },
            "description": "Order 1042",
            "metadata": {"plan": "standard"},
        });
        if failed {
            charge["failure_code"] = "card_declined".into();
            charge["failure_message"] = "The card was declined.".into();
        } else {
            charge["balance_transaction"] = "txn_example".into();
        }
        charge
    }
}

fn method_details() -> Value {
    let card = schema::object(
        "Facts of the card",
        vec![
            maybe("brand", schema::text("visa, mastercard, amex, …")),
            maybe("country", schema::text("Of the issuer, two letters")),
            maybe(
                "funding",
                schema::word("What it draws on", "credit, debit, prepaid, unknown"),
            ),
            maybe("last4", schema::text("The last four digits")),
            maybe("network", schema::text("The network that carried it")),
        ],
    );
    let fields = vec![
        always("type", schema::text("card, sepa_debit, paypal, …")),
        maybe("card", card),
    ];
    schema::object("How it was paid", fields)
}
