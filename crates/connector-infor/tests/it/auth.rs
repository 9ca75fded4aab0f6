//! Tokens: one at a time, renewed, refused, rotated; and secrets that show nowhere.

use crate::sandbox::{Sandbox, order};
use connector::testing::Ended;
use connector::{AnyOperation, Session};
use futures::future::join_all;
use model::FaultClass;
use serde_json::{Value, json};
use sim::faults::Action;
use sim::infor::Unauthorized;

const CREATE: &str = "infor.sales_order.create";

async fn look(session: &dyn Session) -> Result<String, model::Fault> {
    session.check().await
}

#[tokio::test]
async fn eight_at_once_share_one_token_per_life() {
    let sandbox = Sandbox::with(|s| s.token_ttl_s = 2, json!({})).await;
    for expiry in 1..=3 {
        let calls = (0..8).map(|_| look(&*sandbox.session));
        for answer in join_all(calls).await {
            answer.unwrap();
        }
        assert_eq!(sandbox.infor.tokens_issued(), expiry);
        sandbox.pass(2);
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let sandbox = Sandbox::start().await;
    look(&*sandbox.session).await.unwrap();
    sandbox.pass(7_200 - 121);
    look(&*sandbox.session).await.unwrap();
    assert_eq!(sandbox.infor.tokens_issued(), 1);
    sandbox.pass(2);
    look(&*sandbox.session).await.unwrap();
    assert_eq!(sandbox.infor.tokens_issued(), 2);
}

#[tokio::test]
async fn a_killed_token_costs_one_renewal_and_no_second_order() {
    for body in [Unauthorized::Json, Unauthorized::Html, Unauthorized::Empty] {
        let sandbox = Sandbox::with(|s| s.unauthorized = body, json!({})).await;
        sandbox.plant("OIS100MI/Confirm", 1, Action::KillToken);
        let ended = sandbox.shell(CREATE).run(&order("ch_1")).await;
        assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
        assert_eq!(sandbox.infor.tokens_issued(), 2);
        assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
    }
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_is_unauthorized() {
    let sandbox = Sandbox::start().await;
    sandbox.plant("GENERAL/GetUserInfo", 2, Action::KillToken);
    let fault = look(&*sandbox.session).await.unwrap_err();
    assert_eq!(
        (fault.class, fault.status),
        (FaultClass::Unauthorized, Some(401))
    );
    assert_eq!(sandbox.seen("GENERAL/GetUserInfo"), 2);
}

#[tokio::test]
async fn the_u14_flake_keeps_the_token() {
    let sandbox = Sandbox::start().await;
    look(&*sandbox.session).await.unwrap();
    let flake = "OAuth [U14]: unknown oauth_consumer_key";
    sandbox.answer("OIS100MI/Confirm", 2, 401, flake);
    let ended = sandbox.shell(CREATE).run(&order("ch_1")).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.infor.tokens_issued(), 1);
    assert_eq!(sandbox.infor.orders().len(), 1);
}

#[tokio::test]
async fn the_next_credential_takes_over_by_itself() {
    let sandbox = Sandbox::start().await;
    let old = sandbox.infor.ionapi();
    sandbox.infor.rotate_secrets(true);
    let session = sandbox.open(&old, Some(&sandbox.infor.ionapi()), Value::Null);
    look(&*session).await.unwrap();
    sandbox.infor.retire_old_secrets();
    sandbox.infor.kill_tokens();
    let ended = sandbox
        .shell_of(&*session, CREATE)
        .run(&order("ch_1"))
        .await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.infor.orders().len(), 1);
    // Promoted: the next token is not asked for with the old one first.
    let asked = sandbox.seen("auth/token");
    sandbox.infor.kill_tokens();
    look(&*session).await.unwrap();
    assert_eq!(sandbox.seen("auth/token"), asked + 1);
}

