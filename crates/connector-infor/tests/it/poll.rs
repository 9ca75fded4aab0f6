//! The invoice trigger.

use crate::sandbox::{Sandbox, order};
use serde_json::{Value, json};

const CREATED: &str = "infor.invoice.created";

async fn walk(sandbox: &Sandbox, cursor: &mut Value) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let page = sandbox.session.poll(CREATED, cursor).await.unwrap();
        keys.extend(page.items.into_iter().map(|e| e.dedupe_key));
        *cursor = page.cursor;
        if !page.more {
            return keys;
        }
    }
}

async fn orders(sandbox: &Sandbox, numbers: std::ops::Range<usize>) {
    for n in numbers {
        sandbox
            .shell("infor.sales_order.create")
            .run(&order(&format!("ch_{n}")))
            .await;
    }
    sandbox.infor.invoice_all();
}

#[tokio::test]
async fn each_invoice_comes_once_with_its_order() {
    let sandbox = Sandbox::start().await;
    let mut cursor = Value::Null;
    assert!(walk(&sandbox, &mut cursor).await.is_empty());
    orders(&sandbox, 0..2).await;
    let page = sandbox.session.poll(CREATED, &cursor).await.unwrap();
    let invoice = &page.items[0].body["invoice"];
    assert_eq!(page.items.len(), 2);
    assert_eq!(invoice["invoice"], "SI800001");
    assert_eq!(invoice["year"], "2026");
    assert_eq!(invoice["order"], "1000001");
    assert_eq!(
        (&invoice["amount"], &invoice["open"]),
        (&json!("29.00"), &json!("29.00"))
    );
    assert_eq!(
        (&invoice["date"], &invoice["customer"]),
        (&json!("2026-11-24"), &json!("Y30000"))
    );
    assert_eq!(sandbox.entries("OIS350MI/LstInvLine").len(), 2);
    let requests: std::collections::BTreeSet<u64> = sandbox
        .entries("OIS350MI/LstInvLine")
        .iter()
        .map(|e| e.request)
        .collect();
    assert_eq!(requests.len(), 1, "one bulk call");
    cursor = page.cursor;
    assert!(walk(&sandbox, &mut cursor).await.is_empty());
    orders(&sandbox, 2..3).await;
    assert_eq!(walk(&sandbox, &mut cursor).await, ["invoice:2026:800003"]);
    assert_eq!(
        sandbox.entries("OIS350MI/LstInvLine").len(),
        3,
        "lines are read once"
    );
}

#[tokio::test]
async fn long_lists_are_walked_page_by_page() {
    let sandbox = Sandbox::start().await;
    orders(&sandbox, 0..200).await;
    let mut cursor = Value::Null;
    let mut keys = walk(&sandbox, &mut cursor).await;
    keys.dedup();
    assert_eq!(keys.len(), 200);
    for _ in 0..3 {
        assert!(walk(&sandbox, &mut cursor).await.is_empty());
    }
    let lines = sandbox.entries("OIS350MI/LstInvLine");
    assert_eq!(lines.len(), 200, "a quiet poll reads no lines");
    orders(&sandbox, 200..201).await;
    assert_eq!(walk(&sandbox, &mut cursor).await, ["invoice:2026:800201"]);
}

#[tokio::test]
async fn a_new_year_begins_at_once_and_the_old_one_ends_late() {
    let sandbox = Sandbox::start().await;
    orders(&sandbox, 0..1).await;
    let mut cursor = Value::Null;
    assert_eq!(walk(&sandbox, &mut cursor).await, ["invoice:2026:800001"]);
    sandbox.pass(40 * 86_400);
    orders(&sandbox, 1..2).await;
    assert_eq!(walk(&sandbox, &mut cursor).await, ["invoice:2027:800002"]);
    sandbox.pass(40 * 86_400);
    assert!(walk(&sandbox, &mut cursor).await.is_empty());
    assert_eq!(cursor["years"].as_object().unwrap().len(), 1);
}
