//! What the sandbox signs and sends, our ingress takes; also while a secret is rolled.

use crate::sandbox::{START, Sandbox};
use crate::wire::listen;
use connector_stripe::CONNECTOR;
use model::{Secret, Timestamp};
use sim::stripe::Mode;
use tokio::net::TcpListener;

/// The next delivery's signature and body.
async fn delivery(listener: &TcpListener) -> (String, String) {
    let text = listen(listener).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let named = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("stripe-signature")
            .then(|| value.to_owned())
    };
    (head.lines().find_map(named).unwrap(), body.to_owned())
}

fn verify(header: &str, body: &str, secrets: &[&str]) -> Result<usize, String> {
    let secrets: Vec<Secret> = secrets.iter().map(|s| Secret::new(*s)).collect();
    let lookup = |name: &str| (name == "stripe-signature").then(|| header.to_owned());
    let now = Timestamp::from_seconds(START);
    CONNECTOR.verify.unwrap()(&lookup, body.as_bytes(), &secrets, now).map(|v| v.secret)
}

#[tokio::test]
async fn a_signed_delivery_is_taken_and_read() {
    let sandbox = Sandbox::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let (endpoint, old) = sandbox.stripe.add_webhook_endpoint(&url);
    sandbox.sale("usd", 1_000);
    let (header, body) = delivery(&listener).await;
    assert_eq!(verify(&header, &body, &[&old]), Ok(0));
    assert!(verify(&header, &format!("{body} "), &[&old]).is_err());
    let envelope = CONNECTOR.envelope.unwrap()(body.as_bytes()).unwrap();
    assert_eq!(
        (envelope.live, envelope.occurred_at.seconds()),
        (Some(false), START)
    );
    assert!(envelope.id.starts_with("evt_") && !envelope.kind.is_empty());

    let roll = Mode {
        roll_secret: true,
        ..Mode::default()
    };
    let new = sandbox
        .stripe
        .set_webhook_mode(&endpoint, roll)
        .unwrap()
        .unwrap();
    // What was queued before is drained until a delivery carries two signatures.
    let (header, body) = loop {
        let next = delivery(&listener).await;
        if next.0.matches("v1=").count() == 2 {
            break next;
        }
    };
    assert_eq!(verify(&header, &body, &[&old]), Ok(0));
    assert_eq!(verify(&header, &body, &[&new]), Ok(0));
    assert_eq!(verify(&header, &body, &["whsec_other", &new]), Ok(1));
}
