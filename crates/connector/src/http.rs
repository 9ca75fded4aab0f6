//! The HTTP client that connectors share: no redirects, no retries, a limit on everything.
//!
//! Redirects are never followed, because one would carry the credential to another host. Nothing is
//! repeated here: whether a repeat is safe is the recipe's knowledge.

use bytes::{Bytes, BytesMut};
use model::{Fault, Secret};
use std::time::Duration;

/// The longest body that is read.
const BODY_MAX_BYTES: usize = 16 << 20;

/// A client. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
}

/// A request to a peer.
pub struct Request<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: Vec<(&'static str, String)>,
    /// Sent as `Authorization`, marked so that it never appears in a log.
    pub authorization: Option<Secret>,
    pub body: Option<(&'static str, Bytes)>,
    pub timeout: Duration,
}

/// A peer's answer, whole.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// How long the peer asks us to wait: `Retry-After` in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?
            .trim()
            .parse()
            .ok()
            .map(Duration::from_secs)
    }
}

impl Http {
    /// Builds the client.
    ///
    /// # Errors
    /// If the machine's TLS roots cannot be used.
    pub fn new() -> Result<Self, Fault> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(30))
            .connect_timeout(Duration::from_secs(10))
            .tcp_nodelay(true)
            .user_agent(concat!("towpath/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Fault::bug(format!("the HTTP client cannot be built: {}", chain(&e))))?;
        Ok(Self { client })
    }

    /// Sends `request` once and reads the whole answer.
    ///
    /// # Errors
    /// `Transient` if it was certainly not delivered, `Unknown` if it may have been.
    pub async fn send(&self, request: Request<'_>) -> Result<Reply, Fault> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Fault::bug(format!("`{}` is no HTTP method", request.method)))?;
        let mut builder = self.client.request(method, request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(secret) = &request.authorization {
            let mut value = reqwest::header::HeaderValue::from_str(secret.expose())
                .map_err(|_| Fault::rejected("the credential holds a character no header may"))?;
            value.set_sensitive(true);
            builder = builder.header(reqwest::header::AUTHORIZATION, value);
        }
        if let Some((kind, body)) = request.body {
            builder = builder
                .header(reqwest::header::CONTENT_TYPE, kind)
                .body(body);
        }
        // Around the whole: the client's own limit costs more of every request.
        tokio::time::timeout(request.timeout, exchange(builder))
            .await
            .unwrap_or_else(|_| Err(Fault::unknown("the peer did not answer in time")))
    }
}

async fn exchange(request: reqwest::RequestBuilder) -> Result<Reply, Fault> {
    let mut reply = request.send().await.map_err(|e| undelivered(&e))?;
    let status = reply.status().as_u16();
    let headers = std::mem::take(reply.headers_mut());
    let body = whole(reply).await?;
    Ok(Reply {
        status,
        headers,
        body,
    })
}

/// Reads the body; one that comes in one piece is not copied.
async fn whole(mut reply: reqwest::Response) -> Result<Bytes, Fault> {
    let broke_off = |e: reqwest::Error| {
        let cause = chain(&e.without_url());
        Fault::unknown(format!("the answer broke off: {cause}"))
    };
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(part) = reply.chunk().await.map_err(broke_off)? {
        if first.len() + more.len() + part.len() > BODY_MAX_BYTES {
            return Err(Fault::unknown(format!(
                "the answer is longer than {BODY_MAX_BYTES} bytes"
            )));
        }
        if first.is_empty() {
            first = part;
        } else {
            more.extend_from_slice(&part);
        }
    }
    if more.is_empty() {
        return Ok(first);
    }
    Ok([first, more.freeze()].concat().into())
}

/// What a failure to get an answer means. The URL is left out: it may hold values.
fn undelivered(error: &reqwest::Error) -> Fault {
    if error.is_connect() || error.is_builder() {
        return Fault::transient(format!("the peer cannot be reached: {}", chain(error)));
    }
    if error.is_timeout() {
        return Fault::unknown("the peer did not answer in time");
    }
    Fault::unknown(format!(
        "the connection broke before an answer came: {}",
        chain(error)
    ))
}

fn chain(error: &dyn std::error::Error) -> String {
    // The outermost text of the client's errors holds the URL: begin below it.
    let mut parts = Vec::new();
    let mut source = error.source();
    while let Some(inner) = source {
        parts.push(inner.to_string());
        source = inner.source();
    }
    if parts.is_empty() {
        "no further cause is known".into()
    } else {
        parts.join(": ")
    }
}
