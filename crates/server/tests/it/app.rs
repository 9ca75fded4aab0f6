//! A server to ask, and Stripe's way of signing.

use connector::Registry;
use connector::http::Http;
use engine::{
    ConnectionSetup, Engine, EnvironmentSetup, FlowSetup, Limits, Options, Parts, Setup, Watching,
};
use hmac::{Hmac, KeyInit, Mac};
use model::clock::{Clock, Entropy};
use model::{Company, EnvironmentKind, Secret, Timestamp};
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use server::{Server, Settings};
use sha2::Sha256;
use std::collections::BTreeMap;
use store::Store;
use vault::MasterKey;

/// 2026-11-24 09:00 UTC.
pub const START: i64 = 1_795_510_800;
pub const SECRET: &str = "whsec_server_tests";
pub const HOOK: &str = "/hooks/test/stripe/main";

static REGISTRY: Registry = Registry(&[&connector_stripe::CONNECTOR]);

/// Works without calling anybody: what is not paid becomes a dead letter.
const FLOW: &str = r#"schema: 1
flow: note-charges
title: Note charges
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: paid
    check: =charge.paid
    else: reject the charge is not paid
  - id: noted
    set:
      amount: =charge.amount
      mail: =charge.?receipt_email.orValue('none')
"#;

/// Is started by hand.
const BY_HAND: &str = r#"schema: 1
flow: tell-day
title: Tell a day
trigger: manual
inputs:
  day: date
  count:
    type: integer
    default: 2
steps:
  - id: told
    set:
      text: =input.day + ' ' + text(input.count)
"#;

pub struct App {
    pub engine: Engine,
    pub server: Server,
    client: reqwest::Client,
    token: Option<String>,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |v| v.to_str().unwrap_or_default())
    }

    /// Asserts that it is a problem (RFC 9457) of this status and code; answers with it.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:towpath:problem:{code}"));
        for text in ["title", "detail"] {
            assert!(
                problem[text].as_str().is_some_and(|t| !t.is_empty()),
                "{problem}"
            );
        }
        problem
    }
}

impl App {
    pub async fn start() -> Self {
        Self::with_token(None).await
    }

    pub async fn with_token(token: Option<&str>) -> Self {
        Self::with(token, FLOW).await
    }

    /// With this flow instead of the one that notes charges.
    pub async fn with_flow(flow: &str) -> Self {
        Self::with(None, flow).await
    }

