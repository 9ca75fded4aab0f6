//! Keys, parameters, errors, idempotency, lists, expansion.

use super::client::{Api, sandbox};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_request_needs_a_live_key() {
    let (_handle, mut api) = sandbox().await;
    let reply = api.get("/v1/balance").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("request-id")
            .is_some_and(|id| id.starts_with("req_"))
    );
    assert_eq!(reply.header("stripe-version"), Some("2025-08-27.basil"));

    let made = api.post("/_sandbox/keys", "{}").await;
    api.key = made.body["secret"].as_str().expect("secret").to_owned();
    assert_eq!(api.get("/v1/balance").await.status, 200);
    api.post("/_sandbox/keys/key_2/revoke", "").await;
    let reply = api.get("/v1/balance").await;
    assert_eq!(reply.status, 401);
    assert!(
        !reply.body.to_string().contains(&api.key),
        "keys are not shown"
    );
    api.key = "sk_test_nobody_knows_this_key_000".into();
    assert_eq!(api.get("/v1/balance").await.status, 401);
    api.key = String::new();
    assert_eq!(api.get("/v1/balance").await.status, 401);
}

#[tokio::test]
async fn a_restricted_key_does_what_it_may() {
    let (_handle, mut api) = sandbox().await;
    let made = api
        .post("/_sandbox/keys", r#"{"rights": {"refunds": "read"}}"#)
        .await;
    api.key = made.body["secret"].as_str().expect("secret").to_owned();
    assert!(api.key.starts_with("rk_test_"));
    assert_eq!(api.get("/v1/refunds").await.status, 200);
    assert_eq!(api.get("/v1/charges").await.status, 403);
    assert_eq!(api.post("/v1/refunds", "charge=ch_1").await.status, 403);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let (_handle, api) = sandbox().await;
    let cases = [
        (
            "/v1/payment_intents",
            "amount=100&currency=usd&foo=1",
            400,
            "parameter_unknown",
            "foo",
        ),
        (
            "/v1/payment_intents",
            "amount=100",
            400,
            "parameter_missing",
            "currency",
        ),
        (
            "/v1/payment_intents",
            "amount=1.5&currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "/v1/payment_intents",
            "amount=&currency=usd",
            400,
            "parameter_invalid_empty",
            "amount",
        ),
        (
            "/v1/payment_intents",
            "amount=0&currency=usd",
            400,
            "parameter_invalid_integer",
            "amount",
        ),
        (
            "/v1/payment_intents",
            "amount=1234&currency=kwd",
            400,
            "",
            "amount",
        ),
        (
            "/v1/payment_intents",
            "amount=1&currency=zzz",
            400,
            "",
            "currency",
        ),
        (
            "/v1/payment_intents",
            "amount=1&currency=usd&confirm=yes",
            400,
            "",
            "confirm",
        ),
        (
            "/v1/customers",
            "address[planet]=mars",
            400,
            "parameter_unknown",
            "address[planet]",
        ),
        ("/v1/customers", "name[x]=1", 400, "", "name"),
        (
            "/v1/refunds",
            "charge=ch_none",
            404,
            "resource_missing",
            "charge",
        ),
        (
            "/v1/payment_intents",
            "amount=1&currency=usd&customer=cus_9",
            400,
            "resource_missing",
            "customer",
        ),
        ("/v1/refunds", "amount=1", 400, "parameter_missing", ""),
    ];
    for (path, body, status, code, param) in cases {
        let reply = api.post(path, body).await;
        let error = &reply.body["error"];
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.body);
        assert_eq!(reply.code(), code, "{path} {body}");
        assert_eq!(
            error["param"].as_str().unwrap_or_default(),
            param,
            "{path} {body}"
        );
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].is_string());
    }
    let reply = api.post("/v1/unheard_of", "").await;
    assert_eq!(reply.status, 404);
    let message = reply.body["error"]["message"].as_str().expect("message");
    assert!(
        message.starts_with("Unrecognized request URL (POST: /v1/unheard_of)"),
        "{message}"
    );
}

#[tokio::test]
async fn method_types_are_an_old_parameter() {
    let (_handle, api) = sandbox().await;
    let body = "amount=100&currency=usd&payment_method_types[]=card";
    assert_eq!(api.post("/v1/payment_intents", body).await.status, 200);
    let endive = [("stripe-version", "2026-10-28.endive")];
    let reply = api
        .send(Method::POST, "/v1/payment_intents", body, &endive)
        .await
        .expect("an answer");
    assert_eq!((reply.status, reply.code()), (400, "parameter_unknown"));
    assert_eq!(reply.header("stripe-version"), Some("2026-10-28.endive"));
}

