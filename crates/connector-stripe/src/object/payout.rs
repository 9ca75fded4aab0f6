//! A payout: money on its way from Stripe's balance to the bank, or back.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Payout;

impl Kind for Payout {
    const NAME: &'static str = "payout";
    const COLLECTION: &'static str = "/v1/payouts";

    fn schema() -> Value {
        let mut fields = schema::common("po_…");
        fields.retain(|(name, ..)| *name != "metadata");
        fields.extend([
            maybe("metadata", schema::metadata()),
            always("livemode", schema::flag("Whether it is real money")),
            always(
                "amount",
                schema::minor("What reaches the bank; negative if it is taken"),
            ),
            always("currency", schema::currency("Three letters, lower case")),
            always(
                "arrival_date",
                schema::seconds("When it should be at the bank"),
            ),
            always(
                "automatic",
                schema::flag("Made by the schedule: its members are known"),
            ),
            always(
                "status",
                schema::word(
                    "Where it stands",
                    "pending, in_transit, paid, failed, canceled",
                ),
            ),
            always("method", schema::word("How fast", "standard, instant")),
            always("type", schema::word("Where to", "bank_account, card")),
            always(
                "reconciliation_status",
                schema::word(
                    "Whether its members can be listed",
                    "completed, in_progress, not_applicable",
                ),
            ),
            maybe(
                "balance_transaction",
                schema::text("txn_… of the payout itself"),
            ),
            maybe(
                "failure_balance_transaction",
                schema::text("txn_… that brought it back"),
            ),
            maybe("failure_code", schema::text("Why it failed, Stripe's code")),
            maybe("failure_message", schema::text("Why it failed, a sentence")),
            maybe(
                "original_payout",
                schema::text("po_… that this one reverses"),
            ),
            maybe("reversed_by", schema::text("po_… that reverses this one")),
            maybe(
                "statement_descriptor",
                schema::text("What the bank statement shows"),
            ),
            maybe("description", schema::text("Free text")),
            maybe(
                "trace_id",
                schema::object(
                    "The bank's own number of the transfer",
                    vec![
                        always(
                            "status",
                            schema::word("Known yet", "pending, supported, unsupported"),
                        ),
                        maybe("value", schema::text("The number")),
                    ],
                ),
            ),
        ]);
        schema::object("A payout", fields)
    }

    fn example(kind: &str, sum: Sum) -> Value {
        let status = match kind {
            "payout.paid" | "payout.reconciliation_completed" => "paid",
            "payout.failed" => "failed",
            "payout.canceled" => "canceled",
            _ => "in_transit",
        };
        let mut payout = json!({
            "id": "po_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "amount": sum.minor,
            "currency": sum.currency,
            "arrival_date": AT + 86_400,
            "automatic": true,
            "status": status,
            "method": "standard",
            "type": "bank_account",
            "reconciliation_status": "completed",
            "balance_transaction": "txn_example",
            "statement_descriptor": "CANAL SHOP",
            "trace_id": {"status": "pending"},
            "metadata": {},
        });
        if status == "failed" {
            payout["failure_code"] = "account_closed".into();
            payout["failure_message"] = "The bank account is closed.".into();
            payout["failure_balance_transaction"] = "txn_example_back".into();
        }
        payout
    }
}
