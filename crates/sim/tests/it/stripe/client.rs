//! A plain HTTP client that speaks forms, and a sandbox on a clock that stands still.

use serde_json::Value;
use sim::clock::Clock;
use sim::stripe::{Config, DEFAULT_KEY, Handle, Stripe};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Where the tests' clock starts: not on a midnight.
pub const START: i64 = 1_790_000_000;

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub fn id(&self) -> String {
        self.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {}", self.body))
            .to_owned()
    }

    /// The error's code.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// A client with a key.
pub struct Api {
    pub url: String,
    pub key: String,
    http: reqwest::Client,
}

impl Api {
    #[expect(clippy::disallowed_methods, reason = "this crate knows no connector")]
    pub fn new(url: String) -> Self {
        let http = reqwest::Client::new();
        Self {
            url,
            key: DEFAULT_KEY.to_owned(),
            http,
        }
    }

    pub async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Result<Reply, reqwest::Error> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.key));
        if !body.is_empty() {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Reply {
            status,
            headers,
            body,
        })
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(reqwest::Method::GET, path, "", &[])
            .await
            .expect("an answer")
    }

    pub async fn post(&self, path: &str, body: &str) -> Reply {
        self.send(reqwest::Method::POST, path, body, &[])
            .await
            .expect("an answer")
    }

    /// `POST` under an idempotency key.
    pub async fn keyed(&self, path: &str, body: &str, key: &str) -> Reply {
        let headers = [("idempotency-key", key)];
        self.send(reqwest::Method::POST, path, body, &headers)
            .await
            .expect("an answer")
    }

    /// `POST` that must succeed.
    pub async fn made(&self, path: &str, body: &str) -> Value {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 200, "{path} {body}: {}", reply.body);
        reply.body
    }

    /// `GET` that must succeed.
    pub async fn read(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    /// A paid payment intent.
    pub async fn paid(&self, amount: i64, currency: &str, method: &str) -> Value {
        let body =
            format!("amount={amount}&currency={currency}&payment_method={method}&confirm=true");
        self.made("/v1/payment_intents", &body).await
    }

    /// Every page of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        let glue = if path.contains('?') { '&' } else { '?' };
        loop {
            let after = match found.last() {
                Some(last) => format!("&starting_after={}", last["id"].as_str().expect("id")),
                None => String::new(),
            };
            let page = self.read(&format!("{path}{glue}limit=100{after}")).await;
            found.extend(page["data"].as_array().expect("data").iter().cloned());
            if page["has_more"] == false {
                return found;
            }
        }
    }
}

/// A sandbox on a clock that stands still at [`START`].
pub async fn sandbox() -> (Handle, Api) {
    with(|_| {}).await
}

/// The same with another beginning.
pub async fn with(change: impl FnOnce(&mut Config)) -> (Handle, Api) {
    let mut config = Config {
        seed: 7,
        clock: Arc::new(Clock::manual(START)),
        ..Config::default()
    };
    change(&mut config);
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let handle = Stripe::start(config, any).await.expect("a free port");
    let api = Api::new(handle.url());
    (handle, api)
}