#[tokio::test]
async fn a_key_is_answered_once() {
    let (handle, api) = sandbox().await;
    let first = api
        .keyed("/v1/customers", "name=Ada&email=a@x.org", "k1")
        .await;
    let again = api
        .keyed("/v1/customers", "email=a%40x.org&name=Ada", "k1")
        .await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));

    let other = api.keyed("/v1/customers", "name=Bob", "k1").await;
    assert_eq!(other.status, 400);
    assert_eq!(other.body["error"]["type"], "idempotency_error");
    let message = other.body["error"]["message"].as_str().expect("message");
    assert!(
        message.starts_with("Keys for idempotent requests can only be used"),
        "{message}"
    );
    assert_eq!(
        api.keyed("/v1/products", "name=Bob", "k1").await.status,
        400
    );

    handle.advance(86_399);
    assert_eq!(
        api.keyed("/v1/customers", "name=Ada&email=a@x.org", "k1")
            .await
            .body,
        first.body
    );
    handle.advance(1);
    let later = api
        .keyed("/v1/customers", "name=Ada&email=a@x.org", "k1")
        .await;
    assert_ne!(later.id(), first.id());
    let long = "k".repeat(256);
    assert_eq!(
        api.keyed("/v1/customers", "name=Ada", &long).await.status,
        400
    );
}

#[tokio::test]
async fn declines_are_kept_and_refused_parameters_are_not() {
    let (_handle, api) = sandbox().await;
    let wrong = api.keyed("/v1/customers", "foo=1", "k2").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(
        api.keyed("/v1/customers", "name=Ada", "k2").await.status,
        200
    );

    let body = "amount=900&currency=usd&confirm=true\
                &payment_method=pm_card_visa_chargeDeclinedInsufficientFunds";
    let declined = api.keyed("/v1/payment_intents", body, "k3").await;
    assert_eq!((declined.status, declined.code()), (402, "card_declined"));
    let error = &declined.body["error"];
    assert_eq!(error["decline_code"], "insufficient_funds");
    assert_eq!(error["type"], "card_error");
    assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
    let again = api.keyed("/v1/payment_intents", body, "k3").await;
    assert_eq!(again.body, declined.body);
    assert_eq!(api.all("/v1/charges").await.len(), 1, "one failed charge");
    assert_eq!(api.all("/v1/balance_transactions").await.len(), 0);
}

#[tokio::test]
async fn lists_are_newest_first_and_paged_both_ways() {
    let (handle, api) = sandbox().await;
    let mut ids = Vec::new();
    for n in 0..25 {
        ids.push(api.made("/v1/customers", &format!("name=N{n}")).await["id"].clone());
        handle.advance(10);
    }
    ids.reverse();
    let page = api.read("/v1/customers").await;
    assert_eq!(names(&page), ids[..10]);
    assert_eq!(
        (&page["object"], &page["has_more"]),
        (&json!("list"), &json!(true))
    );
    assert_eq!(page["url"], "/v1/customers");
    let all: Vec<Value> = api
        .all("/v1/customers")
        .await
        .iter()
        .map(|c| c["id"].clone())
        .collect();
    assert_eq!(all, ids);

    let cursor = ids[12].as_str().expect("id");
    let page = api
        .read(&format!("/v1/customers?limit=3&ending_before={cursor}"))
        .await;
    assert_eq!(names(&page), ids[9..12]);
    assert_eq!(page["has_more"], true);
    let page = api
        .read(&format!("/v1/customers?limit=3&starting_after={cursor}"))
        .await;
    assert_eq!(names(&page), ids[13..16]);
    let from = super::client::START + 200;
    let page = api
        .read(&format!("/v1/customers?created[gte]={from}&limit=100"))
        .await;
    assert_eq!(names(&page), ids[..5]);
    assert_eq!(page["has_more"], false);
    for bad in [
        "limit=0",
        "limit=101",
        "starting_after=cus_none",
        "limit=x",
        "email=a&foo=1",
    ] {
        assert_eq!(
            api.get(&format!("/v1/customers?{bad}")).await.status,
            400,
            "{bad}"
        );
    }
}

fn names(page: &Value) -> Vec<Value> {
    page["data"]
        .as_array()
        .expect("data")
        .iter()
        .map(|o| o["id"].clone())
        .collect()
}