#[tokio::test]
async fn a_refused_credential_is_unauthorized_and_an_absent_server_is_not() {
    let sandbox = Sandbox::start().await;
    let old = sandbox.infor.ionapi();
    sandbox.infor.rotate_secrets(false);
    let session = sandbox.open(&old, None, Value::Null);
    let fault = look(&*session).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorized);
    assert_eq!(fault.code.as_deref(), Some("invalid_client"));
    for (action, class) in [
        (Action::Html { status: 503 }, FaultClass::Transient),
        (Action::DropAfter, FaultClass::Transient),
    ] {
        sandbox.plant("auth/token", 1, action);
        let session = sandbox.open(&sandbox.infor.ionapi(), None, Value::Null);
        assert_eq!(look(&*session).await.unwrap_err().class, class);
    }
    sandbox.infor.set(|s| s.token_budget = Some(0));
    let session = sandbox.open(&sandbox.infor.ionapi(), None, Value::Null);
    assert_eq!(
        look(&*session).await.unwrap_err().class,
        FaultClass::RateLimited
    );
}

#[tokio::test]
async fn client_credentials_are_used_where_there_are_no_service_keys() {
    let sandbox = Sandbox::start().await;
    let mut file = sandbox.infor.ionapi();
    for key in ["saak", "sask"] {
        file.as_object_mut().unwrap().remove(key);
    }
    look(&*sandbox.open(&file, None, Value::Null))
        .await
        .unwrap();
    let fields = sandbox.entries("auth/token").pop().unwrap().fields;
    assert_eq!(fields["grant_type"], "client_credentials");
}

#[tokio::test]
async fn check_says_who_we_are_and_what_is_bound_wrongly() {
    let sandbox = Sandbox::start().await;
    let told = look(&*sandbox.session).await.unwrap();
    assert_eq!(
        told,
        "SIMUSER (Sandbox service user), company 100, division AAA; payments out of account 2300"
    );
    for (settings, field, words) in [
        (json!({"payment_type": "BK"}), "PYTP", "debits account 1000"),
        (json!({"payment_type": "XX"}), "PYTP", "payment type XX"),
        (
            json!({"deposits_account": "2400"}),
            "deposits_account",
            "the books keep deposits on account 2300",
        ),
    ] {
        let session = sandbox.open(&sandbox.infor.ionapi(), None, settings);
        let fault = look(&*session).await.unwrap_err();
        assert_eq!(fault.field.as_deref(), Some(field));
        assert!(fault.message.contains(words), "{fault}");
    }
    sandbox.infor.set(|s| s.exportmi = false);
    let fault = look(&*sandbox.session).await.unwrap_err();
    assert!(
        fault.message.starts_with("EXPORTMI cannot read FGLINH"),
        "{fault}"
    );
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let sandbox = Sandbox::start().await;
    let file = sandbox.infor.ionapi();
    let mut said = Vec::new();
    let mut shell = sandbox.shell(CREATE);
    sandbox.plant("OIS100MI/Confirm", 1, Action::DropAfter);
    said.push(format!("{:?}", shell.run(&order("ch_1")).await));
    said.push(format!("{:?}", shell.row));
    let config = crate::sandbox::connection(&file, Some(&file), Value::Null);
    said.push(format!("{config:?}"));
    sandbox.infor.rotate_secrets(false);
    sandbox.infor.kill_tokens();
    let fault = look(&*sandbox.session).await.unwrap_err();
    said.push(format!(
        "{fault:?} {}",
        serde_json::to_string(&fault).unwrap()
    ));
    for entry in sandbox.infor.journal().since(0) {
        said.push(serde_json::to_string(&entry).unwrap());
    }
    for key in ["cs", "saak", "sask"] {
        let secret = file[key].as_str().unwrap();
        assert!(said.iter().all(|text| !text.contains(secret)), "{key}");
    }
    assert!(said.iter().all(|text| !text.contains("sim-at-")), "a token");
    let _: &dyn AnyOperation = crate::sandbox::operation(CREATE);
}
