//! Tokens: one sign-in for many calls, renewal, rotation.

use crate::sandbox::{Sandbox, connection, mi, runtime, send};
use connector::Call;
use connector_infor::m3::request::MiRequest;
use connector_infor::{CONNECTOR, ionapi};
use model::{EnvironmentKind, FaultClass};
use serde_json::json;
use sim::faults::Action;
use sim::infor::{Settings, Unauthorized};
use std::sync::Arc;
use std::time::Duration;

fn who() -> Call {
    MiRequest::one("GENERAL", mi("GetUserInfo", &[])).read()
}

async fn eight_at_once(sandbox: &Sandbox) {
    let calls = (0..8).map(|_| {
        let session = Arc::clone(&sandbox.session);
        tokio::spawn(async move { session.send(&who()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn eight_callers_share_one_token_and_renew_it_once_per_expiry() {
    let switches = Settings {
        token_ttl_s: 2,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(switches, json!({})).await;
    for expiry in 1..=3 {
        eight_at_once(&sandbox).await;
        eight_at_once(&sandbox).await;
        assert_eq!(sandbox.infor.tokens_issued(), expiry);
        sandbox.pass(Duration::from_secs(2));
    }
    let refused = sandbox.seen("GENERAL/GetUserInfo");
    assert!(refused.iter().all(|e| e.status == 200), "renewed in time");
}

#[tokio::test]
async fn a_long_token_is_renewed_two_minutes_before_its_end() {
    let sandbox = Sandbox::start().await;
    sandbox.session.send(&who()).await.unwrap();
    sandbox.pass(Duration::from_secs(7_200 - 121));
    sandbox.session.send(&who()).await.unwrap();
    assert_eq!(sandbox.infor.tokens_issued(), 1);
    sandbox.pass(Duration::from_secs(1));
    sandbox.session.send(&who()).await.unwrap();
    assert_eq!(sandbox.infor.tokens_issued(), 2);
}

#[tokio::test]
async fn a_killed_token_is_renewed_once_and_the_order_made_once() {
    for body in [Unauthorized::Json, Unauthorized::Html, Unauthorized::Empty] {
        let sandbox = Sandbox::start().await;
        sandbox.infor.set(|s| s.unauthorized = body);
        sandbox.plant("OIS100MI/Confirm", 1, Action::KillToken);
        sandbox.order("ST-KILLED").await;
        assert_eq!(sandbox.infor.tokens_issued(), 2);
        let confirms = sandbox.seen("OIS100MI/Confirm");
        let statuses: Vec<u16> = confirms.iter().map(|e| e.status).collect();
        assert_eq!(statuses, [401, 200]);
        assert_eq!(sandbox.infor.orders().len(), 1);
    }
}

#[tokio::test]
async fn a_token_refused_twice_is_unauthorized() {
    let sandbox = Sandbox::start().await;
    sandbox.plant("GENERAL/GetUserInfo", 9, Action::KillToken);
    let fault = sandbox.session.send(&who()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorized);
    assert_eq!(fault.status, Some(401));
    assert_eq!(sandbox.infor.tokens_issued(), 2);
}

#[tokio::test]
async fn parallel_calls_renew_a_killed_token_once() {
    let sandbox = Sandbox::start().await;
    sandbox.session.send(&who()).await.unwrap();
    assert_eq!(sandbox.infor.kill_tokens(), 1);
    eight_at_once(&sandbox).await;
    assert_eq!(sandbox.infor.tokens_issued(), 2);
}

#[tokio::test]
async fn when_the_old_secret_is_refused_the_next_one_is_promoted() {
    let sandbox = Sandbox::start().await;
    let old = sandbox.infor.ionapi();
    sandbox.infor.rotate_secrets(false);
    let next = ionapi::read(&sandbox.infor.ionapi().to_string()).unwrap();
    let session = sandbox.open(&old, Some(next.credential));
    session.send(&who()).await.unwrap();
    // The next sign-in begins with the promoted one: nothing is refused any more.
    sandbox.infor.kill_tokens();
    session.send(&who()).await.unwrap();
    let signs: Vec<u16> = sandbox
        .seen("auth/token")
        .iter()
        .map(|e| e.status)
        .collect();
    assert_eq!(signs, [401, 200, 200]);
}

#[tokio::test]
async fn a_refused_sign_in_is_not_repeated_for_a_while() {
    let sandbox = Sandbox::start().await;
    sandbox.infor.rotate_secrets(false);
    for _ in 0..5 {
        let fault = sandbox.session.send(&who()).await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Unauthorized);
        assert_eq!(fault.code.as_deref(), Some("invalid_client"));
    }
    assert_eq!(sandbox.seen("auth/token").len(), 1);
    sandbox.pass(Duration::from_secs(30));
    sandbox.session.send(&who()).await.unwrap_err();
    assert_eq!(sandbox.seen("auth/token").len(), 2);
    assert!(sandbox.seen("GENERAL/GetUserInfo").is_empty());
}

#[tokio::test]
async fn the_grant_follows_the_keys_and_may_be_chosen() {
    let sandbox = Sandbox::start().await;
    let mut file = sandbox.infor.ionapi();
    let without = {
        let keys = file.as_object_mut().unwrap();
        keys.remove("saak");
        keys.remove("sask");
        file.clone()
    };
    sandbox.session.check().await.unwrap();
    sandbox.open(&without, None).check().await.unwrap();
    let chosen = json!({"grant": "client_credentials"});
    let config = connection(
        &sandbox.infor.ionapi(),
        None,
        &chosen,
        EnvironmentKind::Test,
    );
    let session = (CONNECTOR.open)(config, runtime(&sandbox.clock, &sandbox.http)).unwrap();
    session.check().await.unwrap();
    let grants: Vec<_> = sandbox
        .seen("auth/token")
        .iter()
        .map(|e| e.fields["grant_type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        grants,
        ["password", "client_credentials", "client_credentials"]
    );
    let problems = sandbox.refused(
        &without,
        &json!({"grant": "password"}),
        EnvironmentKind::Test,
    );
    assert_eq!(problems[0].code, "missing_secret");
}

#[tokio::test]
async fn a_sign_in_that_breaks_is_transient_for_any_call() {
    let faults = [
        (Action::DropBefore, FaultClass::Transient),
        (Action::Html { status: 200 }, FaultClass::Transient),
        (Action::TruncateBody, FaultClass::Transient),
        (
            Action::Redirect {
                location: "http://127.0.0.1:9/".into(),
            },
            FaultClass::Transient,
        ),
    ];
    for (action, class) in faults {
        let sandbox = Sandbox::start().await;
        sandbox.plant("auth/token", 1, action.clone());
        let confirm = MiRequest::one("OIS100MI", mi("Confirm", &[("ORNO", "1")]));
        let fault = send(&*sandbox.session, confirm).await.unwrap_err();
        assert_eq!(fault.class, class, "{action:?}: {fault}");
        assert!(sandbox.seen("OIS100MI/Confirm").is_empty());
    }
    let switches = Settings {
        token_budget: Some(0),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(switches, json!({})).await;
    let fault = sandbox.session.check().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::RateLimited);
}
