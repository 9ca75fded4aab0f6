//! The HTTP client that connectors share: no redirects, no retries, a limit on everything.
//!
//! Redirects are never followed, because one would carry the credential to another host. Nothing is
//! repeated here: whether a repeat is safe is the recipe's knowledge. So hyper's own client does:
//! what a friendlier one puts around it would be switched off and paid for all the same.

mod connect;

use bytes::{Bytes, BytesMut};
use connect::Connect;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::{Fault, Secret};
use std::time::Duration;

/// The longest body that is read.
const BODY_MAX_BYTES: usize = 16 << 20;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("towpath/", env!("CARGO_PKG_VERSION")));
const ANY: HeaderValue = HeaderValue::from_static("*/*");

/// A client. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Http {
    client: Client<Connect, Full<Bytes>>,
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
    pub headers: HeaderMap,
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
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(Connect::new()?);
        Ok(Self { client })
    }

    /// Sends `request` once and reads the whole answer.
    ///
    /// # Errors
    /// `Transient` if it was certainly not delivered, `Unknown` if it may have been.
    pub async fn send(&self, request: Request<'_>) -> Result<Reply, Fault> {
        let call = build(&request)?;
        // The whole exchange, the body too.
        tokio::time::timeout(request.timeout, self.exchange(call))
            .await
            .unwrap_or_else(|_| Err(Fault::unknown("the peer did not answer in time")))
    }

    async fn exchange(&self, call: hyper::Request<Full<Bytes>>) -> Result<Reply, Fault> {
        let reply = self.client.request(call).await;
        let (head, body) = reply.map_err(|e| undelivered(&e))?.into_parts();
        Ok(Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: whole(body).await?,
        })
    }
}

fn build(request: &Request<'_>) -> Result<hyper::Request<Full<Bytes>>, Fault> {
    let (kind, body) = match &request.body {
        Some((kind, body)) => (Some(*kind), body.clone()),
        None => (None, Bytes::new()),
    };
    let mut builder = hyper::Request::builder()
        .method(request.method)
        .uri(request.url)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, ANY);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    if let Some(secret) = &request.authorization {
        let mut value = HeaderValue::from_str(secret.expose())
            .map_err(|_| Fault::rejected("the credential holds a character no header may"))?;
        value.set_sensitive(true);
        builder = builder.header(header::AUTHORIZATION, value);
    }
    if let Some(kind) = kind {
        builder = builder.header(header::CONTENT_TYPE, kind);
    }
    // The error names the part that is wrong and not its value.
    let call = builder
        .body(Full::new(body))
        .map_err(|e| Fault::rejected(format!("the request cannot be built: {e}")))?;
    let scheme = call.uri().scheme_str();
    if !matches!(scheme, Some("http" | "https")) || call.uri().host().is_none() {
        return Err(Fault::rejected(
            "the address is neither http:// nor https://",
        ));
    }
    Ok(call)
}

/// Reads the body; one that comes in one piece is not copied.
async fn whole(mut reply: Incoming) -> Result<Bytes, Fault> {
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = reply.frame().await {
        let frame =
            frame.map_err(|e| Fault::unknown(format!("the answer broke off: {}", chain(&e))))?;
        let Ok(part) = frame.into_data() else {
            continue;
        };
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

/// What a failure to get an answer means.
fn undelivered(error: &Error) -> Fault {
    if error.is_connect() {
        return Fault::transient(format!("the peer cannot be reached: {}", chain(error)));
    }
    Fault::unknown(format!(
        "the connection broke before an answer came: {}",
        chain(error)
    ))
}

/// What happened and why; none of these errors holds the address.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
