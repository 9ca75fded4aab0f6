//! A dispute: the customer's bank takes money back, or asks.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Dispute;

impl Kind for Dispute {
    const NAME: &'static str = "dispute";
    const COLLECTION: &'static str = "/v1/disputes";

    fn schema() -> Value {
        let mut fields = schema::common("du_… or dp_…");
        fields.extend([
            always("livemode", schema::flag("Whether it is real money")),
            always(
                "amount",
                schema::minor("What is disputed; may differ from the charge"),
            ),
            always("currency", schema::currency("Three letters, lower case")),
            always("charge", schema::text("ch_…")),
            maybe("payment_intent", schema::text("pi_…")),
            always(
                "reason",
                schema::text("fraudulent, product_not_received, general, …"),
            ),
            always(
                "status",
                schema::word(
                    "Where it stands",
                    "warning_needs_response, warning_under_review, warning_closed, \
                     needs_response, under_review, won, lost, prevented, …",
                ),
            ),
            always(
                "is_charge_refundable",
                schema::flag("Whether a refund would still end it"),
            ),
            always(
                "balance_transactions",
                schema::list(
                    "What it moved in the balance: taken, and given back",
                    &schema::object(
                        "A balance transaction",
                        vec![always("id", schema::text("txn_…"))],
                    ),
                ),
            ),
            always(
                "evidence_details",
                schema::object(
                    "What is to be handed in until when",
                    vec![
                        maybe("due_by", schema::seconds("When the answer is due")),
                        always("has_evidence", schema::flag("Something was handed in")),
                        always("past_due", schema::flag("It is too late")),
                        always(
                            "submission_count",
                            schema::whole("How often it was handed in"),
                        ),
                    ],
                ),
            ),
        ]);
        schema::object("A dispute", fields)
    }

    fn example(kind: &str, sum: Sum) -> Value {
        let status = match kind {
            "charge.dispute.closed" | "charge.dispute.funds_reinstated" => "won",
            "charge.dispute.updated" => "under_review",
            _ => "needs_response",
        };
        json!({
            "id": "du_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "amount": sum.minor,
            "currency": sum.currency,
            "charge": "ch_example",
            "payment_intent": "pi_example",
            "reason": "product_not_received",
            "status": status,
            "is_charge_refundable": false,
            "balance_transactions": [{"id": "txn_example", "amount": -sum.minor}],
            "evidence_details": {
                "due_by": AT + 1_209_600,
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "metadata": {},
        })
    }
}
