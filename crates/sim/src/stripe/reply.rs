//! An answer, and how it is written to the wire.

use super::asked::Asked;
use super::error::ApiError;
use super::idempotency::Kept;
use super::state::State;
use super::version::Version;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer before it is written.
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub request_id: String,
    pub version: String,
    pub headers: Vec<(&'static str, String)>,
    pub executed: bool,
    pub committed: bool,
}

/// An answer to a request that never reached the business.
pub fn refused(state: &mut State, asked: &Asked, error: &ApiError) -> Reply {
    let request_id = state.ids.make("req", 14);
    let version = asked
        .version
        .clone()
        .unwrap_or_else(|| state.version.as_str().to_owned());
    Reply {
        status: error.status,
        body: error.to_json(&request_id),
        request_id,
        version,
        headers: echo(asked),
        executed: false,
        committed: false,
    }
}

/// The answer that was given before under the same idempotency key.
pub fn replayed(state: &mut State, version: &Version, kept: Kept) -> Reply {
    Reply {
        status: kept.status,
        body: kept.body,
        request_id: state.ids.make("req", 14),
        version: version.as_str().to_owned(),
        headers: vec![
            ("idempotent-replayed", "true".to_owned()),
            ("original-request", kept.request_id),
        ],
        executed: false,
        committed: false,
    }
}

/// The idempotency key, told back.
pub fn echo(asked: &Asked) -> Vec<(&'static str, String)> {
    asked
        .key
        .iter()
        .map(|key| ("idempotency-key", key.clone()))
        .collect()
}

/// Writes an answer.
pub fn write(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body.to_string()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert(
        "cache-control",
        HeaderValue::from_static("no-cache, no-store"),
    );
    let own = [
        ("request-id", reply.request_id),
        ("stripe-version", reply.version),
    ];
    for (name, value) in own.into_iter().chain(reply.headers) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Adds headers that are well formed.
pub fn add(response: &mut Response, headers: &BTreeMap<String, String>) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name.as_str()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// A page of some proxy instead of an answer.
pub fn html(status: u16) -> Response {
    let page = format!("<html><body><h1>{status}</h1><p>upstream connect error</p></body></html>");
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("text/html"));
    response
}
