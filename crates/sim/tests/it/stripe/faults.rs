//! Planted faults: what the caller sees, and what really happened.

use super::client::{Api, sandbox};
use reqwest::Method;

const CUSTOMERS: &str = "/v1/customers";

async fn plant(api: &Api, action: &str) {
    let fault = format!(
        r#"{{"match": {{"method": "POST", "path": "{CUSTOMERS}"}}, "times": 1,
            "action": {action}}}"#
    );
    assert_eq!(
        api.post("/_sandbox/faults", &fault).await.status,
        200,
        "{fault}"
    );
}

#[tokio::test]
async fn what_was_not_executed_left_nothing() {
    let (handle, api) = sandbox().await;
    plant(&api, r#"{"kind": "drop_before"}"#).await;
    let headers = [("idempotency-key", "k")];
    assert!(
        api.send(Method::POST, CUSTOMERS, "name=A", &headers)
            .await
            .is_err()
    );
    plant(
        &api,
        r#"{"kind": "status", "status": 429, "code": "lock_timeout",
            "headers": {"Stripe-Should-Retry": "true"}}"#,
    )
    .await;
    let reply = api.keyed(CUSTOMERS, "name=A", "k").await;
    assert_eq!((reply.status, reply.code()), (429, "lock_timeout"));
    assert_eq!(reply.header("stripe-should-retry"), Some("true"));
    plant(&api, r#"{"kind": "html", "status": 502}"#).await;
    let reply = api.keyed(CUSTOMERS, "name=A", "k").await;
    assert_eq!(reply.status, 502);
    assert!(reply.body.is_string(), "no JSON");
    assert_eq!(handle.state()["customers"], 0);
    let reply = api.keyed(CUSTOMERS, "name=A", "k").await;
    assert_eq!(reply.header("idempotent-replayed"), None);
    let committed = handle
        .journal()
        .since(0)
        .iter()
        .filter(|e| e.committed)
        .count();
    assert_eq!(committed, 1);
}

#[tokio::test]
async fn what_was_executed_is_replayed() {
    let (handle, api) = sandbox().await;
    for (n, action) in ["drop_after", "truncate_body"].into_iter().enumerate() {
        plant(&api, &format!(r#"{{"kind": "{action}"}}"#)).await;
        let key = format!("k{n}");
        let headers = [("idempotency-key", key.as_str())];
        assert!(
            api.send(Method::POST, CUSTOMERS, "name=A", &headers)
                .await
                .is_err(),
            "{action}"
        );
        assert_eq!(handle.state()["customers"], n + 1, "{action}");
        let again = api.keyed(CUSTOMERS, "name=A", &key).await;
        assert_eq!(
            again.header("idempotent-replayed"),
            Some("true"),
            "{action}"
        );
        assert_eq!(handle.state()["customers"], n + 1, "{action}");
    }
    let journal = handle.journal().since(0);
    let faults: Vec<&str> = journal.iter().filter_map(|e| e.fault.as_deref()).collect();
    assert_eq!(faults, ["drop_after", "truncate_body"]);
    assert!(
        journal
            .iter()
            .filter(|e| e.fault.is_some())
            .all(|e| e.executed && e.committed)
    );
}

#[tokio::test]
async fn a_stored_500_stays_one() {
    let (handle, api) = sandbox().await;
    plant(&api, r#"{"kind": "save500"}"#).await;
    assert_eq!(api.keyed(CUSTOMERS, "name=A", "k").await.status, 500);
    let again = api.keyed(CUSTOMERS, "name=A", "k").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (500, Some("true"))
    );
    assert_eq!(handle.state()["customers"], 0);
    assert_eq!(api.keyed(CUSTOMERS, "name=A", "k2").await.status, 200);
}

#[tokio::test]
async fn a_key_in_flight_is_a_conflict() {
    let (_handle, api) = sandbox().await;
    plant(&api, r#"{"kind": "delay_ms", "ms": 1000}"#).await;
    let one = api.keyed(CUSTOMERS, "name=A", "k");
    let other = api.keyed(CUSTOMERS, "name=A", "k");
    let (one, other) = tokio::join!(one, other);
    let conflict = if one.status == 409 { &one } else { &other };
    assert_eq!(one.status + other.status, 200 + 409);
    assert_eq!(conflict.code(), "idempotency_key_in_use");
    let later = api.keyed(CUSTOMERS, "name=A", "k").await;
    assert_eq!(later.header("idempotent-replayed"), Some("true"));
}

#[tokio::test]
async fn limits_are_per_second_of_the_clock() {
    let (handle, api) = sandbox().await;
    api.post("/_sandbox/limits", r#"{"per_operation": 2}"#)
        .await;
    assert_eq!(api.get("/v1/charges").await.status, 200);
    assert_eq!(api.get("/v1/charges").await.status, 200);
    let reply = api.get("/v1/charges").await;
    assert_eq!((reply.status, reply.code()), (429, "rate_limit"));
    assert_eq!(api.get("/v1/refunds").await.status, 200);
    handle.advance(1);
    assert_eq!(api.get("/v1/charges").await.status, 200);
}

#[tokio::test]
async fn the_journal_shows_no_secrets() {
    let (_handle, api) = sandbox().await;
    api.made(
        "/v1/payment_methods",
        "type=card&card[number]=4242424242424242&card[cvc]=314&card[exp_month]=1\
         &card[exp_year]=2033",
    )
    .await;
    let journal = api.read("/_sandbox/journal").await.to_string();
    assert!(journal.contains("POST /v1/payment_methods"));
    for secret in ["4242424242424242", "314", api.key.as_str()] {
        assert!(!journal.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_reset_forgets() {
    let (handle, api) = sandbox().await;
    api.paid(500, "usd", "pm_card_visa").await;
    api.post("/_sandbox/reset", r#"{"seed": 9}"#).await;
    assert_eq!(handle.state()["charges"], 0);
    assert!(handle.journal().since(0).is_empty());
    assert_eq!(api.get("/v1/charges").await.status, 200);
}
