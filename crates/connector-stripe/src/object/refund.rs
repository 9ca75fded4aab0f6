//! A refund of a charge, whole or in part.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Refund;

impl Kind for Refund {
    const NAME: &'static str = "refund";
    const COLLECTION: &'static str = "/v1/refunds";

    fn schema() -> Value {
        let mut fields = schema::common("re_…");
        fields.retain(|(name, ..)| *name != "metadata");
        fields.extend([
            maybe("metadata", schema::metadata()),
            always("amount", schema::minor("What is given back")),
            always("currency", schema::currency("Three letters, lower case")),
            maybe(
                "status",
                schema::word(
                    "Where it stands",
                    "pending, requires_action, succeeded, failed, canceled",
                ),
            ),
            maybe("charge", schema::text("ch_…")),
            maybe("payment_intent", schema::text("pi_…")),
            maybe(
                "balance_transaction",
                schema::text("txn_…; absent while it is pending"),
            ),
            maybe(
                "failure_balance_transaction",
                schema::text("txn_… that brought it back"),
            ),
            maybe(
                "failure_reason",
                schema::text("Why it failed, Stripe's word"),
            ),
            maybe(
                "pending_reason",
                schema::text("Why it waits, Stripe's word"),
            ),
            maybe(
                "reason",
                schema::word("Why", "duplicate, fraudulent, requested_by_customer, …"),
            ),
            maybe("description", schema::text("Free text")),
        ]);
        schema::object("A refund", fields)
    }

    fn example(kind: &str, sum: Sum) -> Value {
        let failed = kind == "refund.failed";
        let mut refund = json!({
            "id": "re_example",
            "object": Self::NAME,
            "created": AT,
            "amount": sum.minor / 2,
            "currency": sum.currency,
            "status": if failed { "failed" } else { "succeeded" },
            "charge": "ch_example",
            "payment_intent": "pi_example",
            "balance_transaction": "txn_example",
            "reason": "requested_by_customer",
            "metadata": {},
        });
        if failed {
            refund["failure_reason"] = "lost_or_stolen_card".into();
            refund["failure_balance_transaction"] = "txn_example_back".into();
        }
        refund
    }
}
