//! Sales orders: refusals, lost answers, orders that come later, lists that are cut.

use crate::sandbox::{Sandbox, operation, order};
use connector::testing::Ended;
use connector::{Found, RecipeCx};
use model::{EffectId, FaultClass};
use serde_json::{Value, json};
use sim::faults::Action;
use sim::infor::ItemCheck;

const CREATE: &str = "infor.sales_order.create";

fn add_line(order: &mut Value, item: &str, quantity: i64, amount: &str) {
    let line = json!({"item": item, "quantity": quantity, "amount": amount});
    order["lines"].as_array_mut().unwrap().push(line);
}

fn number(ended: &Ended) -> String {
    match ended {
        Ended::Done { output, .. } => output["number"].as_str().unwrap().to_owned(),
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
async fn a_business_error_is_the_same_with_200_and_400() {
    for status in [200, 400] {
        for padded in [true, false] {
            let change = |s: &mut sim::infor::Settings| {
                (s.nok_status, s.padded_messages) = (status, padded);
            };
            let sandbox = Sandbox::with(change, json!({})).await;
            let mut input = order("ch_1");
            input["customer"] = json!("NOBODY");
            let fault = refusal(sandbox.shell(CREATE).run(&input).await);
            assert_eq!(fault.class, FaultClass::Rejected);
            assert_eq!(fault.message, "Customer number is invalid");
            assert_eq!(fault.code.as_deref(), Some("XIM0002"));
            assert_eq!(fault.field.as_deref(), Some("CUNO"));
            assert_eq!(sandbox.seen("OIS100MI/AddBatchHead"), 1);
            assert_eq!(sandbox.seen("OIS100MI/AddBatchLine"), 0);
        }
    }
}

#[tokio::test]
async fn a_missing_mandatory_field_is_told_by_its_type() {
    let sandbox = Sandbox::start().await;
    let input = json!({"program": "CRS610MI", "transaction": "GetBasicData"});
    let fault = sandbox.run("m3.mi.execute", input).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Rejected);
    assert_eq!(fault.code.as_deref(), Some("MandatoryInputFieldNotFound"));
    assert_eq!(fault.message, "Mandatory input field CUNO not found");
    assert_eq!(fault.status, Some(400));
}

#[tokio::test]
async fn a_refused_line_is_named_and_the_head_is_deleted() {
    let sandbox = Sandbox::start().await;
    let mut input = order("ch_1");
    add_line(&mut input, "NO-SUCH", 1, "1.00");
    let mut shell = sandbox.shell(CREATE);
    let fault = refusal(shell.run(&input).await);
    assert_eq!(
        fault.message,
        "line 2 (NO-SUCH): Item number NO-SUCH does not exist"
    );
    assert_eq!(fault.field.as_deref(), Some("ITNO"));
    assert_eq!(sandbox.seen("OIS100MI/Confirm"), 0);
    assert!(sandbox.infor.orphan_batch_heads().is_empty());
    // Repaired and replayed, it is made once, under the next try's reference.
    input["lines"][1]["item"] = json!("POSTER");
    number(&shell.run(&input).await);
    assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
    assert!(sandbox.infor.orphan_batch_heads().is_empty());
}

#[tokio::test]
async fn an_error_after_confirm_is_read_with_its_line() {
    for after in [None, Some(30)] {
        let change = |s: &mut sim::infor::Settings| {
            (s.item_check, s.confirm_after_s) = (ItemCheck::AtConfirm, after);
        };
        let sandbox = Sandbox::with(change, json!({})).await;
        let mut input = order("ch_1");
        add_line(&mut input, "OLD-MUG", 1, "1.00");
        let fault = refusal(sandbox.shell(CREATE).run(&input).await);
        assert_eq!(
            fault.message,
            "line 2 (OLD-MUG): Item number OLD-MUG is not released for sale"
        );
        assert_eq!(fault.code.as_deref(), Some("SIM0014"));
        assert!(sandbox.infor.orphan_batch_heads().is_empty());
        assert!(sandbox.infor.orders().is_empty());
    }
}

#[tokio::test]
async fn an_order_that_comes_later_is_asked_for_at_most_three_times() {
    let sandbox = Sandbox::with(|s| s.confirm_after_s = Some(30), json!({})).await;
    let ended = sandbox.shell(CREATE).run(&order("ch_1")).await;
    let orders = sandbox.infor.orders();
    assert_eq!(orders.keys().collect::<Vec<_>>(), [&number(&ended)]);
    assert!(sandbox.seen("OIS100MI/GetOrderNo") <= 3);
    assert_eq!(sandbox.seen("OIS100MI/Confirm"), 1);
}

#[tokio::test]
async fn a_lost_confirm_is_looked_for_and_not_repeated() {
    for (action, confirms) in [(Action::DropAfter, 1), (Action::DropBefore, 2)] {
        let sandbox = Sandbox::start().await;
        sandbox.plant("OIS100MI/Confirm", 1, action);
        let ended = sandbox.shell(CREATE).run(&order("ch_1")).await;
        assert!(sandbox.infor.orders().contains_key(&number(&ended)));
        assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
        assert_eq!(sandbox.seen("OIS100MI/Confirm"), confirms);
    }
}

#[tokio::test]
async fn html_redirects_and_broken_bodies_at_confirm_are_uncertain() {
    let actions = [
        Action::HtmlAfter { status: 200 },
        Action::HtmlAfter { status: 502 },
        Action::Html { status: 200 },
        Action::TruncateBody,
        Action::Redirect {
            location: "http://127.0.0.1:9/elsewhere".into(),
        },
    ];
    for action in actions {
        let sandbox = Sandbox::start().await;
        let what = format!("{action:?}");
        sandbox.plant("OIS100MI/Confirm", 1, action);
        let ended = sandbox.shell(CREATE).run(&order("ch_1")).await;
        assert!(
            sandbox.infor.orders().contains_key(&number(&ended)),
            "{what}"
        );
        assert_eq!(
            sandbox.posted_by_any("sales_order", "order", "ch_1", 20),
            1,
            "{what}"
        );
    }
}

#[tokio::test]
async fn lost_lines_are_verified_and_never_doubled() {
    // After the first or second line of the bulk call; with and without what cannot be read back.
    for skip in [0, 1] {
        for shipping in [Value::Null, json!("5.00")] {
            let sandbox = Sandbox::start().await;
            sandbox.plant_after("OIS100MI/AddBatchLine", skip, 1, Action::DropAfter);
            let mut input = order("ch_1");
            input["shipping"] = shipping;
            add_line(&mut input, "POSTER", 3, "10.00");
            let ended = sandbox.shell(CREATE).run(&input).await;
            let order = sandbox.infor.orders()[&number(&ended)].clone();
            let amounts: Vec<i64> = order.content.lines.iter().map(|l| l.amount).collect();
            assert_eq!(amounts, [2_400, 1_000]);
            assert!(sandbox.infor.orphan_batch_heads().is_empty());
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let long = "x".repeat(120);
    let mut input = order("ch_1");
    input["lines"][0]["description"] = json!(long);
    let fault = refusal(sandbox.shell(CREATE).run(&input).await);
    assert_eq!(fault.field.as_deref(), Some("ITDS"));
    assert!(
        fault.message.contains("has 120 characters, M3 takes 30"),
        "{fault}"
    );
    assert!(
        fault.message.contains(&format!("`{}`", "x".repeat(30))),
        "{fault}"
    );
    assert!(sandbox.infor.journal().since(0).is_empty());
    // A release that takes more is told so.
    let widths = json!({"field_widths": {"OIS100MI/AddBatchLine/ITDS": 120}});
    let wider = sandbox.open(&sandbox.infor.ionapi(), None, widths);
    let fault = refusal(sandbox.shell_of(&*wider, CREATE).run(&input).await);
    assert_eq!(fault.code.as_deref(), Some("InputFieldTooLong"));
}

#[tokio::test]
async fn amounts_that_cannot_be_received_are_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    for (pointer, amount, currency, field, code) in [
        ("/shipping", "-0.01", "EUR", "shipping", "negative"),
        ("/shipping", "4.995", "EUR", "shipping", "too_precise"),
        (
            "/lines/0/amount",
            "-1",
            "EUR",
            "lines[0].amount",
            "negative",
        ),
        (
            "/lines/0/amount",
            "24.5",
            "JPY",
            "lines[0].amount",
            "too_precise",
        ),
        (
            "/lines/0/amount",
            "1.0001",
            "KWD",
            "lines[0].amount",
            "too_precise",
        ),
    ] {
        let mut input = order("ch_1");
        input["currency"] = json!(currency);
        *input.pointer_mut(pointer).unwrap() = json!(amount);
        let fault = refusal(sandbox.shell(CREATE).run(&input).await);
        assert_eq!(fault.field.as_deref(), Some(field), "{fault}");
        assert_eq!(fault.code.as_deref(), Some(code), "{fault}");
        assert!(fault.message.starts_with(field), "{fault}");
    }
    assert!(sandbox.infor.journal().since(0).is_empty());
    // Zeros behind the last decimal are none.
    let mut input = order("ch_1");
    input["shipping"] = json!("5.000");
    number(&sandbox.shell(CREATE).run(&input).await);
}

#[tokio::test]
async fn a_cut_list_never_proves_that_nothing_is_there() {
    for (grid, max_records, options) in [
        (false, 500, "matrix"),
        (false, 5_000, "matrix"),
        (true, 500, "query"),
    ] {
        let sandbox = Sandbox::with(|s| s.grid_mode = grid, json!({})).await;
        for exportmi in [false, true] {
            let settings =
                json!({"max_records": max_records, "options_in": options, "exportmi": exportmi});
            let session = sandbox.open(&sandbox.infor.ionapi(), None, settings);
            let id = EffectId {
                peer: session.peer(),
                kind: "sales_order".into(),
                reference: "ch_1".into(),
                generation: 0,
            };
            let cx = RecipeCx {
                session: &*session,
                effect: Some((&id, 0)),
                now: sandbox.clock.now(),
            };
            let mut input = order("ch_1");
            input["customer"] = json!("Y30003");
            // Confirm was sent, and its batch order is gone by now.
            let progress = json!({"temporary": "9999999", "step": "confirm"});
            let found = operation(CREATE)
                .find(&cx, &input, &progress)
                .await
                .unwrap();
            match (exportmi, &found) {
                (false, Found::CannotTell(question)) => assert!(question.contains("OIS100")),
                (true, Found::Absent) => {}
                other => panic!("{grid} {max_records} {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn another_amount_for_the_same_reference_is_a_conflict() {
    let sandbox = Sandbox::start().await;
    let mut shell = sandbox.shell(CREATE);
    let mut input = order("ch_1");
    number(&shell.run(&input).await);
    input["terms"] = json!("30");
    assert!(matches!(
        shell.run(&input).await,
        Ended::Done { reused: true, .. }
    ));
    input["shipping"] = json!("6.00");
    assert!(matches!(shell.run(&input).await, Ended::Conflict(_)));
    assert_eq!(sandbox.infor.orders().len(), 1);
}

#[tokio::test]
async fn amounts_survive_in_every_currency() {
    let sandbox = Sandbox::start().await;
    for (n, (currency, amount, shipping, total)) in [
        ("EUR", "10.00", "4.99", "14.99"),
        ("JPY", "5000", "300", "5300"),
        ("KWD", "12.340", "0", "12.340"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut input = order(&format!("ch_{n}"));
        input["currency"] = json!(currency);
        input["shipping"] = json!(shipping);
        input["lines"] = json!([{"item": "MUG", "quantity": 3, "amount": amount}]);
        let ended = sandbox.shell(CREATE).run(&input).await;
        let read = json!({"number": number(&ended)});
        let order = sandbox.run("infor.sales_order.get", read).await.unwrap();
        assert_eq!(order["total"], total);
        assert_eq!(order["currency"], currency);
        assert_eq!(order["customer"], "Y30000");
        assert_eq!(order["lowest_status"], "22");
        assert_eq!(order["reference"].as_str().unwrap().len(), 20);
        assert_eq!(order["stopped"], false);
    }
    let fault = sandbox
        .run("infor.sales_order.get", json!({"number": "1"}))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound);
}

#[tokio::test]
async fn the_delivery_address_goes_with_the_order() {
    let sandbox = Sandbox::start().await;
    let mut input = order("ch_1");
    input["deliver_to"] = json!({
        "name": "Grace Example",
        "lines": ["2 Example Street", "Flat 3"],
        "city": "Lund",
        "postal_code": "22100",
        "country": "DE",
    });
    let ended = sandbox.shell(CREATE).run(&input).await;
    let order = sandbox.infor.orders()[&number(&ended)].clone();
    let address = &order.content.addresses[0];
    assert_eq!(
        (address["CUNM"].as_str(), address["CUA2"].as_str()),
        ("Grace Example", "Flat 3")
    );
}
