//! A payment intent: one attempt to be paid, from the first try to the money.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct PaymentIntent;

impl Kind for PaymentIntent {
    const NAME: &'static str = "payment_intent";
    const COLLECTION: &'static str = "/v1/payment_intents";

    fn schema() -> Value {
        let mut fields = schema::common("pi_…");
        fields.extend([
            always("livemode", schema::flag("Whether it is real money")),
            always("amount", schema::minor("What is to be paid")),
            maybe("amount_received", schema::minor("What was paid")),
            always("currency", schema::currency("Three letters, lower case")),
            always(
                "status",
                schema::word(
                    "Where it stands",
                    "requires_payment_method, requires_confirmation, requires_action, \
                     processing, requires_capture, canceled, succeeded",
                ),
            ),
            maybe("customer", schema::text("cus_…; absent for a guest")),
            maybe("latest_charge", schema::text("ch_… of the last try")),
            maybe("payment_method", schema::text("pm_…")),
            maybe("description", schema::text("Free text")),
            maybe("receipt_email", schema::text("Where the receipt goes")),
            maybe("shipping", schema::contact("Where the goods go")),
            maybe(
                "last_payment_error",
                schema::object(
                    "Why the last try failed",
                    vec![
                        maybe("code", schema::text("Stripe's code")),
                        maybe("decline_code", schema::text("The bank's reason")),
                        maybe("message", schema::text("A sentence")),
                    ],
                ),
            ),
        ]);
        schema::object("A payment intent", fields)
    }

    fn example(kind: &str, sum: Sum) -> Value {
        let failed = kind == "payment_intent.payment_failed";
        let mut intent = json!({
            "id": "pi_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "amount": sum.minor,
            "amount_received": if failed { 0 } else { sum.minor },
            "currency": sum.currency,
            "status": if failed { "requires_payment_method" } else { "succeeded" },
            "customer": "cus_example",
            "latest_charge": "ch_example",
            "description": "Order 1042",
            "metadata": {},
        });
        if failed {
            intent["last_payment_error"] = json!({
                "code": "card_declined",
                "decline_code": "insufficient_funds",
                "message": "The card has insufficient funds.",
            });
        }
        intent
    }
}
