//! The contract suite: lists, and a lost answer or a crash at each call of each writing recipe.

use crate::document;
use crate::sandbox::{Sandbox, Shared, entry, operation, order, payment};
use connector::testing::{self, Case, Death, Ended, Report};
use connector_infor::CONNECTOR;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

async fn suite(sandbox: &Shared, case: &Case<'_>) -> Report {
    let infor = Arc::clone(sandbox);
    let pass = move |span: Duration| infor.infor.advance(i64::try_from(span.as_secs()).unwrap());
    let report = testing::lost_answers(&*sandbox.session, &sandbox.clock, pass, case).await;
    assert_eq!(sandbox.infor.orphan_batch_heads(), Vec::<String>::new());
    report
}

#[test]
fn the_lists_are_sound() {
    assert_eq!(testing::check(&CONNECTOR), Vec::<String>::new());
}

#[test]
fn every_schema_is_for_formulas() {
    for operation in CONNECTOR.operations {
        for schema in [operation.input_schema(), operation.output_schema()] {
            assert_eq!(schema["type"], "object", "{}", operation.id());
            assert!(schema.to_string().len() > 50, "{}", operation.id());
        }
    }
    let order = operation("infor.sales_order.get").output_schema();
    assert_eq!(order["properties"]["total"]["format"], "decimal");
    let customer = operation("infor.customer.create").input_schema();
    assert_eq!(customer["properties"]["name"]["maxLength"], 36);
}

