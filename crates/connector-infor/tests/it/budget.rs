//! What an order with its journal costs in M3 transactions and HTTP requests.

use crate::sandbox::{Sandbox, TODAY, entry, order};
use connector::testing::Ended;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn order_to_cash_stays_within_its_budget() {
    for lines in [1, 5] {
        let sandbox = Sandbox::start().await;
        // The token is there before: it is shared by hours of orders.
        sandbox.session.check().await.unwrap();
        sandbox.infor.journal().clear();
        let update = json!({
            "number": "Y30000",
            "name": "Ada Example",
            "address": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
            "as_of": 1_790_000_000,
        });
        sandbox.run("infor.customer.update", update).await.unwrap();
        let mut input = order("ch_1");
        let line = json!({"item": "MUG", "quantity": 1, "amount": "12.00"});
        input["lines"] = json!(vec![line; lines]);
        input["deliver_to"] = json!({"lines": ["1 Example Street"], "country": "DE"});
        let ended = sandbox.shell("infor.sales_order.create").run(&input).await;
        let Ended::Done { output, .. } = ended else {
            panic!("{ended:?}")
        };
        let read = json!({"number": output["number"]});
        sandbox.run("infor.sales_order.get", read).await.unwrap();
        let ended = sandbox
            .shell("infor.journal.post")
            .run(&entry("txn_1"))
            .await;
        assert!(matches!(ended, Ended::Done { .. }), "{TODAY}: {ended:?}");
        let entries = sandbox.infor.journal().since(0);
        let requests: BTreeSet<u64> = entries.iter().map(|e| e.request).collect();
        // Of a budget of 13 + lines and 12: an address and shipping are in it.
        assert_eq!(entries.len(), 12 + lines, "{lines} lines");
        assert_eq!(requests.len(), 9, "{lines} lines");
    }
}
