//! Sending: what every kind of answer means, keys, the pinned version, secrets.

use crate::sandbox::{Sandbox, operation};
use connector::{Call, RecipeCx};
use connector_stripe::request;
use model::{Fault, FaultClass};
use serde_json::{Value, json};
use sim::faults::Action;
use sim::stripe::DEFAULT_KEY;
use std::time::Duration;

fn read() -> Call {
    request::get("/v1/balance", "/v1/balance".into(), Value::Null)
}

fn write(key: &str) -> Call {
    request::create("/v1/customers", json!({"name": "Ada"}), key.into())
}

async fn fault(sandbox: &Sandbox, call: &Call) -> Fault {
    sandbox.session.send(call).await.unwrap_err()
}

#[tokio::test]
async fn every_status_has_a_class() {
    use FaultClass::{NotFound, RateLimited, Rejected, Transient, Unauthorized, Unknown};
    let sandbox = Sandbox::start().await;
    let retry = |yes| [("stripe-should-retry", yes)];
    for (status, headers, of_read, of_write) in [
        (400, &[][..], Rejected, Rejected),
        (401, &[], Unauthorized, Unauthorized),
        (402, &[], Rejected, Rejected),
        (403, &[], Rejected, Rejected),
        (404, &[], NotFound, NotFound),
        (409, &[], Transient, Transient),
        (409, &retry("false"), Rejected, Rejected),
        (400, &retry("true"), Transient, Transient),
        (429, &[], RateLimited, RateLimited),
        (429, &retry("false"), RateLimited, RateLimited),
        (500, &[], Transient, Unknown),
        (500, &retry("false"), Transient, Unknown),
        (503, &retry("true"), Transient, Unknown),
    ] {
        sandbox.refuse("GET", "/v1/balance", status, headers);
        sandbox.refuse("POST", "/v1/customers", status, headers);
        for (call, class) in [(read(), of_read), (write("towpath:a"), of_write)] {
            let fault = fault(&sandbox, &call).await;
            assert_eq!(fault.class, class, "{status} {headers:?} {}", call.label);
            assert_eq!(fault.status, Some(status));
        }
    }
}

#[tokio::test]
async fn the_wait_that_stripe_asks_for_is_kept() {
    let sandbox = Sandbox::start().await;
    sandbox.refuse("GET", "/v1/balance", 429, &[("retry-after", "7")]);
    assert_eq!(
        fault(&sandbox, &read()).await.retry_after,
        Some(Duration::from_secs(7))
    );
}

#[tokio::test]
async fn what_breaks_on_the_way() {
    let sandbox = Sandbox::start().await;
    for action in [
        Action::DropBefore,
        Action::DropAfter,
        Action::TruncateBody,
        Action::HtmlAfter { status: 502 },
        Action::HtmlAfter { status: 200 },
    ] {
        let shown = format!("{action:?}");
        sandbox.plant("POST", "/v1/customers", 1, action);
        let fault = fault(&sandbox, &write("towpath:b")).await;
        assert_eq!(fault.class, FaultClass::Unknown, "{shown}: {fault}");
    }
    // Something between us and Stripe answers: nothing was executed, and it is not Stripe's word.
    for action in [
        Action::Html { status: 404 },
        Action::Html { status: 401 },
        Action::Redirect {
            location: "http://127.0.0.1:1/".into(),
        },
    ] {
        let shown = format!("{action:?}");
        sandbox.plant("POST", "/v1/customers", 1, action);
        let fault = fault(&sandbox, &write("towpath:b")).await;
        assert_eq!(fault.class, FaultClass::Transient, "{shown}: {fault}");
    }
}

#[tokio::test]
async fn a_peer_that_is_not_there_executed_nothing() {
    let sandbox = Sandbox::start().await;
    let settings = json!({});
    let session = sandbox.open(DEFAULT_KEY, None, settings);
    drop(sandbox);
    let fault = session.send(&write("towpath:c")).await.unwrap_err();
    assert!(
        matches!(fault.class, FaultClass::Transient | FaultClass::Unknown),
        "{fault}"
    );
}

