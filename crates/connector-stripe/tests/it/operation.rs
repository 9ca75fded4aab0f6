//! What flows do at Stripe, each operation once against the sandbox.

use crate::sandbox::{START, Sandbox, operation};
use connector::RecipeCx;
use model::FaultClass;
use serde_json::{Value, json};
use sim::stripe::{Item, Purchase, Settings};
use std::collections::BTreeMap;
use std::time::Duration;

fn item(n: i64) -> Item {
    Item {
        product: format!("prod_{n}"),
        name: format!("Thing {n}"),
        quantity: 2,
        amount_subtotal: 2_000,
        amount_discount: 100,
        amount_tax: 190,
    }
}

#[tokio::test]
async fn what_was_bought_is_found_to_the_last_line() {
    let sandbox = Sandbox::start().await;
    let bought = sandbox.buy(&Purchase {
        currency: "eur".into(),
        customer: Some("new".into()),
        line_items: (0..120).map(item).collect(),
        shipping_amount: 490,
        metadata: BTreeMap::from([("plan".to_owned(), "premium".to_owned())]),
        ..Purchase::default()
    });
    let input = json!({"payment_intent": bought.payment_intent});
    let found = sandbox
        .run("stripe.checkout_session.find", input)
        .await
        .unwrap();
    assert_eq!(found["found"], true);
    assert_eq!(found["id"], bought.session);
    assert_eq!(found["currency"], "eur");
    assert_eq!(found["metadata"]["plan"], "premium");
    let lines = found["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 120);
    assert_eq!(lines[119]["product"], "prod_119");
    assert_eq!(lines[119]["description"], "Thing 119");
    assert_eq!(lines[0]["quantity"], 2);
    assert_eq!(lines[0]["amount_total"], 2_090);
    let sum: i64 = lines
        .iter()
        .map(|l| l["amount_total"].as_i64().unwrap())
        .sum();
    assert_eq!(found["shipping_amount"], 490);
    assert_eq!(found["discount_amount"], 12_000);
    assert_eq!(found["tax_amount"], 120 * 190);
    assert_eq!(found["amount_total"], sum + 490);
    assert_eq!(found["amount_total"], bought.amount);
}

#[tokio::test]
async fn a_payment_without_a_session_is_no_error() {
    let sandbox = Sandbox::start().await;
    let input = json!({"payment_intent": "pi_none"});
    let found = sandbox
        .run("stripe.checkout_session.find", input)
        .await
        .unwrap();
    assert_eq!(
        (&found["found"], &found["lines"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test]
async fn objects_are_read_whole() {
    let sandbox = Sandbox::start().await;
    let bought = sandbox.sale("usd", 4_000);
    let charge = sandbox
        .run("stripe.charge.get", json!({"id": bought.charge}))
        .await
        .unwrap();
    assert_eq!(charge["payment_intent"], bought.payment_intent);
    let dispute = sandbox
        .stripe
        .dispute(&bought.charge, "fraudulent", false)
        .unwrap();
    let read = sandbox
        .run("stripe.dispute.get", json!({"id": dispute["id"]}))
        .await
        .unwrap();
    assert_eq!(read["charge"], bought.charge);
    let fault = sandbox
        .run("stripe.refund.get", json!({"id": "re_0"}))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound);
}

#[tokio::test]
async fn the_money_of_a_charge_may_come_later() {
    let settings = Settings {
        async_capture_s: 600,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await;
    let bought = sandbox.sale("usd", 10_000);
    let input = json!({"charge": bought.charge});
    let id = "stripe.charge.balance_transaction";
    let early = sandbox.run(id, input.clone()).await.unwrap_err();
    assert_eq!(early.class, FaultClass::Transient, "{early}");
    sandbox.pass(Duration::from_secs(600));
    let money = sandbox.run(id, input).await.unwrap();
    let listed = sandbox
        .session
        .poll("stripe.balance_transaction.created", &Value::Null)
        .await;
    let listed = listed.unwrap().items;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        listed[0].body["balance_transaction"], money,
        "one form, whichever way it came"
    );
    let got = sandbox
        .run("stripe.balance_transaction.get", json!({"id": money["id"]}))
        .await;
    assert_eq!(got.unwrap(), money);
}

#[tokio::test]
async fn a_payouts_members_add_up_without_its_own_transaction() {
    for lists_itself in [false, true] {
        let settings = Settings {
            daily_payouts: false,
            payout_lists_itself: lists_itself,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(settings).await;
        for n in 0..130 {
            sandbox.sale("usd", 1_000 + n);
        }
        sandbox.pass(Duration::from_secs(3 * 86_400));
        let payouts = sandbox.stripe.run_payouts();
        let payout = sandbox
            .run("stripe.payout.get", json!({"id": payouts[0]}))
            .await
            .unwrap();
        let input = json!({"payout": payouts[0]});
        let list = sandbox
            .run("stripe.balance_transaction.list", input)
            .await
            .unwrap();
        assert_eq!(list["members"].as_array().unwrap().len(), 130);
        assert_eq!(list["net_minor"], payout["amount"]);
        assert_eq!(list.get("own").is_some(), lists_itself);
    }
}

#[tokio::test]
async fn metadata_is_merged_and_the_event_is_marked_as_ours() {
    let sandbox = Sandbox::start().await;
    let bought = sandbox.buy(&Purchase {
        currency: "usd".into(),
        customer: Some("new".into()),
        line_items: vec![item(1)],
        metadata: BTreeMap::from([("plan".to_owned(), "premium".to_owned())]),
        ..Purchase::default()
    });
    for (object, id) in [
        ("payment_intent", bought.payment_intent.clone()),
        ("charge", bought.charge.clone()),
        ("customer", bought.customer.clone().unwrap()),
    ] {
        let name = format!("stripe.{object}.update_metadata");
        let write =
            |key: &str, value: &str| json!({"id": id, "metadata": {key: value}, "as_of": START});
        sandbox
            .run(&name, write("infor_order_no", "1000123"))
            .await
            .unwrap();
        let output = sandbox
            .run(&name, write("infor_invoice_no", "7"))
            .await
            .unwrap();
        assert_eq!(output["metadata"]["infor_order_no"], "1000123", "{object}");
        assert_eq!(output["metadata"]["infor_invoice_no"], "7", "{object}");
    }
    let events = sandbox
        .session
        .poll("stripe.events", &Value::Null)
        .await
        .unwrap()
        .items;
    let updated = events
        .iter()
        .find(|e| e.kind == "customer.updated")
        .unwrap();
    let key = updated.body["request"]["idempotency_key"].as_str().unwrap();
    assert!(key.starts_with("towpath:"), "{key}");
}

#[tokio::test]
async fn sets_of_other_keys_do_not_overtake_each_other() {
    let set = operation("stripe.charge.update_metadata");
    let guard = |id: &str, key: &str| {
        let input = json!({"id": id, "metadata": {key: "1"}, "as_of": 5});
        set.as_of(&input).unwrap().unwrap()
    };
    assert_eq!(guard("ch_1", "a"), guard("ch_1", "a"));
    assert_ne!(guard("ch_1", "a").reference, guard("ch_1", "b").reference);
    assert_ne!(guard("ch_1", "a").reference, guard("ch_2", "a").reference);
}

#[tokio::test]
async fn what_stripe_would_refuse_is_refused_before_sending() {
    let sandbox = Sandbox::start().await;
    let cx = RecipeCx {
        session: &*sandbox.session,
        effect: None,
        now: sandbox.clock.now(),
    };
    let meta = |key: &str, value: &str| json!({"id": "ch_1", "metadata": {key: value}, "as_of": 1});
    for (id, input, field) in [
        (
            "stripe.charge.update_metadata",
            meta(&"k".repeat(41), "v"),
            None,
        ),
        (
            "stripe.charge.update_metadata",
            meta("k", &"v".repeat(501)),
            Some("metadata.k"),
        ),
        (
            "stripe.charge.update_metadata",
            meta("a[b]", "v"),
            Some("metadata.a[b]"),
        ),
        (
            "stripe.charge.update_metadata",
            meta("towpath_ref", "v"),
            Some("metadata.towpath_ref"),
        ),
        (
            "stripe.refund.create",
            json!({"reference": "1"}),
            Some("charge"),
        ),
        (
            "stripe.refund.create",
            json!({"reference": "1", "charge": "ch_1", "amount": 0}),
            Some("amount"),
        ),
        (
            "stripe.customer.create",
            json!({"reference": " "}),
            Some("reference"),
        ),
        (
            "stripe.product.create",
            json!({"reference": "1", "name": ""}),
            Some("name"),
        ),
    ] {
        let fault = operation(id).validate(&cx, &input).unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected, "{id} {input}");
        if field.is_some() {
            assert_eq!(fault.field.as_deref(), field, "{id}");
        }
    }
    assert_eq!(
        sandbox.stripe.journal().since(0).len(),
        1,
        "only the account was read"
    );
}
