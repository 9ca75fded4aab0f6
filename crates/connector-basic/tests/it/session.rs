//! TLS, sign-in, and settings that cannot be.

use crate::server::{Server, message, open, secrets, send};
use connector::Credential;
use model::{EnvironmentKind, FaultClass};
use serde_json::{Value, json};

const SIGNED: [&str; 4] = ["--user", "shop", "--password", "s3cret"];

#[tokio::test]
async fn both_kinds_of_tls_with_sign_in() {
    for kind in ["starttls", "implicit"] {
        let options = [&["--tls", kind][..], &SIGNED].concat();
        let Some(server) = Server::start(&options).await else {
            return;
        };
        let settings = json!({
            "tls": kind, "trusted_certificate": server.authority(), "hello": "books.example.com",
        });
        let credential = Credential {
            current: secrets("shop", "s3cret"),
            next: None,
        };
        let session = server.open(settings, credential);
        assert_eq!(
            session.check().await.unwrap(),
            "mail.test, encrypted, signed in",
            "{kind}"
        );
        send(&*session, &message(&["ada@example.org"]))
            .await
            .unwrap();
        let (_, envelope) = server.message(1);
        assert_eq!(envelope["encrypted"], true, "{kind}");
        assert_eq!(envelope["user"], "shop");
        assert_eq!(envelope["hello"], "books.example.com");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let Some(server) = Server::start(&["--tls", "implicit"]).await else {
        return;
    };
    let session = server.open(json!({"tls": "implicit"}), Credential::default());
    let fault = session.check().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Transient, "{fault}");
    assert!(
        fault.message.to_lowercase().contains("certificate"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_server_without_starttls_is_not_spoken_to_in_the_clear() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({"tls": "starttls"}), Credential::default());
    let fault = send(&*session, &message(&["ada@example.org"]))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Rejected, "{fault}");
    assert!(fault.message.contains("STARTTLS"), "{fault}");
    assert_eq!(server.taken(), 0);
}

#[tokio::test]
async fn a_wrong_password_is_unauthorized_and_the_next_one_is_tried() {
    let Some(server) = Server::start(&SIGNED).await else {
        return;
    };
    let wrong = Credential {
        current: secrets("shop", "wr0ng-pass"),
        next: None,
    };
    let session = server.open(json!({}), wrong.clone());
    let fault = session.check().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorized, "{fault}");
    assert_eq!(fault.code.as_deref(), Some("535"));
    assert!(!fault.message.contains("wr0ng-pass"), "{fault}");
    let rotated = Credential {
        next: Some(secrets("shop", "s3cret")),
        ..wrong
    };
    let session = server.open(json!({}), rotated);
    assert_eq!(
        session.check().await.unwrap(),
        "mail.test, not encrypted, signed in"
    );
    // Without any, the server asks for one.
    let session = server.open(json!({}), Credential::default());
    let fault = send(&*session, &message(&["ada@example.org"]))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorized, "{fault}");
}

#[test]
fn settings_that_cannot_be_are_told_all_at_once() {
    let codes = |settings: Value, environment| -> Vec<String> {
        match open(settings, Credential::default(), environment) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.code).collect(),
        }
    };
    let (test, live) = (EnvironmentKind::Test, EnvironmentKind::Live);
    assert_eq!(codes(json!({}), test), Vec::<String>::new());
    assert_eq!(codes(json!({"only_to": null}), test), ["mail_from_a_test"]);
    let away = json!({"host": "smtp.example.com", "from": "nobody", "only_to": null});
    assert_eq!(
        codes(away, test),
        ["no_address", "no_tls", "mail_from_a_test"]
    );
    let away = json!({"host": "smtp.example.com", "tls": "starttls", "only_to": null});
    assert_eq!(codes(away.clone(), test), ["mail_from_a_test"]);
    assert_eq!(codes(away, live), Vec::<String>::new());
    let pem = json!({"host": "smtp.example.com", "tls": "implicit",
                     "trusted_certificate": "nonsense"});
    assert_eq!(codes(pem, live), ["no_certificate"]);
    assert_eq!(codes(json!({"hots": "x"}), live), ["invalid_settings"]);
    let half = Credential {
        current: [("username".to_owned(), model::Secret::new("shop"))].into(),
        next: None,
    };
    let problems = open(json!({}), half, live)
        .err()
        .expect("half a credential");
    assert_eq!(problems[0].path, "credential.current.password");
}