#[tokio::test]
async fn stripes_own_words_code_and_field() {
    let sandbox = Sandbox::start().await;
    let call = request::get("/v1/charges/{id}", "/v1/charges/ch_9".into(), Value::Null);
    let missing = fault(&sandbox, &call).await;
    assert_eq!(missing.class, FaultClass::NotFound);
    assert_eq!(missing.message, "No such charge: 'ch_9'");
    assert_eq!(missing.code.as_deref(), Some("resource_missing"));

    let call = request::create("/v1/customers", json!({"nmae": "x"}), "towpath:d".into());
    let unknown = fault(&sandbox, &call).await;
    assert_eq!(unknown.class, FaultClass::Rejected);
    assert_eq!(unknown.code.as_deref(), Some("parameter_unknown"));
    assert_eq!(unknown.field.as_deref(), Some("nmae"));

    let params = json!({
        "amount": 1000, "currency": "usd", "confirm": true,
        "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
        "automatic_payment_methods": {"enabled": true, "allow_redirects": "never"},
    });
    let declined = fault(
        &sandbox,
        &request::create("/v1/payment_intents", params, "towpath:e".into()),
    )
    .await;
    assert_eq!(
        (declined.class, declined.status),
        (FaultClass::Rejected, Some(402))
    );
    assert_eq!(declined.code.as_deref(), Some("card_declined"));
    assert!(
        declined
            .message
            .ends_with("(decline code insufficient_funds)"),
        "{declined}"
    );
}

#[tokio::test]
async fn a_key_is_recognised_and_not_used_for_two_things() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.session.send(&write("towpath:f")).await.unwrap();
    let second = sandbox.session.send(&write("towpath:f")).await.unwrap();
    assert_eq!(first["body"]["id"], second["body"]["id"]);
    assert_eq!(
        (&first["replayed"], &second["replayed"]),
        (&json!(false), &json!(true))
    );
    assert!(first["request_id"].as_str().unwrap().starts_with("req_"));
    let other = request::create("/v1/customers", json!({"name": "Bob"}), "towpath:f".into());
    assert_eq!(fault(&sandbox, &other).await.class, FaultClass::Bug);
}

#[tokio::test]
async fn a_stored_failure_stays_unknown() {
    let sandbox = Sandbox::start().await;
    sandbox.plant("POST", "/v1/customers", 1, Action::Save500);
    for _ in 0..2 {
        let fault = fault(&sandbox, &write("towpath:g")).await;
        assert_eq!(fault.class, FaultClass::Unknown);
    }
    let again = fault(&sandbox, &write("towpath:g")).await;
    assert!(
        again
            .message
            .ends_with("(the stored answer to an earlier request)"),
        "{again}"
    );
}

#[tokio::test]
async fn the_second_key_is_tried_once_and_kept() {
    const NEXT: &str = "sk_test_next0000000000000000000000000";
    let sandbox = Sandbox::start().await;
    let session = sandbox.open(DEFAULT_KEY, Some(NEXT), json!({}));
    // Not there yet: the first one works, and stays.
    session.send(&read()).await.unwrap();
    let added = sandbox.admin("keys", json!({"secret": NEXT})).await;
    sandbox.admin("keys/key_1/revoke", json!({})).await;
    let before = sandbox.seen("GET /v1/balance");
    session.send(&read()).await.unwrap();
    assert_eq!(
        sandbox.seen("GET /v1/balance") - before,
        2,
        "refused, then with the second key"
    );
    session.send(&read()).await.unwrap();
    assert_eq!(
        sandbox.seen("GET /v1/balance") - before,
        3,
        "the second key was kept"
    );
    let id = added["id"].as_str().unwrap();
    sandbox.admin(&format!("keys/{id}/revoke"), json!({})).await;
    let fault = session.send(&read()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorized);
    assert_eq!(sandbox.seen("GET /v1/balance") - before, 5);
    let shown = format!(
        "{fault} {fault:?} {}",
        serde_json::to_string(&fault).unwrap()
    );
    assert!(
        !shown.contains(NEXT) && !shown.contains(DEFAULT_KEY),
        "{shown}"
    );
}