fn reference_of(input: &Value) -> String {
    let reference = input.get("reference").or(input.get("external_id"));
    reference.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_made_exactly_once() {
    let sandbox = Arc::new(Sandbox::start().await);
    let count =
        |input: &Value| sandbox.posted_by_any("sales_order", "order", &reference_of(input), 20);
    let case = Case {
        operation: operation("infor.sales_order.create"),
        input: Box::new(|n| order(&format!("ch_{n}"))),
        count: Box::new(count),
        number: Box::new(|_| None),
    };
    let report = suite(&sandbox, &case).await;
    assert_eq!((report.exactly_once, report.asked), (12, 0), "{report:?}");
    assert_eq!(
        report.calls,
        [
            "OIS100MI/AddBatchHead",
            "OIS100MI/AddBatchLine+AddBatchHeadChg ×2",
            "OIS100MI/Confirm"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_m3_makes_later_is_made_exactly_once() {
    let sandbox = Arc::new(Sandbox::with(|s| s.confirm_after_s = Some(20), json!({})).await);
    let count = |input: &Value| {
        // Orders that are still to be made count once they are.
        sandbox.infor.advance(30);
        sandbox.posted_by_any("sales_order", "order", &reference_of(input), 20)
    };
    let case = Case {
        operation: operation("infor.sales_order.create"),
        input: Box::new(|n| {
            let mut order = order(&format!("ch_{n}"));
            order["shipping"] = Value::Null;
            order
        }),
        count: Box::new(count),
        number: Box::new(|_| None),
    };
    let report = suite(&sandbox, &case).await;
    assert_eq!((report.exactly_once, report.asked), (24, 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_made_exactly_once() {
    let sandbox = Arc::new(Sandbox::start().await);
    let case = Case {
        operation: operation("infor.customer.create"),
        input: Box::new(|n| {
            json!({
                "external_id": format!("cus_Q{n}"),
                "name": format!("Ada Example {n}"),
                "address": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
                "currency": "EUR",
            })
        }),
        count: Box::new(|input| {
            sandbox.posted_by_any("customer", "customer", &reference_of(input), 10)
        }),
        number: Box::new(|_| None),
    };
    let report = suite(&sandbox, &case).await;
    assert_eq!((report.exactly_once, report.asked), (12, 0), "{report:?}");
    for n in 0..5 {
        assert_eq!(sandbox.posted("external", &format!("cus_Q{n}")), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_is_made_exactly_once() {
    // On an order without a text, and on one that has one.
    for known in [false, true] {
        let sandbox = Arc::new(Sandbox::start().await);
        let mut numbers = Vec::new();
        for n in 0..25 {
            let number = document::made(&sandbox, &format!("ch_{n}")).await;
            if known {
                let first = document::note(&number, &format!("re_first_{n}"));
                let ended = sandbox.shell("infor.sales_order.note").run(&first).await;
                assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
            }
            numbers.push(number);
        }
        let case = Case {
            operation: operation("infor.sales_order.note"),
            input: Box::new(|n| document::note(&numbers[n], &format!("re_{n}"))),
            count: Box::new(|input| {
                sandbox.posted_by_any("order_note", "note", &reference_of(input), 10)
            }),
            number: Box::new(|_| None),
        };
        let report = suite(&sandbox, &case).await;
        let calls = if known { 3 } else { 6 };
        assert_eq!(
            (report.exactly_once, report.asked),
            (calls * 4, 0),
            "{report:?}"
        );
        for (_, block) in numbers.iter().flat_map(|n| sandbox.infor.order_texts(n)) {
            assert_eq!(block.lines.len(), 2, "{block:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credit_request_is_made_exactly_once() {
    let sandbox = Arc::new(Sandbox::with(|_| {}, document::credits()).await);
    let case = Case {
        operation: operation("infor.credit_note.request"),
        input: Box::new(|n| document::credit(&format!("re_{n}"))),
        count: Box::new(|input| {
            sandbox.posted_by_any("credit_request", "credit_request", &reference_of(input), 20)
        }),
        number: Box::new(|_| None),
    };
    let report = suite(&sandbox, &case).await;
    assert_eq!((report.exactly_once, report.asked), (8, 0), "{report:?}");
    assert_eq!(
        report.calls,
        ["OIS100MI/AddBatchHead", "OIS100MI/AddBatchLine"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credit_request_that_no_list_can_find_is_a_persons_question() {
    // More batch orders than M3 lists, and no EXPORTMI.
    let full = |s: &mut sim::infor::Settings| {
        (s.row_ceiling, s.exportmi) = (Some(1), false);
    };
    let mut settings = document::credits();
    (settings["exportmi"], settings["max_records"]) = (json!(false), json!(1));
    let sandbox = Sandbox::with(full, settings).await;
    let mut shell = sandbox.shell("infor.credit_note.request");
    let first = shell.run(&document::credit("re_first")).await;
    assert!(matches!(first, Ended::Done { .. }), "{first:?}");
    let mut shell = sandbox.shell("infor.credit_note.request");
    shell.death = Some((0, Death::AfterSending));
    let ended = shell.run(&document::credit("re_1")).await;
    assert!(matches!(ended, Ended::Asked(_)), "{ended:?}");
    assert_eq!(sandbox.infor.batches().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_is_posted_exactly_once_where_absence_is_provable() {
    let sandbox = Arc::new(Sandbox::start().await);
    let case = Case {
        operation: operation("infor.journal.post"),
        input: Box::new(|n| entry(&format!("txn_{n}"))),
        count: Box::new(|input| {
            sandbox.posted_by_any("journal", "journal", &reference_of(input), 15)
        }),
        number: Box::new(|_| None),
    };
    let report = suite(&sandbox, &case).await;
    assert_eq!((report.exactly_once, report.asked), (16, 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_is_posted_at_most_once_where_a_person_decides() {
    let without = |s: &mut sim::infor::Settings| s.exportmi = false;
    let sandbox = Arc::new(Sandbox::with(without, json!({"exportmi": false})).await);
    let number = |input: &Value| {
        let key = sandbox.reference("journal", &reference_of(input), 0, 15);
        (sandbox.posted("journal", &key) == 1).then_some(key)
    };
    let case = Case {
        operation: operation("infor.journal.post"),
        input: Box::new(|n| entry(&format!("txn_{n}"))),
        count: Box::new(|input| {
            sandbox.posted_by_any("journal", "journal", &reference_of(input), 15)
        }),
        number: Box::new(number),
    };
    let report = suite(&sandbox, &case).await;
    // Only a lost UpdBatch that did not arrive is a person's question.
    assert_eq!((report.exactly_once, report.asked), (14, 2), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_made_at_most_once_and_a_person_settles_the_rest() {
    let sandbox = Arc::new(Sandbox::start().await);
    let mut invoices = Vec::new();
    for n in 0..16 {
        invoices.push(sandbox.invoiced(&format!("ch_{n}")).await);
    }
    let number = |input: &Value| {
        let reference = sandbox.reference("payment", &reference_of(input), 0, 20);
        let batches = sandbox.infor.payments();
        let mut found = batches.iter().filter(|(_, batch)| {
            batch.status > 0 && batch.lines.iter().any(|l| l.reference == reference)
        });
        found.next().map(|(pbid, _)| pbid.to_string())
    };
    let case = Case {
        operation: operation("infor.payment.create"),
        input: Box::new(|n| payment(&format!("ch_{n}:SI:2026"), &invoices[n])),
        count: Box::new(|input| {
            sandbox.posted_by_any("payment", "payment", &reference_of(input), 20)
        }),
        number: Box::new(number),
    };
    let report = suite(&sandbox, &case).await;
    // A lost line, and a check that did not arrive, are a person's questions.
    assert_eq!((report.exactly_once, report.asked), (6, 6), "{report:?}");
}

/// Loses the answer of call `lost` and stops for good where the next run would begin to look; then
/// runs `changed`.
async fn changed_after_loss(
    sandbox: &Sandbox,
    id: &str,
    lost: (usize, Death),
    input: &Value,
    changed: &Value,
) -> Ended {
    let mut shell = sandbox.shell(id);
    shell.death = Some(lost);
    let stopped = Arc::new(Notify::new());
    let bell = Arc::clone(&stopped);
    shell.pass = Box::new(move |span| {
        sandbox
            .infor
            .advance(i64::try_from(span.as_secs()).unwrap());
        bell.notify_one();
    });
    tokio::select! {
        biased;
        () = stopped.notified() => {}
        ended = shell.run(input) => panic!("it went on: {ended:?}"),
    }
    let row = shell.row.as_ref().unwrap();
    assert_eq!(row["state"], "uncertain", "{row}");
    shell.run(changed).await
}

#[tokio::test]
async fn another_total_after_a_lost_confirm_never_makes_a_second_order() {
    let id = "infor.sales_order.create";
    for (death, after) in [
        (Death::AfterSending, None),
        (Death::AfterSending, Some(20)),
        (Death::BeforeSending, None),
    ] {
        let sandbox = Sandbox::with(|s| s.confirm_after_s = after, json!({})).await;
        let input = order("ch_1");
        let mut changed = input.clone();
        changed["shipping"] = json!("6.00");
        let ended = changed_after_loss(&sandbox, id, (2, death), &input, &changed).await;
        match (death, &ended) {
            (Death::AfterSending, Ended::Conflict(fault)) => {
                assert!(
                    fault.message.contains("29") && fault.message.contains("30"),
                    "{fault}"
                );
            }
            // It did not arrive: the batch order is deleted and made anew as it is wanted now.
            (Death::BeforeSending, Ended::Done { output, .. }) => {
                let read = json!({"number": output["number"]});
                let order = sandbox.run("infor.sales_order.get", read).await.unwrap();
                assert_eq!(order["total"], "30.00");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
        assert_eq!(sandbox.infor.orders().len(), 1);
        assert!(sandbox.infor.orphan_batch_heads().is_empty());
    }
}

#[tokio::test]
async fn what_was_sold_may_not_change_and_the_rest_only_drifts() {
    let sandbox = Sandbox::start().await;
    let (input, mut changed) = (order("ch_1"), order("ch_1"));
    changed["terms"] = json!("30");
    let lost = (2, Death::AfterSending);
    let id = "infor.sales_order.create";
    let ended = changed_after_loss(&sandbox, id, lost, &input, &changed).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
}

#[tokio::test]
async fn another_amount_after_a_lost_update_is_a_conflict() {
    let sandbox = Sandbox::start().await;
    let input = entry("txn_1");
    let mut changed = input.clone();
    changed["entry"]["lines"][0]["amount_minor"] = json!(19_680);
    changed["entry"]["lines"][2]["amount_minor"] = json!(-20_000);
    let lost = (3, Death::AfterSending);
    let ended = changed_after_loss(&sandbox, "infor.journal.post", lost, &input, &changed).await;
    assert!(matches!(ended, Ended::Conflict(_)), "{ended:?}");
    assert_eq!(sandbox.posted_by_any("journal", "journal", "txn_1", 15), 1);
}
