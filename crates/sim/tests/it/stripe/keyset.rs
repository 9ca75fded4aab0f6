//! Keys of our objects against those of the official samples of `2026-08-26.dahlia`. The samples
//! are no part of the project: `TOWPATH_CORPUS` names their folder.

use super::client::sandbox;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Keys that an object has without the sample: (object, key, why).
const MORE: &[(&str, &str, &str)] = &[
    (
        "charge",
        "presentment_details",
        "optional, for adaptive pricing",
    ),
    ("product", "deleted", "only after deletion"),
];
/// Keys of the samples that are left out unless expanded.
const LESS: &[(&str, &str)] = &[("charge", "refunds")];

fn keys(value: &Value) -> BTreeSet<String> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect()
}

#[tokio::test]
async fn objects_have_the_keys_of_the_official_samples() {
    let Some(corpus) = std::env::var_os("TOWPATH_CORPUS").map(PathBuf::from) else {
        println!("skipped: TOWPATH_CORPUS (folder of sample bodies) is not set");
        return;
    };
    let folder = corpus.join("stripe-events/openapi-fixtures3");
    let (handle, api) = sandbox().await;
    let done = handle
        .purchase(&sim::stripe::Purchase {
            currency: "usd".into(),
            customer: Some("new".into()),
            line_items: vec![sim::stripe::Item {
                product: "prod_a".into(),
                name: "A".into(),
                quantity: 1,
                amount_subtotal: 5_000,
                ..sim::stripe::Item::default()
            }],
            payment_method: Some("pm_card_bypassPending".into()),
            ..sim::stripe::Purchase::default()
        })
        .expect("a purchase");
    api.made("/v1/refunds", &format!("charge={}&amount=100", done.charge))
        .await;
    handle
        .dispute(&done.charge, "fraudulent", false)
        .expect("a dispute");
    handle.add_webhook_endpoint("http://127.0.0.1:9/");
    handle.run_payouts();
    let (charge, session) = (&done.charge, &done.session);
    for (object, path) in [
        ("account", "/v1/account".to_owned()),
        ("balance", "/v1/balance".to_owned()),
        ("balance_transaction", "/v1/balance_transactions".to_owned()),
        ("charge", format!("/v1/charges/{charge}")),
        (
            "checkout.session",
            format!("/v1/checkout/sessions/{session}"),
        ),
        ("customer", "/v1/customers".to_owned()),
        ("dispute", "/v1/disputes".to_owned()),
        ("event", "/v1/events".to_owned()),
        (
            "payment_intent",
            format!("/v1/payment_intents/{}", done.payment_intent),
        ),
        ("payment_method", "/v1/payment_methods".to_owned()),
        ("payout", "/v1/payouts".to_owned()),
        ("price", "/v1/prices".to_owned()),
        ("product", "/v1/products".to_owned()),
        ("refund", "/v1/refunds".to_owned()),
        ("webhook_endpoint", "/v1/webhook_endpoints".to_owned()),
    ] {
        let dahlia = [("stripe-version", "2026-08-26.dahlia")];
        let reply = api
            .send(Method::GET, &path, "", &dahlia)
            .await
            .expect("an answer");
        let ours = match reply.body.get("data") {
            Some(Value::Array(list)) => list[0].clone(),
            _ => reply.body,
        };
        let file = folder.join(format!("{object}.json"));
        let sample =
            std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let sample: Value = serde_json::from_str(&sample).expect("JSON");
        let (ours, sample) = (keys(&ours), keys(&sample));
        let missing: Vec<&String> = sample
            .difference(&ours)
            .filter(|k| !LESS.contains(&(object, k.as_str())))
            .collect();
        let more: Vec<&String> = ours
            .difference(&sample)
            .filter(|k| !MORE.iter().any(|(o, m, _)| *o == object && m == k))
            .collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{object}: missing {missing:?}, more {more:?}"
        );
    }
}