#[tokio::test]
async fn a_key_that_a_peer_echoes_is_not_shown() {
    let sandbox = Sandbox::start().await;
    let message = format!("what is {DEFAULT_KEY}?");
    let action = Action::Status {
        status: 400,
        code: None,
        message: Some(message),
        headers: std::collections::BTreeMap::new(),
    };
    sandbox.plant("GET", "/v1/balance", 1, action);
    assert_eq!(fault(&sandbox, &read()).await.message, "what is …?");
}

#[tokio::test]
async fn check_says_who_we_are() {
    let sandbox = Sandbox::start().await;
    let who = sandbox.session.check().await.unwrap();
    assert!(
        who.starts_with(&sandbox.account) && who.contains("test mode"),
        "{who}"
    );

    let other = sandbox.open_as("acct_other", DEFAULT_KEY, None, json!({}));
    let fault = other.check().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.field.as_deref()),
        (FaultClass::Rejected, Some("account"))
    );
    let rights = json!({"rights": {"balance": "read"}});
    let restricted = sandbox.admin("keys", rights).await;
    let session = sandbox.open(restricted["secret"].as_str().unwrap(), None, json!({}));
    let who = session.check().await.unwrap();
    assert!(who.contains("may not read the account"), "{who}");
    let charges = request::get("/v1/charges", "/v1/charges".into(), Value::Null);
    let refused = session.send(&charges).await.unwrap_err();
    assert_eq!(
        refused.class,
        FaultClass::Rejected,
        "one operation refused is no pause"
    );

    let session = sandbox.open("sk_test_wrong", None, json!({}));
    assert_eq!(
        session.check().await.unwrap_err().class,
        FaultClass::Unauthorized
    );
}

#[tokio::test]
async fn balances_are_available_and_pending_together() {
    let sandbox = Sandbox::start().await;
    sandbox.sale("usd", 10_000);
    sandbox.sale("eur", 5_000);
    let balances = sandbox.session.balances().await.unwrap().unwrap();
    // 2.9 % + 30 and 1.5 % + 25 of the sandbox's fee table.
    assert_eq!(balances["USD"], 10_000 - 320);
    assert_eq!(balances["EUR"], 5_000 - 100);
    let output = sandbox.run("stripe.balance.get", json!({})).await.unwrap();
    assert_eq!(output["balances"]["USD"]["pending_minor"], 9_680);
    assert_eq!(output["balances"]["USD"]["available_minor"], 0);
}

#[tokio::test]
async fn paths_cannot_leave_the_api() {
    let sandbox = Sandbox::start().await;
    let cx = RecipeCx {
        session: &*sandbox.session,
        effect: None,
        now: sandbox.clock.now(),
    };
    let raw = operation("stripe.api.get");
    for path in [
        "/v1/../_sandbox/state",
        "/_sandbox/state",
        "/v1/charges?limit=1",
        "/v1//charges",
        "/v1/",
        "/v1/charges/ch_1%2f..",
        "http://example.com/v1/",
        "/v1/charges#",
        "",
    ] {
        let fault = raw.validate(&cx, &json!({"path": path})).unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected, "{path}");
    }
    let input = json!({"path": "/v1/charges", "params": {"limit": 1}});
    sandbox.sale("usd", 1_000);
    let output = sandbox.run("stripe.api.get", input).await.unwrap();
    assert_eq!(output["body"]["data"].as_array().unwrap().len(), 1);
    // An empty id would be the list.
    let fault = sandbox
        .run("stripe.charge.get", json!({"id": ""}))
        .await
        .unwrap_err();
    assert_eq!(fault.field.as_deref(), Some("id"));
    // What is no id neither leaves the path nor becomes a query.
    let fault = sandbox
        .run("stripe.charge.get", json!({"id": "../refunds"}))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Rejected, "{fault}");
    let fault = sandbox
        .run("stripe.charge.get", json!({"id": "ch_1?x=&y z"}))
        .await
        .unwrap_err();
    assert_eq!(fault.message, "No such charge: 'ch_1?x=&y z'");
}
