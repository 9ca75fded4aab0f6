//! Notes, holds and credit requests: what is refused, and what is met again.

use crate::sandbox::{Sandbox, TODAY, operation, order};
use connector::testing::Ended;
use connector::{Last, Next, RecipeCx};
use model::{EffectId, FaultClass};
use serde_json::{Value, json};

const NOTE: &str = "infor.sales_order.note";
const CREDIT: &str = "infor.credit_note.request";

pub fn note(number: &str, reference: &str) -> Value {
    json!({"number": number, "reference": reference,
           "lines": ["Refunded 15.00 EUR of 29.00 EUR.", "Requested by the customer."]})
}

pub fn credit(reference: &str) -> Value {
    json!({
        "customer": "Y30000", "reference": reference, "order": "1000001", "invoice": "SI800001",
        "year": "2026", "date": TODAY, "currency": "EUR", "item": "WEB-SALE", "amount": "15.00",
        "description": "Refund",
    })
}

pub fn credits() -> Value {
    json!({"credit_order_type": "CR1"})
}

/// The number of an order that was made.
pub async fn made(sandbox: &Sandbox, reference: &str) -> String {
    let ended = sandbox
        .shell("infor.sales_order.create")
        .run(&order(reference))
        .await;
    output(ended)["number"].as_str().unwrap().to_owned()
}

fn output(ended: Ended) -> Value {
    match ended {
        Ended::Done { output, .. } => output,
        other => panic!("{other:?}"),
    }
}