#[tokio::test]
async fn ids_are_expanded_in_place() {
    let (_handle, api) = sandbox().await;
    let intent = api.paid(1000, "eur", "pm_card_visa").await;
    let id = intent["id"].as_str().expect("id");
    let path = format!(
        "/v1/payment_intents/{id}?expand[0]=latest_charge.balance_transaction&expand[]=customer"
    );
    let intent = api.read(&path).await;
    let transaction = &intent["latest_charge"]["balance_transaction"];
    assert_eq!(transaction["net"], 1000 - 15 - 25);
    assert_eq!(transaction["status"], "pending");
    let page = api
        .read("/v1/balance_transactions?expand%5B%5D=data.source")
        .await;
    assert_eq!(page["data"][0]["source"]["object"], "charge");
    assert_eq!(
        api.get(&format!("/v1/payment_intents/{id}?expand[]=amount.x"))
            .await
            .status,
        200
    );
    assert_eq!(
        api.get(&format!("/v1/payment_intents/{id}?expand[]=nothing"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_purchase_is_a_whole_checkout_session() {
    let (_handle, api) = sandbox().await;
    let body = json!({
        "currency": "eur", "customer": "cus_acme",
        "customer_details": {
            "name": "Acme", "email": "ap@acme.example",
            "address": {"line1": "Main 1", "city": "Ulm", "postal_code": "89073", "country": "DE"},
        },
        "line_items": [
            {"product": "prod_mug", "name": "Mug", "quantity": 3, "amount_subtotal": 3000,
             "amount_discount": 300, "amount_tax": 513},
            {"product": "prod_pen", "name": "Pen", "quantity": 3, "amount_subtotal": 100,
             "amount_discount": 0, "amount_tax": 19},
        ],
        "shipping_amount": 490, "metadata": {"plan": "premium"}, "payment_method": null,
    });
    let reply = api.post("/_sandbox/purchases", &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let done = reply.body;
    assert_eq!(done["amount"], 3000 - 300 + 513 + 119 + 490);
    let intent = done["payment_intent"].as_str().expect("id");
    let found = api
        .read(&format!(
            "/v1/checkout/sessions?payment_intent={intent}&expand[]=data.line_items"
        ))
        .await;
    let session = &found["data"][0];
    assert_eq!(session["id"], done["session"]);
    assert_eq!(session["amount_total"], done["amount"]);
    assert_eq!(
        session["total_details"],
        json!({"amount_discount": 300, "amount_shipping": 490, "amount_tax": 532})
    );
    assert_eq!(session["shipping_cost"]["amount_total"], 490);
    assert_eq!(session["customer_details"]["address"]["line2"], Value::Null);
    let shipping = &session["collected_information"]["shipping_details"];
    assert_eq!(shipping["address"]["city"], "Ulm");
    assert_eq!(
        session["line_items"]["data"].as_array().map(Vec::len),
        Some(2)
    );
    let id = done["session"].as_str().expect("id");
    let lines = api
        .read(&format!(
            "/v1/checkout/sessions/{id}/line_items?expand[]=data.price.product"
        ))
        .await;
    let mug = &lines["data"][0];
    assert_eq!(
        (&mug["quantity"], &mug["amount_total"]),
        (&json!(3), &json!(3213))
    );
    assert_eq!(mug["price"]["unit_amount"], 1000);
    assert_eq!(mug["price"]["product"]["name"], "Mug");
    assert_eq!(
        lines["data"][1]["price"]["unit_amount_decimal"],
        "33.333333333333"
    );
    let charge = api
        .read(&format!(
            "/v1/charges/{}",
            done["charge"].as_str().expect("id")
        ))
        .await;
    assert_eq!(charge["metadata"]["plan"], "premium");
    assert_eq!(charge["billing_details"]["email"], "ap@acme.example");
    assert_eq!(charge["customer"], "cus_acme");

    let mut guest = body;
    guest["customer"] = Value::Null;
    guest["payment_method"] = json!("pm_card_chargeDeclined");
    let reply = api.post("/_sandbox/purchases", &guest.to_string()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["declined"]["decline_code"], "generic_decline");
    assert_eq!(reply.body["balance_transaction"], Value::Null);
    let id = reply.body["session"].as_str().expect("id");
    assert_eq!(
        api.read(&format!("/v1/checkout/sessions/{id}")).await["status"],
        "open"
    );
}

#[tokio::test]
async fn a_session_made_by_the_api_is_paid_by_the_shopper() {
    let (_handle, api) = sandbox().await;
    let body = "mode=payment&success_url=https://x.example&metadata[order]=7\
                &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
                &line_items[0][price_data][product_data][name]=Hat&line_items[0][quantity]=2";
    let session = api.made("/v1/checkout/sessions", body).await;
    assert_eq!(
        (&session["status"], &session["amount_total"]),
        (&json!("open"), &json!(1000))
    );
    let id = session["id"].as_str().expect("id");
    let pay = format!("/_sandbox/checkout/{id}/pay");
    let refused = api
        .post(&pay, r#"{"payment_method": "pm_card_chargeDeclined"}"#)
        .await;
    assert_eq!(refused.status, 402);
    let paid = api
        .post(&pay, r#"{"customer_details": {"email": "b@x.org"}}"#)
        .await;
    assert_eq!(paid.status, 200, "{}", paid.body);
    assert_eq!(paid.body["payment_status"], "paid");
    assert_eq!(paid.body["metadata"]["order"], "7");
    let bad = body.replace("[unit_amount]=500", "[unit_amount]=x");
    assert_eq!(api.post("/v1/checkout/sessions", &bad).await.status, 400);
}

#[tokio::test]
async fn metadata_is_merged_and_unset() {
    let (_handle, api) = sandbox().await;
    let made = api
        .made("/v1/customers", "metadata[a]=1&metadata[b]=2&description=x")
        .await;
    let path = format!("/v1/customers/{}", made["id"].as_str().expect("id"));
    let now = api
        .made(&path, "metadata[a]=&metadata[c]=3&description=")
        .await;
    assert_eq!(now["metadata"], json!({"b": "2", "c": "3"}));
    assert_eq!(now["description"], Value::Null);
    assert_eq!(api.made(&path, "metadata=").await["metadata"], json!({}));
    let reply = api
        .send(Method::DELETE, &path, "", &[])
        .await
        .expect("an answer");
    assert_eq!(reply.body["deleted"], true);
    assert_eq!(api.read(&path).await["deleted"], true);
    assert_eq!(api.post(&path, "name=x").await.status, 404);
    assert!(api.all("/v1/customers").await.is_empty());
    let long = format!("metadata[k]={}", "v".repeat(501));
    assert_eq!(api.post("/v1/customers", &long).await.status, 400);
}

#[tokio::test]
async fn an_intent_is_captured_or_canceled_once() {
    let (_handle, api) = sandbox().await;
    let hold = "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true\
                &capture_method=manual";
    let held = api.made("/v1/payment_intents", hold).await;
    assert_eq!(
        (&held["status"], &held["amount_capturable"]),
        (&json!("requires_capture"), &json!(1000))
    );
    assert!(api.all("/v1/balance_transactions").await.is_empty());
    let path = format!("/v1/payment_intents/{}", held["id"].as_str().expect("id"));
    assert_eq!(
        api.post(&format!("{path}/capture"), "amount_to_capture=1001")
            .await
            .status,
        400
    );
    let taken = api
        .made(&format!("{path}/capture"), "amount_to_capture=700")
        .await;
    assert_eq!(
        (&taken["status"], &taken["amount_received"]),
        (&json!("succeeded"), &json!(700))
    );
    assert_eq!(
        api.post(&format!("{path}/capture"), "").await.code(),
        "payment_intent_unexpected_state"
    );
    assert_eq!(api.post(&format!("{path}/cancel"), "").await.status, 400);
    assert_eq!(api.all("/v1/balance_transactions").await[0]["amount"], 700);

    let held = api.made("/v1/payment_intents", hold).await;
    let path = format!("/v1/payment_intents/{}", held["id"].as_str().expect("id"));
    let gone = api
        .made(&format!("{path}/cancel"), "cancellation_reason=abandoned")
        .await;
    assert_eq!(gone["status"], "canceled");
    assert_eq!(api.all("/v1/balance_transactions").await.len(), 1);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (_handle, api): (_, Api) = sandbox().await;
        let intent = api.paid(500, "usd", "pm_card_visa").await;
        runs.push((intent["id"].clone(), intent["latest_charge"].clone()));
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn an_object_looks_as_the_asked_version_has_it() {
    let (handle, api) = sandbox().await;
    let done = handle
        .purchase(&sim::stripe::Purchase {
            currency: "usd".into(),
            line_items: vec![sim::stripe::Item {
                product: "prod_a".into(),
                quantity: 2,
                amount_subtotal: 5_000,
                ..sim::stripe::Item::default()
            }],
            ..sim::stripe::Purchase::default()
        })
        .expect("a purchase");
    let charge = format!("/v1/charges/{}", done.charge);
    let lines = format!("/v1/checkout/sessions/{}/line_items", done.session);
    for (version, invoice, decimal) in [
        ("2024-06-20", true, false),
        ("2025-08-27.basil", false, false),
        ("2026-08-26.dahlia", false, true),
    ] {
        let headers = [("stripe-version", version)];
        let seen = api
            .send(Method::GET, &charge, "", &headers)
            .await
            .expect("an answer");
        assert_eq!(seen.header("stripe-version"), Some(version));
        assert_eq!(seen.body.get("invoice").is_some(), invoice, "{version}");
        let seen = api
            .send(Method::GET, &lines, "", &headers)
            .await
            .expect("an answer");
        let line = &seen.body["data"][0];
        assert_eq!(line["quantity"], 2);
        assert_eq!(line.get("quantity_decimal").is_some(), decimal, "{version}");
    }
    let headers = [("stripe-version", "newest")];
    let refused = api
        .send(Method::GET, &charge, "", &headers)
        .await
        .expect("an answer");
    assert_eq!(refused.status, 400);
}
