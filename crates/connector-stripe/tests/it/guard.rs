//! Opening a connection: live and test never meet, keys go nowhere in the clear, nothing leaks.

use crate::sandbox::runtime;
use connector::http::Http;
use connector::{ConnectionConfig, Credential};
use connector_stripe::CONNECTOR;
use model::clock::Clock;
use model::{EnvironmentKind, Secret, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn open(environment: EnvironmentKind, key: &str, settings: Value) -> Result<String, Vec<String>> {
    let current = BTreeMap::from([("secret_key".to_owned(), Secret::new(key))]);
    let credential = Credential {
        current,
        next: None,
    };
    let name = "stripe".into();
    let config = ConnectionConfig {
        name,
        environment,
        settings,
        credential,
    };
    let clock = Clock::manual(Timestamp::from_seconds(0));
    let opened = (CONNECTOR.open)(config, runtime(&clock, &Http::new().unwrap()));
    opened.map(|session| session.peer().0).map_err(|problems| {
        let shown = format!("{problems:?}");
        // The prefix alone stands in the cure; what follows it is the secret.
        assert!(!shown.contains("q7w9"), "{shown}");
        problems.into_iter().map(|p| p.code).collect()
    })
}

use EnvironmentKind::{Live, Test};

#[test]
fn a_live_key_never_meets_a_test_environment_nor_the_reverse() {
    let settings = json!({"account": "acct_1"});
    for (environment, key, expected) in [
        (Test, "sk_test_q7w9", Ok("stripe:acct_1:test")),
        (Test, " rk_test_abc\n", Ok("stripe:acct_1:test")),
        (Live, "rk_live_q7w9", Ok("stripe:acct_1:live")),
        (Test, "sk_live_q7w9", Err("wrong_mode")),
        (Live, "rk_test_q7w9", Err("wrong_mode")),
        (Test, "pk_test_q7w9", Err("invalid_key")),
        (Test, "sk_test_", Err("invalid_key")),
        (Test, "  ", Err("missing_secret")),
    ] {
        let opened = open(environment, key, settings.clone());
        let expected = expected
            .map(str::to_owned)
            .map_err(|code| vec![code.to_owned()]);
        assert_eq!(opened, expected, "{key}");
    }
}

#[test]
fn a_key_goes_to_stripe_or_to_this_machine() {
    for (environment, url, good) in [
        (Test, "https://api.stripe.com", true),
        (Test, "https://api.stripe.com/", true),
        (Test, "http://127.0.0.1:4010", true),
        (Test, "http://[::1]:4010/", true),
        (Test, "http://localhost:4010", true),
        (Test, "https://sandbox.example.com:4010", true),
        (Test, "http://sandbox.example.com", false),
        (Test, "http://127.0.0.1.example.com", false),
        (Test, "http://127.0.0.1@example.com", false),
        (Test, "https://api.stripe.com/evil", false),
        (Test, "https://api.stripe.com?x=", false),
        (Test, "ftp://127.0.0.1", false),
        (Test, "", false),
        (Live, "https://api.stripe.com", true),
        (Live, "http://127.0.0.1:4010", false),
        (Live, "https://sandbox.example.com", false),
    ] {
        let key = if environment == Live {
            "sk_live_q7w9"
        } else {
            "sk_test_q7w9"
        };
        let opened = open(
            environment,
            key,
            json!({"account": "acct_1", "base_url": url}),
        );
        assert_eq!(opened.is_ok(), good, "{url}: {opened:?}");
    }
}

#[test]
fn every_problem_is_said_at_once() {
    let settings = json!({"account": "me", "base_url": "http://example.com"});
    assert_eq!(
        open(Test, "sk_live_q7w9", settings),
        Err(vec![
            "invalid_account".into(),
            "base_url".into(),
            "wrong_mode".into()
        ])
    );
    assert_eq!(
        open(
            Test,
            "sk_test_q7w9",
            json!({"account": "acct_1", "acount": 1})
        ),
        Err(vec!["invalid_settings".into()])
    );
}
