//! An endpoint that takes deliveries, and a check of their signatures written apart from the
//! sandbox's.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sim::server::Running;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

/// One delivery as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    pub signature: String,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// The signature's time and its `v1` items.
    pub fn items(&self) -> (i64, Vec<&str>) {
        let mut time = None;
        let mut v1 = Vec::new();
        for item in self.signature.split(',') {
            match item.split_once('=') {
                Some(("t", t)) => time = t.parse().ok(),
                Some(("v1", hex)) => v1.push(hex),
                _ => {}
            }
        }
        (time.expect("a time"), v1)
    }

    /// Whether any `v1` is right for `secret`.
    pub fn signed_with(&self, secret: &str) -> bool {
        let (time, v1) = self.items();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(format!("{time}.{}", self.body).as_bytes());
        let bytes = mac.finalize().into_bytes();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        v1.contains(&hex.as_str())
    }
}

#[derive(Default)]
struct Inbox {
    received: Vec<Received>,
    /// Statuses of the next answers; 200 when empty.
    answers: Vec<u16>,
}

/// An endpoint.
pub struct Listener {
    inbox: Arc<Mutex<Inbox>>,
    running: Running,
}

impl Listener {
    pub async fn start() -> Self {
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let router = axum::Router::new()
            .fallback(axum::routing::post(take))
            .with_state(Arc::clone(&inbox));
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = sim::server::serve(any, router).await.expect("a free port");
        Self { inbox, running }
    }

    pub fn url(&self) -> String {
        format!("{}/hook", self.running.url())
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        self.inbox.lock().expect("unpoisoned").received.clone()
    }

    /// Types in the order of arrival.
    pub fn kinds(&self) -> Vec<String> {
        self.received().iter().map(Received::kind).collect()
    }

    /// The statuses of the next answers, in this order.
    pub fn answer(&self, statuses: &[u16]) {
        let mut next = statuses.to_vec();
        next.reverse();
        self.inbox.lock().expect("unpoisoned").answers = next;
    }
}

async fn take(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut inbox = inbox.lock().expect("unpoisoned");
    let signature = headers
        .get("stripe-signature")
        .and_then(|v| v.to_str().ok());
    inbox.received.push(Received {
        signature: signature.unwrap_or_default().to_owned(),
        body: String::from_utf8(body.to_vec()).expect("UTF-8"),
    });
    let status = inbox.answers.pop().unwrap_or(200);
    StatusCode::from_u16(status).expect("a status")
}
