//! What a failure means: by the server's answer, by where the connection broke, and before it.

use crate::server::{NOW, Server, message, open, send};
use connector::{Credential, RecipeCx};
use connector_basic::mail::CONNECTOR;
use model::{EnvironmentKind, FaultClass, Timestamp};
use serde_json::{Value, json};

#[tokio::test]
async fn the_servers_answer_decides() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({}), Credential::default());
    for (to, class, code, words) in [
        (
            "say-450",
            FaultClass::Transient,
            "450",
            "to the recipient to[1]: 450",
        ),
        (
            "say-550",
            FaultClass::Rejected,
            "550",
            "<say-550@example.org>: as the test asked",
        ),
        (
            "say-530",
            FaultClass::Unauthorized,
            "530",
            "as the test asked",
        ),
        (
            "data-452",
            FaultClass::Transient,
            "452",
            "to the message: 452 too much of it",
        ),
        (
            "data-552",
            FaultClass::Rejected,
            "552",
            "to the message: 552 too much of it",
        ),
    ] {
        let input = message(&["ada@example.org", &format!("{to}@example.org")]);
        let fault = send(&*session, &input).await.unwrap_err();
        assert_eq!(fault.class, class, "{fault}");
        assert_eq!(fault.code.as_deref(), Some(code));
        assert!(fault.message.contains(words), "{fault}");
        if to.starts_with("say-") {
            assert_eq!(fault.field.as_deref(), Some("to[1]"));
        }
    }
    // Nobody got half of a notice.
    assert_eq!(server.taken(), 0);
}

#[tokio::test]
async fn a_lost_last_answer_is_unknown() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({}), Credential::default());
    let fault = send(&*session, &message(&["vanish@example.org"]))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Unknown, "{fault}");
    assert_eq!(server.taken(), 1);
}

#[tokio::test]
async fn a_server_that_is_away_is_transient() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let session = open(
        json!({"host": "127.0.0.1", "port": port}),
        Credential::default(),
        EnvironmentKind::Test,
    )
    .unwrap();
    let fault = send(&*session, &message(&["ada@example.org"]))
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Transient, "{fault}");
    assert!(fault.message.contains("to the connection"), "{fault}");
}

/// What is wrong with a message.
type Change<'a> = &'a dyn Fn(&mut Value);

#[test]
fn what_no_server_should_get_is_refused_by_name() {
    let session = open(
        json!({"only_to": ["@example.org", "me@example.net"]}),
        Credential::default(),
        EnvironmentKind::Test,
    )
    .unwrap();
    let refused = |change: Change<'_>| {
        let mut input = message(&["ada@example.org"]);
        change(&mut input);
        let cx = RecipeCx {
            session: &*session,
            effect: None,
            now: Timestamp::from_seconds(NOW),
        };
        let fault = CONNECTOR.operations[0].validate(&cx, &input).unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected);
        (fault.field.unwrap_or_default(), fault.message)
    };
    let cases: [(Change<'_>, &str, &str); 12] = [
        (&|i| i["to"] = json!([]), "to", "nobody would get"),
        (
            &|i| i["to"] = json!(["ada@example.org\r\nBcc: eve@example.org"]),
            "to[0]",
            "control character",
        ),
        (&|i| i["to"] = json!(["nobody"]), "to[0]", "no mail address"),
        (
            &|i| i["to"] = json!(["eve@example.com"]),
            "to[0]",
            "only_to",
        ),
        (
            &|i| i["bcc"] = json!(["eve@example.com"]),
            "bcc[0]",
            "only_to",
        ),
        (
            &|i| i["to"] = json!(vec!["a@example.org"; 51]),
            "to",
            "51 people",
        ),
        (
            &|i| i["reply_to"] = json!("x\ny@example.org"),
            "reply_to",
            "control character",
        ),
        (
            &|i| i["subject"] = json!("a\r\nBcc: eve@example.org"),
            "subject",
            "begin a header",
        ),
        (
            &|i| {
                i["subject"] = json!("{{x}}");
                i["values"] = json!({"x": "a\nb"});
            },
            "subject",
            "begin a header",
        ),
        (
            &|i| i["subject"] = json!("x".repeat(201)),
            "subject",
            "201 characters",
        ),
        (
            &|i| i["text"] = json!("x".repeat((256 << 10) + 1)),
            "text",
            "262145 bytes",
        ),
        (
            &|i| i["text"] = json!("Dear {{name}}"),
            "text",
            "has no value",
        ),
    ];
    for (change, field, words) in cases {
        let (at, message) = refused(change);
        assert_eq!(at, field, "{message}");
        assert!(message.contains(words), "{message}");
    }
}
