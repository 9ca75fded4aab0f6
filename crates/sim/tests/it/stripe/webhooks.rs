//! Deliveries: what is sent, when, how often, and how it is signed.

use super::client::{Api, START, sandbox};
use super::listener::Listener;
use serde_json::json;
use sim::stripe::{Handle, Mode};

async fn heard() -> (Handle, Api, Listener, String, String) {
    let (handle, api) = sandbox().await;
    let listener = Listener::start().await;
    let (id, secret) = handle.add_webhook_endpoint(&listener.url());
    (handle, api, listener, id, secret)
}

#[tokio::test]
async fn a_payment_is_told_signed_and_in_order() {
    let (handle, api, listener, _, secret) = heard().await;
    let body = "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true";
    let made = api
        .keyed("/v1/payment_intents", body, "towpath:test:1")
        .await;
    handle.settled().await;
    assert_eq!(
        listener.kinds(),
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded"
        ]
    );
    for received in listener.received() {
        assert!(received.signed_with(&secret));
        assert!(!received.signed_with("whsec_another"));
        let event = received.json();
        assert_eq!(
            (&event["object"], &event["livemode"]),
            (&json!("event"), &json!(false))
        );
        assert_eq!(event["api_version"], "2025-08-27.basil");
        assert_eq!(event["created"], START);
        assert_eq!(event["pending_webhooks"], 1);
        let request = &event["request"];
        assert_eq!(request["id"].as_str(), made.header("request-id"));
        assert_eq!(request["idempotency_key"], "towpath:test:1");
    }
    let charge = listener.received()[1].json()["data"]["object"].clone();
    assert_eq!(charge["id"], made.body["latest_charge"]);
    assert!(charge["balance_transaction"].is_string());
    let listed = api.read("/v1/events?types[]=charge.succeeded").await;
    assert_eq!(listed["data"][0]["pending_webhooks"], 0);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_whole_life_of_money_is_told() {
    let (handle, api, listener, _, _) = heard().await;
    let intent = api.paid(1_000, "usd", "pm_card_bypassPending").await;
    let id = intent["id"].as_str().expect("id");
    api.made("/v1/refunds", &format!("payment_intent={id}&amount=100"))
        .await;
    handle.run_payouts();
    handle.settled().await;
    let kinds = listener.kinds();
    assert_eq!(
        kinds[3..],
        [
            "balance.available",
            "charge.refunded",
            "refund.created",
            "refund.updated",
            "charge.refund.updated",
            "payout.created",
            "payout.reconciliation_completed",
            "payout.updated",
            "payout.paid",
        ]
    );
    let refunded = &listener.received()[4].json()["data"];
    assert_eq!(refunded["previous_attributes"]["amount_refunded"], 0);
    assert_eq!(refunded["object"]["amount_refunded"], 100);
}

#[tokio::test]
async fn a_failed_delivery_comes_again_on_the_clock_with_a_new_signature() {
    let (handle, api, listener, _, secret) = heard().await;
    listener.answer(&[500, 302, 200]);
    api.made("/v1/customers", "name=Ada").await;
    assert_eq!(handle.settled().await, 1, "one waits");
    assert_eq!(listener.received().len(), 1);
    let pending = api.read("/v1/events?delivery_success=false").await;
    assert_eq!(pending["data"].as_array().map(Vec::len), Some(1));
    handle.advance(1);
    assert_eq!(handle.settled().await, 1);
    handle.advance(5);
    assert_eq!(handle.settled().await, 0);
    let received = listener.received();
    assert_eq!(received.len(), 3);
    let times: Vec<i64> = received.iter().map(|r| r.items().0).collect();
    assert_eq!(times, [START, START + 1, START + 6]);
    assert!(
        received
            .iter()
            .all(|r| r.signed_with(&secret) && r.body == received[0].body)
    );
    let statuses: Vec<Option<u16>> = handle.deliveries().iter().map(|a| a.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(200)]);
    let pending = api.read("/v1/events?delivery_success=false").await;
    assert_eq!(pending["data"], json!([]));

    listener.answer(&[500; 9]);
    api.made("/v1/customers", "name=Bob").await;
    for _ in 0..9 {
        handle.settled().await;
        handle.advance(30);
    }
    handle.settled().await;
    assert_eq!(listener.received().len(), 3 + 4, "one try and three more");
}

