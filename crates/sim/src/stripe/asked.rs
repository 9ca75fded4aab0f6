//! A request as it came in, and what of it may be written down.

use super::error::ApiError;
use super::form::{self, Node};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request, read.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub form: Result<Node, ApiError>,
    pub secret: Option<String>,
    pub version: Option<String>,
    pub account: Option<String>,
    pub key: Option<String>,
}

impl Asked {
    /// Reads a request.
    pub fn read(parts: &Parts, body: &[u8]) -> Self {
        let (method, headers) = (parts.method.as_str(), &parts.headers);
        Self {
            method: method.to_owned(),
            path: parts.uri.path().to_owned(),
            form: read_form(method, parts.uri.query(), headers, body),
            secret: secret(headers),
            version: header(headers, "stripe-version"),
            account: header(headers, "stripe-account"),
            key: header(headers, "idempotency-key").filter(|_| method == "POST"),
        }
    }

    /// The parameters for the journal, without what must not be written down.
    pub fn fields(&self) -> Value {
        self.form
            .as_ref()
            .map_or(Value::Null, |f| redacted(f.to_json()))
    }

    /// The parameters as one text: the same for equal requests.
    pub fn canonical(&self) -> String {
        self.form
            .as_ref()
            .map_or(Value::Null, |f| sorted(f.to_json()))
            .to_string()
    }

    /// The caller's own name for what is done: its metadata, else its idempotency key.
    pub fn reference(&self) -> Option<String> {
        let form = self.form.as_ref().ok()?.to_json();
        let named = form
            .get("metadata")
            .and_then(|m| m.get("towpath_ref"))
            .and_then(Value::as_str);
        named.map(str::to_owned).or_else(|| self.key.clone())
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned)
}

/// The key from a bearer token, or the user of basic authentication.
fn secret(headers: &HeaderMap) -> Option<String> {
    use base64::Engine;
    let given = header(headers, "authorization")?;
    if let Some(token) = given.strip_prefix("Bearer ") {
        return Some(token.trim().to_owned());
    }
    let encoded = given.strip_prefix("Basic ")?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    let pair = String::from_utf8(bytes).ok()?;
    pair.split(':').next().map(str::to_owned)
}

fn read_form(
    method: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Node, ApiError> {
    let kind = header(headers, "content-type").unwrap_or_default();
    if !body.is_empty() && method != "GET" && kind.starts_with("application/json") {
        return Err(ApiError::bad_request(
            "The Stripe API requires the content type application/x-www-form-urlencoded here.",
        ));
    }
    let body = std::str::from_utf8(body)
        .map_err(|_| ApiError::bad_request("Invalid UTF-8 in the request"))?;
    let both = format!("{}&{body}", query.unwrap_or_default());
    form::parse(&both).map_err(|malformed| ApiError::bad_request(malformed.0))
}

/// Hides what must not be written down.
fn redacted(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            for (name, child) in map.iter_mut() {
                if matches!(name.as_str(), "number" | "cvc" | "client_secret") {
                    *child = Value::String("(hidden)".into());
                } else {
                    *child = redacted(child.take());
                }
            }
        }
        Value::Array(items) => {
            for item in items.iter_mut() {
                *item = redacted(item.take());
            }
        }
        _ => {}
    }
    value
}

/// The same with all names in order: equal requests are equal texts.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<String, Value> =
                map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            ordered.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
