//! Payments: staged, posted out of the deposits, in doubt.

use crate::sandbox::{Sandbox, payment};
use connector::testing::Ended;
use serde_json::{Value, json};
use sim::faults::Action;

const CREATE: &str = "infor.payment.create";

#[tokio::test]
async fn a_payment_is_staged_and_posted_out_of_the_deposits() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    assert_eq!(
        (&invoice["open"], &invoice["open_minor"]),
        (&json!("100.00"), &json!(10_000))
    );
    let before = sandbox.infor.journal().since(0).len();
    let Ended::Done { output, .. } = sandbox.shell(CREATE).run(&payment("p", &invoice)).await
    else {
        panic!("it is staged")
    };
    assert_eq!(output["state"], "staged");
    assert_eq!(
        sandbox.infor.journal().since(0).len() - before,
        3,
        "three transactions"
    );
    sandbox.pass(60);
    assert_eq!(sandbox.infor.balance("2300", "USD"), 10_000);
    assert_eq!(sandbox.infor.balance("1100", "USD"), 0);
    let page = sandbox
        .session
        .postings(&Value::Null)
        .await
        .unwrap()
        .unwrap();
    let reference = sandbox.reference("payment", "p", 0, 20);
    assert_eq!(page.items.len(), 1);
    assert_eq!(
        (&page.items[0].reference, page.items[0].debit_minor),
        (&reference, 10_000)
    );
    let read = json!({"invoice": invoice["invoice"], "year": "2026", "customer": "Y30000"});
    let ledger = sandbox.run("infor.payment.get", read).await.unwrap();
    assert_eq!(
        (&ledger["open"], &ledger["settled"]),
        (&json!("0.00"), &json!(true))
    );
}

#[tokio::test]
async fn a_lost_control_is_found_once_it_is_posted() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    sandbox.plant("ARS040MI/ControlBatch", 1, Action::DropAfter);
    let Ended::Done { output, .. } = sandbox.shell(CREATE).run(&payment("p", &invoice)).await
    else {
        panic!("the job has posted it by then")
    };
    assert_eq!(output["state"], "posted");
    assert_eq!(sandbox.seen("ARS040MI/ControlBatch"), 1);
}

#[tokio::test]
async fn a_payment_in_doubt_is_a_persons_question_with_all_that_is_known() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    sandbox.plant("ARS040MI/AddBatchLine", 1, Action::DropAfter);
    let mut shell = sandbox.shell(CREATE);
    let input = payment("p", &invoice);
    let Ended::Asked(question) = shell.run(&input).await else {
        panic!("it is asked")
    };
    let batch = sandbox.infor.payments().keys().next().unwrap().to_string();
    for known in [batch.as_str(), "Y30000", "100.00", "SI800001"] {
        assert!(question.message.contains(known), "{question}");
    }
    shell.person(&input, None);
    assert!(matches!(shell.run(&input).await, Ended::Done { .. }));
    assert_eq!(sandbox.posted_by_any("payment", "payment", "p", 20), 1);
}

#[tokio::test]
async fn a_lost_head_is_begun_again_without_asking() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    sandbox.plant("ARS040MI/AddBatchHead", 1, Action::DropAfter);
    let ended = sandbox.shell(CREATE).run(&payment("p", &invoice)).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.posted_by_any("payment", "payment", "p", 20), 1);
}

#[tokio::test]
async fn an_amount_that_is_no_payment_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    sandbox.infor.journal().clear();
    for amount in ["-1.00", "0", "1.005"] {
        let mut input = payment("p", &invoice);
        input["amount"] = json!(amount);
        let Ended::Refused(fault) = sandbox.shell(CREATE).run(&input).await else {
            panic!("{amount} is refused")
        };
        assert_eq!(fault.field.as_deref(), Some("amount"), "{fault}");
    }
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn more_than_is_open_is_refused_and_the_batch_named() {
    let sandbox = Sandbox::start().await;
    let invoice = sandbox.invoiced("ch_1").await;
    let mut input = payment("p", &invoice);
    input["amount"] = json!("100.01");
    let mut shell = sandbox.shell(CREATE);
    let Ended::Refused(fault) = shell.run(&input).await else {
        panic!("it is refused")
    };
    assert_eq!(fault.message, "Payment exceeds what is open on SI800001");
    let row = shell.row.unwrap().to_string();
    assert!(row.contains("in ARS040 (invoice SI800001"), "{row}");
}