fn refusal(ended: Ended) -> model::Fault {
    match ended {
        Ended::Refused(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_note_is_a_second_block_of_the_same_text() {
    let sandbox = Sandbox::start().await;
    let number = made(&sandbox, "ch_1").await;
    let mut shell = sandbox.shell(NOTE);
    let first = output(shell.run(&note(&number, "re_1")).await);
    assert_eq!(
        shell.calls,
        [
            "CRS980MI/GetTextID",
            "CRS980MI/RtvNewTextID",
            "CRS980MI/AddTxtBlockHead",
            "CRS980MI/AddTxtBlockLine ×2",
            "CRS980MI/GetTextID",
            "CRS980MI/SetTextID"
        ]
    );
    let mut shell = sandbox.shell(NOTE);
    let second = output(shell.run(&note(&number, "re_2")).await);
    assert_eq!(
        shell.calls,
        [
            "CRS980MI/GetTextID",
            "CRS980MI/AddTxtBlockHead",
            "CRS980MI/AddTxtBlockLine ×2"
        ]
    );
    assert_eq!(first["text"], second["text"]);
    let texts = sandbox.infor.order_texts(&number);
    let titles: Vec<&str> = texts.iter().map(|(_, b)| b.title.as_str()).collect();
    assert_eq!(titles.len(), 2);
    assert!(titles.contains(&"re_1") && titles.contains(&"re_2"));
    assert_eq!(
        texts[0].1.lines.values().collect::<Vec<_>>(),
        [
            "Refunded 15.00 EUR of 29.00 EUR.",
            "Requested by the customer."
        ]
    );
}

#[tokio::test]
async fn a_note_for_an_order_that_is_not_there_is_not_found() {
    let sandbox = Sandbox::start().await;
    let fault = refusal(sandbox.shell(NOTE).run(&note("404", "re_1")).await);
    assert_eq!(fault.class, FaultClass::NotFound);
    assert_eq!(fault.message, "Order 404 does not exist");
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let mut input = note("1000001", "re_1");
    input["lines"][1] = json!("x".repeat(61));
    let fault = refusal(sandbox.shell(NOTE).run(&input).await);
    assert_eq!(fault.field.as_deref(), Some("TX60"));
    assert!(fault.message.contains("M3 takes 60"), "{fault}");
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn a_text_that_comes_meanwhile_is_kept() {
    let sandbox = Sandbox::start().await;
    let number = made(&sandbox, "ch_1").await;
    let theirs = output(sandbox.shell(NOTE).run(&note(&number, "re_theirs")).await);
    // Our block is on text 77, which was to be set on the order when it had none yet.
    let mut progress = json!({"text": "77", "new": true, "step": "look_again", "refusal": null});
    let (input, operation) = (note(&number, "re_ours"), operation(NOTE));
    let id = EffectId {
        peer: sandbox.session.peer(),
        kind: "order_note".into(),
        reference: "re_ours".into(),
        generation: 0,
    };
    let cx = RecipeCx {
        session: &*sandbox.session,
        effect: Some((&id, 0)),
        now: sandbox.clock.now(),
    };
    let Ok(Next::Call(look)) = operation.next(&cx, &input, &mut progress, Last::Nothing) else {
        panic!("it looks")
    };
    let reply = sandbox.session.send(&look).await.unwrap();
    let next = operation.next(&cx, &input, &mut progress, Last::Reply(&reply));
    let Ok(Next::Call(call)) = next else {
        panic!("it goes on: {next:?}")
    };
    assert_eq!(call.label, "CRS980MI/AddTxtBlockHead");
    assert_eq!(progress["text"], theirs["text"]);
    assert_eq!(progress["new"], false);
}

#[tokio::test]
async fn a_hold_is_set_and_taken_back() {
    let sandbox = Sandbox::start().await;
    let number = made(&sandbox, "ch_1").await;
    for held in [true, true, false] {
        let input = json!({"number": number, "held": held, "as_of": 1_795_514_400});
        let output = sandbox.run("infor.sales_order.hold", input).await.unwrap();
        assert_eq!(output["held"], held);
        assert_eq!(sandbox.infor.orders()[&number].held, held);
    }
    let input = json!({"number": "404", "held": true, "as_of": 1});
    let fault = sandbox
        .run("infor.sales_order.hold", input)
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound);
}

#[tokio::test]
async fn a_credit_request_names_its_invoice_and_posts_nothing() {
    let sandbox = Sandbox::with(|_| {}, credits()).await;
    let made = output(sandbox.shell(CREDIT).run(&credit("re_1")).await);
    let batches = sandbox.infor.batches();
    let batch = &batches[made["number"].as_str().unwrap()];
    let head = |name: &str| batch.content.get(name).to_owned();
    assert_eq!(head("ORTP"), "CR1");
    assert_eq!(
        (head("OIVR"), head("OYEA")),
        ("SI800001".into(), "2026".into())
    );
    assert_eq!(
        (head("YREF"), head("OREF")),
        ("1000001".into(), "re_1".into())
    );
    assert_eq!(batch.content.lines[0].amount, -1_500);
    assert!(sandbox.infor.vouchers().is_empty());
    assert_eq!(sandbox.seen("OIS100MI/Confirm"), 0);
}

#[tokio::test]
async fn a_second_partial_refund_is_no_duplicate_and_another_amount_a_conflict() {
    let sandbox = Sandbox::with(|_| {}, credits()).await;
    let mut shell = sandbox.shell(CREDIT);
    output(shell.run(&credit("re_1")).await);
    let mut changed = credit("re_1");
    changed["amount"] = json!("16.00");
    let ended = shell.run(&changed).await;
    assert!(matches!(ended, Ended::Conflict(_)), "{ended:?}");
    output(sandbox.shell(CREDIT).run(&credit("re_2")).await);
    assert_eq!(sandbox.infor.batches().len(), 2);
}

#[tokio::test]
async fn a_refused_line_takes_its_head_back() {
    let sandbox = Sandbox::with(|_| {}, credits()).await;
    let mut input = credit("re_1");
    input["item"] = json!("NO-SUCH");
    let mut shell = sandbox.shell(CREDIT);
    let fault = refusal(shell.run(&input).await);
    assert_eq!(fault.message, "Item number NO-SUCH does not exist");
    assert!(sandbox.infor.batches().is_empty());
    output(shell.run(&credit("re_1")).await);
}

#[tokio::test]
async fn without_an_order_type_the_setting_is_named() {
    let sandbox = Sandbox::start().await;
    let fault = refusal(sandbox.shell(CREDIT).run(&credit("re_1")).await);
    assert_eq!(fault.field.as_deref(), Some("credit_order_type"));
    assert!(sandbox.infor.journal().since(0).is_empty());
}
