//! Schemas are honest: what they require is there, and what is there has the type they say.

use crate::corpus;
use crate::sandbox::{START, Sandbox};
use connector_stripe::CONNECTOR;
use serde_json::{Value, json};
use sim::stripe::DEFAULT_KEY;
use std::collections::BTreeSet;
use std::time::Duration;

/// What does not fit, as paths. A `null` counts as absent, as it does for formulas.
fn misfits(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !fits {
        found.push(format!("{path}: {value}"));
        return;
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if value.get(name).is_none_or(Value::is_null) {
            found.push(format!("{path}/{name} is missing"));
        }
    }
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name).filter(|v| !v.is_null()) {
            misfits(part, value, &format!("{path}/{name}"), found);
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        if let Some(part) = schema.get("additionalProperties").filter(|p| p.is_object()) {
            misfits(part, value, &format!("{path}/{name}"), found);
        }
    }
}

fn check(schema: &Value, value: &Value, what: &str) {
    let mut found = Vec::new();
    misfits(schema, value, what, &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn events_fit_the_schemas_of_their_triggers() {
    let sandbox = Sandbox::start().await;
    let refunded = sandbox.sale("usd", 10_000).charge;
    let disputed = sandbox.sale("eur", 10_000).charge;
    sandbox
        .stripe
        .dispute(&disputed, "fraudulent", false)
        .unwrap();
    let refund = connector_stripe::request::create(
        "/v1/refunds",
        json!({"charge": refunded, "amount": 400}),
        "towpath:refund:1".into(),
    );
    sandbox.session.send(&refund).await.unwrap();
    sandbox.pass(Duration::from_secs(5 * 86_400));
    let session = sandbox.open(DEFAULT_KEY, None, json!({"since": START}));
    let events = session
        .poll("stripe.events", &Value::Null)
        .await
        .unwrap()
        .items;
    let mut seen = BTreeSet::new();
    for event in &events {
        let id = format!("stripe.{}", event.kind);
        let Some(trigger) = CONNECTOR.triggers.iter().find(|t| t.id == id) else {
            continue;
        };
        let subject = event.body.pointer(trigger.subject_at).unwrap();
        check(&(trigger.schema)(), subject, &id);
        if let Some((amount, currency)) = trigger.money_at {
            assert!(subject.pointer(amount).is_some_and(Value::is_i64), "{id}");
            assert!(
                subject.pointer(currency).is_some_and(Value::is_string),
                "{id}"
            );
        }
        seen.insert(trigger.subject);
    }
    for subject in [
        "charge",
        "refund",
        "dispute",
        "payout",
        "payment_intent",
        "checkout_session",
    ] {
        assert!(seen.contains(subject), "no event of a {subject}: {seen:?}");
    }
}

#[tokio::test]
async fn outputs_fit_their_schemas() {
    let sandbox = Sandbox::start().await;
    let bought = sandbox.sale("usd", 10_000);
    for (id, input) in [
        ("stripe.charge.get", json!({"id": bought.charge})),
        (
            "stripe.charge.balance_transaction",
            json!({"charge": bought.charge}),
        ),
        (
            "stripe.checkout_session.find",
            json!({"payment_intent": bought.payment_intent}),
        ),
        ("stripe.balance.get", json!({})),
    ] {
        let output = sandbox.run(id, input).await.unwrap();
        check(&crate::sandbox::operation(id).output_schema(), &output, id);
    }
    let page = sandbox
        .session
        .poll("stripe.balance_transaction.created", &Value::Null)
        .await;
    let trigger = CONNECTOR
        .triggers
        .iter()
        .find(|t| t.subject == "balance_transaction")
        .unwrap();
    let body = &page.unwrap().items[0].body;
    check(
        &(trigger.schema)(),
        body.pointer(trigger.subject_at).unwrap(),
        trigger.id,
    );
}

#[test]
fn stripes_own_samples_fit() {
    for (name, body) in corpus::files("stripe-events/openapi-fixtures3") {
        let name = name
            .trim_end_matches(".json")
            .replace("checkout.session", "checkout_session");
        let Some(trigger) = CONNECTOR.triggers.iter().find(|t| t.subject == name) else {
            continue;
        };
        let sample: Value = serde_json::from_slice(&body).unwrap();
        let schema = (trigger.schema)();
        if name == "balance_transaction" {
            // The schema is of our canonical form, the sample of Stripe's.
            let read = connector_stripe::transaction::checked(&sample, None).unwrap();
            check(&schema, &serde_json::to_value(read).unwrap(), &name);
            continue;
        }
        check(&schema, &sample, &name);
    }
}
