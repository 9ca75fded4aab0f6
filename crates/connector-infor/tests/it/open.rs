//! What is refused when a connection is opened, before any network call.

use crate::sandbox::{Sandbox, connection, runtime};
use connector_infor::CONNECTOR;
use model::{EnvironmentKind, Problem};
use serde_json::{Value, json};

fn problems(sandbox: &Sandbox, config: connector::ConnectionConfig) -> Vec<Problem> {
    let opened = (CONNECTOR.open)(config, runtime(&sandbox.clock, &sandbox.http));
    assert!(sandbox.infor.journal().since(0).is_empty());
    opened.err().unwrap_or_default()
}

#[tokio::test]
async fn a_tenant_never_meets_an_environment_of_the_other_kind() {
    let sandbox = Sandbox::start().await;
    let production = sandbox
        .infor
        .ionapi_of(sim::infor::PRODUCTION, &sandbox.infor.url());
    let config = connection(&production, None, Value::Null);
    let found = problems(&sandbox, config);
    assert_eq!(found[0].code, "wrong_environment");
    assert!(found[0].message.contains("SIM_PRD is a production tenant"));
    // Another name in the settings does not hide it.
    let config = connection(&production, None, json!({"tenant": "SIM_TST"}));
    assert!(!problems(&sandbox, config).is_empty());
    let mut config = connection(&sandbox.infor.ionapi(), None, Value::Null);
    config.environment = EnvironmentKind::Live;
    assert_eq!(problems(&sandbox, config)[0].code, "wrong_environment");
    let mut config = connection(&production, None, Value::Null);
    config.environment = EnvironmentKind::Live;
    assert!(problems(&sandbox, config).is_empty());
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let sandbox = Sandbox::start().await;
    let mut file = sandbox.infor.ionapi();
    file["iu"] = json!("http://gateway.example");
    let other = sandbox
        .infor
        .ionapi_of(sim::infor::PRODUCTION, &sandbox.infor.url());
    let settings = json!({"read_from": "2026-11-01", "journal_line": []});
    let found = problems(&sandbox, connection(&file, Some(&other), settings));
    let codes: Vec<&str> = found.iter().map(|p| p.code.as_str()).collect();
    for code in [
        "wrong_environment",
        "other_tenant",
        "no_https",
        "journal_line",
        "no_date",
    ] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let found = problems(
        &sandbox,
        connection(&json!({"ti": "A_TST"}), None, json!({"x": 1})),
    );
    assert_eq!(found.len(), 2, "{found:?}");
}