    async fn with(token: Option<&str>, flow: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store::Settings::sqlite(folder.path().join("towpath.db"));
        let parts = Parts {
            store: Store::open(store).await.expect("a store"),
            registry: REGISTRY,
            clock: Clock::manual(Timestamp::from_seconds(START)),
            entropy: Entropy::seeded(1),
            options: Options::default(),
            master: MasterKey::from_file_or_new(&folder.path().join("key")).expect("a key"),
            http: Http::new().expect("a client"),
        };
        let engine = Engine::start(parts, setup(flow), Watching::OnlyWhenAsked)
            .await
            .expect("an engine");
        let listen = "127.0.0.1:0".parse().expect("an address");
        let settings = Settings {
            listen,
            api_token: token.map(Secret::new),
            guide: None,
        };
        let server = Server::start(engine.clone(), &settings)
            .await
            .expect("a server");
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            engine,
            server,
            client,
            token: token.map(ToOwned::to_owned),
            _folder: folder,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.server.url())))
            .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let request = self.client.post(format!("{}{path}", self.server.url()));
        self.send(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// A call that is to be done once, however often it comes.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Reply {
        let request = self.client.post(format!("{}{path}", self.server.url()));
        self.send(
            request
                .header("content-type", "application/json")
                .header("idempotency-key", key)
                .body(body.to_string()),
        )
        .await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        let request = self.client.put(format!("{}{path}", self.server.url()));
        self.send(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// A change of what has this tag.
    pub async fn change(&self, method: &str, path: &str, tag: &str, body: &Value) -> Reply {
        let method = method.parse().expect("a method");
        let request = self
            .client
            .request(method, format!("{}{path}", self.server.url()));
        self.send(
            request
                .header("content-type", "application/json")
                .header("if-match", tag)
                .body(body.to_string()),
        )
        .await
    }

    /// A file.
    pub async fn post_csv(&self, path: &str, file: &str) -> Reply {
        let request = self.client.post(format!("{}{path}", self.server.url()));
        let request = request.header("content-type", "text/csv");
        self.send(request.body(file.to_owned())).await
    }

    /// A request of any kind, with headers.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let method = method.parse().expect("a method");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.server.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send_as_it_is(request).await
    }

    /// A request of any kind with a JSON body, and with headers.
    pub async fn send_as(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        let method = method.parse().expect("a method");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.server.url()))
            .header("content-type", "application/json")
            .body(body.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send_as_it_is(request).await
    }

    /// A request whose answer goes on.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.server.url()));
        request.send().await.expect("an answer")
    }

    /// A delivery with this signature header.
    pub async fn deliver_as(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        signature: Option<&str>,
    ) -> Reply {
        let mut request = self
            .client
            .post(format!("{}{path}", self.server.url()))
            .body(body);
        if let Some(signature) = signature {
            request = request.header("stripe-signature", signature);
        }
        self.send_as_it_is(request).await
    }

    /// A delivery that is signed now, in the way Stripe signs.
    pub async fn deliver(&self, event: &Value) -> Reply {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), START, SECRET);
        self.deliver_as(HOOK, body, Some(&signature)).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> Reply {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.send_as_it_is(request).await
    }

    async fn send_as_it_is(&self, request: reqwest::RequestBuilder) -> Reply {
        let reply = request.send().await.expect("an answer");
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        Reply {
            status,
            headers,
            text: reply.text().await.expect("a text"),
        }
    }
}

/// `Stripe-Signature` of a body.
pub fn sign(body: &[u8], at: i64, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    let mut hex = String::new();
    for byte in mac.finalize().into_bytes() {
        hex.push_str(&format!("{byte:02x}"));
    }
    format!("t={at},v1={hex}")
}

/// A charge that succeeded.
pub fn charge(n: u32, paid: bool) -> Value {
    json!({
        "id": format!("evt_{n}"), "object": "event", "type": "charge.succeeded",
        "created": START, "livemode": false, "api_version": "2025-08-27.basil",
        "data": {"object": {
            "id": format!("ch_{n}"), "object": "charge", "amount": 4200, "amount_captured": 4200,
            "amount_refunded": 0, "currency": "usd", "paid": paid, "captured": true,
            "created": START, "receipt_email": "jo@example.com", "metadata": {},
            "billing_details": {
                "name": "Jo Doe", "email": "jo@example.com", "phone": null,
                "address": {"line1": "1 Road", "city": "Town", "country": "US"},
            },
        }},
    })
}

fn setup(flow: &str) -> Setup {
    let connection = ConnectionSetup {
        name: "stripe".into(),
        connector: "stripe".into(),
        settings: json!({"account": "acct_1", "base_url": "http://127.0.0.1:9"}),
        credential: BTreeMap::from([("secret_key".into(), Secret::new("sk_test_1"))]),
        next_credential: None,
        webhook_secrets: vec![Secret::new(SECRET)],
        limits: Limits::default(),
    };
    let company = Company {
        name: "Example".into(),
        currency: "USD".into(),
        books_zone: "UTC".into(),
        collective_customer: "STRIPE".into(),
        settings: Map::new(),
    };
    let flow = FlowSetup {
        origin: "note-charges".into(),
        text: flow.into(),
        bindings: BTreeMap::new(),
    };
    let by_hand = FlowSetup {
        origin: "tell-day".into(),
        text: BY_HAND.into(),
        bindings: BTreeMap::new(),
    };
    let environment = EnvironmentSetup {
        name: "test".into(),
        kind: EnvironmentKind::Test,
        company,
        connections: vec![connection],
        flows: vec![flow, by_hand],
    };
    Setup {
        environments: vec![environment],
    }
}
