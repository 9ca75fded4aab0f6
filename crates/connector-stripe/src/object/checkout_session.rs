//! A Checkout Session: what a customer bought on Stripe's payment page.

use super::Kind;
use crate::example::{AT, Sum, contact};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct CheckoutSession;

impl Kind for CheckoutSession {
    const NAME: &'static str = "checkout_session";
    const COLLECTION: &'static str = "/v1/checkout/sessions";

    fn schema() -> Value {
        let mut fields = schema::common("cs_…");
        fields.retain(|(name, ..)| *name != "metadata");
        fields.extend([
            maybe("metadata", schema::metadata()),
            always("livemode", schema::flag("Whether it is real money")),
            always(
                "mode",
                schema::word("What it does", "payment, setup, subscription"),
            ),
            always(
                "payment_status",
                schema::word("Whether it is paid", "paid, unpaid, no_payment_required"),
            ),
            maybe(
                "status",
                schema::word("Where it stands", "open, complete, expired"),
            ),
            maybe(
                "amount_subtotal",
                schema::minor("Before discounts and taxes"),
            ),
            maybe("amount_total", schema::minor("After discounts and taxes")),
            maybe("currency", schema::currency("Three letters, lower case")),
            maybe("customer", schema::text("cus_…")),
            maybe(
                "customer_email",
                schema::text("What was given when it was made"),
            ),
            maybe(
                "customer_details",
                schema::contact("What the customer typed in"),
            ),
            maybe("client_reference_id", schema::text("Your own number")),
            maybe("payment_intent", schema::text("pi_…")),
            maybe("subscription", schema::text("sub_…")),
            maybe("invoice", schema::text("in_…")),
        ]);
        schema::object("A Checkout Session", fields)
    }

    fn example(_: &str, sum: Sum) -> Value {
        json!({
            "id": "cs_example",
            "object": "checkout.session",
            "created": AT,
            "livemode": false,
            "mode": "payment",
            "payment_status": "paid",
            "status": "complete",
            "amount_subtotal": sum.minor,
            "amount_total": sum.minor,
            "currency": sum.currency,
            "customer": "cus_example",
            "customer_details": contact(),
            "client_reference_id": "1042",
            "payment_intent": "pi_example",
            "metadata": {},
        })
    }
}