#[tokio::test]
async fn a_rolled_secret_signs_together_with_the_old_one() {
    let (handle, api, listener, endpoint, old) = heard().await;
    let path = format!("/_sandbox/webhooks/{endpoint}/mode");
    let new = api.post(&path, r#"{"roll_secret": true}"#).await.body;
    let new = new["secret"].as_str().expect("secret");
    api.made("/v1/customers", "name=Ada").await;
    handle.settled().await;
    let both = &listener.received()[0];
    assert_eq!(both.items().1.len(), 2);
    assert!(both.signed_with(&old) && both.signed_with(new));
    handle.advance(86_400);
    api.made("/v1/customers", "name=Bob").await;
    handle.settled().await;
    let one = listener.received().pop().expect("a delivery");
    assert!(one.signed_with(new) && !one.signed_with(&old));
}

#[tokio::test]
async fn deliveries_misbehave_as_told() {
    let (handle, api, listener, endpoint, secret) = heard().await;
    let set = |mode: Mode| {
        handle
            .set_webhook_mode(&endpoint, mode)
            .expect("an endpoint")
    };
    set(Mode {
        duplicate: 2,
        ..Mode::default()
    });
    api.made("/v1/customers", "name=A").await;
    handle.settled().await;
    let twice = listener.received();
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0].json()["id"], twice[1].json()["id"]);

    set(Mode {
        corrupt_signature: true,
        ..Mode::default()
    });
    api.made("/v1/customers", "name=B").await;
    handle.settled().await;
    assert!(!listener.received()[2].signed_with(&secret));

    set(Mode {
        age_s: 600,
        ..Mode::default()
    });
    api.made("/v1/customers", "name=C").await;
    handle.settled().await;
    let aged = &listener.received()[3];
    assert_eq!(aged.items().0, START - 600);
    assert!(aged.signed_with(&secret));

    set(Mode {
        thin: true,
        ..Mode::default()
    });
    let customer = api.made("/v1/customers", "name=D").await;
    handle.settled().await;
    let thin = listener.received()[4].json();
    assert_eq!(
        (&thin["object"], &thin["type"]),
        (&json!("v2.core.event"), &json!("v1.customer.created"))
    );
    assert_eq!(thin["related_object"]["id"], customer["id"]);
    let snapshot = thin["snapshot_event"].as_str().expect("id");
    assert_eq!(
        api.read(&format!("/v1/events/{snapshot}")).await["type"],
        "customer.created"
    );

    set(Mode {
        drop_every: 2,
        ..Mode::default()
    });
    for _ in 0..4 {
        api.made("/v1/customers", "name=E").await;
    }
    handle.settled().await;
    assert_eq!(listener.received().len(), 5 + 2);
    let lost = api.read("/v1/events?delivery_success=false").await;
    assert_eq!(lost["data"].as_array().map(Vec::len), Some(2));

    set(Mode {
        shuffle_s: 30,
        ..Mode::default()
    });
    let mut made = Vec::new();
    for n in 0..20 {
        made.push(api.made("/v1/customers", &format!("name=S{n}")).await["id"].clone());
    }
    handle.advance(30);
    handle.settled().await;
    let came: Vec<_> = listener.received()[7..]
        .iter()
        .map(|r| r.json()["data"]["object"]["id"].clone())
        .collect();
    assert_eq!(came.len(), 20);
    assert_ne!(came, made, "in another order");
}

#[tokio::test]
async fn endpoints_are_made_changed_and_deleted_by_api() {
    let (handle, api) = sandbox().await;
    let listener = Listener::start().await;
    let url = listener.url();
    let body = format!(
        "url={url}&enabled_events[]=customer.created&enabled_events[]=charge.succeeded\
         &api_version=2026-08-26.dahlia&description=x&metadata[a]=b"
    );
    let made = api.made("/v1/webhook_endpoints", &body).await;
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert!(secret.starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().expect("id"));
    assert_eq!(api.read(&path).await.get("secret"), None);
    api.made("/v1/customers", "name=A").await;
    api.made("/v1/products", "name=P").await;
    handle.settled().await;
    assert_eq!(listener.kinds(), ["customer.created"]);
    assert_eq!(
        listener.received()[0].json()["api_version"],
        "2026-08-26.dahlia"
    );
    assert!(listener.received()[0].signed_with(&secret));

    assert_eq!(api.made(&path, "disabled=true").await["status"], "disabled");
    api.made("/v1/customers", "name=B").await;
    api.made(&path, "disabled=false&enabled_events[]=*").await;
    api.made("/v1/products", "name=Q").await;
    handle.settled().await;
    assert_eq!(listener.kinds(), ["customer.created", "product.created"]);

    let event = listener.received()[1].json();
    assert!(handle.resend(event["id"].as_str().expect("id")));
    handle.settled().await;
    assert_eq!(listener.received()[2].json()["id"], event["id"]);

    assert_eq!(
        api.post(&path, "api_version=2025-08-27.basil").await.code(),
        "parameter_unknown"
    );
    api.send(reqwest::Method::DELETE, &path, "", &[])
        .await
        .expect("an answer");
    assert_eq!(api.get(&path).await.status, 404);
    api.made("/v1/products", "name=R").await;
    handle.settled().await;
    assert_eq!(listener.received().len(), 3);
    for bad in [
        "url=https://x.example&enabled_events[]=*",
        "url=http://x&enabled_events[]=nonsense",
        "url=http://x",
    ] {
        assert_eq!(
            api.post("/v1/webhook_endpoints", bad).await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn nobody_listening_is_a_failed_delivery() {
    let (handle, api) = sandbox().await;
    // A port that was free a moment ago and that nobody listens on.
    let gone = Listener::start().await.url();
    handle.add_webhook_endpoint(&gone);
    api.made("/v1/customers", "name=A").await;
    assert_eq!(handle.settled().await, 1);
    let log = handle.deliveries();
    assert!(log[0].status.is_none() && log[0].note.is_some());
}
