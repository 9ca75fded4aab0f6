//! Opening, checking, and what must never be seen.

use crate::sandbox::{Sandbox, mi, send};
use connector::testing;
use connector_infor::CONNECTOR;
use connector_infor::m3::request::MiRequest;
use model::EnvironmentKind;
use serde_json::json;
use sim::faults::Action;
use sim::infor::{PRODUCTION, Settings};
use std::io::Write;
use std::sync::{Arc, Mutex};

#[test]
fn the_lists_are_in_order() {
    assert_eq!(testing::check(&CONNECTOR), Vec::<String>::new());
}

#[tokio::test]
async fn check_says_who_we_are() {
    let sandbox = Sandbox::start().await;
    assert_eq!(
        sandbox.session.check().await.unwrap(),
        "SIMUSER (Sandbox service user) at SIM_TST, company 100, division AAA"
    );
    assert_eq!(sandbox.session.peer().0, "infor:SIM_TST:100:AAA");
}

#[tokio::test]
async fn a_tenant_of_the_other_kind_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let production = sandbox.infor.ionapi_of(PRODUCTION, &sandbox.infor.url());
    let problems = sandbox.refused(&production, &json!({}), EnvironmentKind::Test);
    assert_eq!(problems[0].code, "wrong_tenant");
    let test = sandbox.infor.ionapi();
    let problems = sandbox.refused(&test, &json!({}), EnvironmentKind::Live);
    assert_eq!(problems[0].code, "wrong_tenant");
    let odd = json!({"tenant": "sim_prd"});
    let problems = sandbox.refused(&test, &odd, EnvironmentKind::Test);
    assert_eq!(problems[0].code, "wrong_tenant");
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn everything_wrong_with_the_settings_is_said_at_once() {
    let sandbox = Sandbox::start().await;
    let file = sandbox.infor.ionapi();
    let wrong = json!({
        "gateway_url": "http://gateway.example",
        "auth_url": "https://user@sso.example/as/",
        "tenant": "a/b",
        "division": "TOOLONG",
        "options_in": "header",
        "read_from": "2026-01-01",
    });
    let problems = sandbox.refused(&file, &wrong, EnvironmentKind::Test);
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "settings.tenant",
            "settings.gateway_url",
            "settings.auth_url",
            "settings.division",
            "settings.options_in",
            "settings.read_from",
        ]
    );
    let unknown = sandbox.refused(&file, &json!({"colour": "red"}), EnvironmentKind::Test);
    assert_eq!(unknown[0].code, "invalid_settings");
}

#[tokio::test]
async fn values_arrive_as_they_were_given() {
    for place in ["matrix", "query"] {
        let sandbox = Sandbox::with(Settings::default(), json!({"options_in": place})).await;
        let name = "Ä & Co; 50% off/=?#+";
        let fields = [
            ("CUTM", "TPL001"),
            ("CUNM", name),
            ("CUA1", "1 Example Street"),
        ];
        let reply = sandbox.run("CRS610MI", "Add", &fields).await.unwrap();
        let cuno = reply.field(0, "CUNO").unwrap().to_owned();
        let stored = &sandbox.infor.customers()[&cuno].fields["CUNM"];
        assert_eq!(stored, name, "{place}");
        let bulk = MiRequest::bulk(
            "CRS610MI",
            vec![
                mi("GetBasicData", &[("CUNO", &cuno)]),
                mi("GetFinancial", &[("CUNO", &cuno)]),
            ],
        );
        let reply = send(&*sandbox.session, bulk).await.unwrap();
        assert_eq!(reply.field(0, "CUNM").unwrap(), name);
    }
}

/// Collects what is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_logged_told_or_kept_in_a_fault() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let sandbox = Sandbox::start().await;
    let old = sandbox.infor.ionapi();
    let mut said = String::new();
    said.push_str(&sandbox.session.check().await.unwrap());
    sandbox.order("ST-SECRET").await;
    // A gateway that echoes a secret in its refusal.
    let echo = Action::Status {
        status: 400,
        code: None,
        message: Some(old["cs"].as_str().unwrap().into()),
        headers: [].into(),
    };
    for action in [
        echo,
        Action::DropAfter,
        Action::KillToken,
        Action::Html { status: 200 },
    ] {
        sandbox.plant("GENERAL/GetUserInfo", 2, action);
        said.push_str(&format!("{:?}", sandbox.session.check().await));
        said.push_str(&format!("{:?}", sandbox.session.check().await));
    }
    sandbox.infor.rotate_secrets(false);
    sandbox.infor.kill_tokens();
    said.push_str(&format!("{:?}", sandbox.session.check().await));
    let next = connector_infor::ionapi::read(&sandbox.infor.ionapi().to_string()).unwrap();
    said.push_str(&format!("{next:?}"));
    let session = sandbox.open(&old, Some(next.credential));
    said.push_str(&session.check().await.unwrap());
    said.push_str(&String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    assert!(
        said.contains("the other is used from now"),
        "promotion is told"
    );
    for secret in [
        "FAKE-sandbox-client-secret",
        "FAKE-sandbox-access-key",
        "sim-at-",
        "Bearer",
    ] {
        assert!(!said.contains(secret), "{secret}");
    }
    assert!(!said.contains("FAKE-sandbox-secret-key"));
}
