//! A request to Stripe and its answer, as data: what a recipe puts into a call.

use crate::form;
use connector::{Call, Repeat};
use model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a repetition under the same idempotency key is known to be recognised. Stripe may
/// remove a key after 24 h (docs.stripe.com/api/idempotent_requests); we stop an hour earlier, so
/// that a slow clock or a request under way makes no second object.
pub const KEY_LIVES: Duration = Duration::from_secs(23 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// The connector's form of a call's request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: Method,
    /// Below the base URL, ids percent-encoded, without a query: `/v1/charges/ch_1`.
    pub path: String,
    #[serde(default)]
    pub params: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

impl Request {
    /// Reads a call's request and refuses a path that would leave Stripe's API.
    ///
    /// # Errors
    /// `Rejected`, naming what is wrong.
    pub fn parse(value: &Value) -> Result<Self, Fault> {
        let request = Self::deserialize(value)
            .map_err(|error| Fault::rejected(format!("the request to Stripe: {error}")))?;
        check_path(&request.path)?;
        Ok(request)
    }

    fn to_value(&self) -> Value {
        json!({
            "method": self.method.as_str(),
            "path": self.path,
            "params": self.params,
            "idempotency_key": self.idempotency_key,
        })
    }
}

/// Refuses a path that is not plainly one of Stripe's API.
///
/// # Errors
/// `Rejected` with the field `path`.
pub fn check_path(path: &str) -> Result<(), Fault> {
    let refuse = |why: &str| Err(Fault::rejected(format!("the path {why}")).with_field("path"));
    if !(path.starts_with("/v1/") || path.starts_with("/v2/")) {
        return refuse("must begin with /v1/ or /v2/");
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/_-.~%".contains(&b);
    if !path.bytes().all(allowed) {
        return refuse("holds a character that belongs into `params` or must be percent-encoded");
    }
    let segments = path.split('/').skip(1);
    if segments
        .into_iter()
        .any(|s| matches!(s, "" | "." | "..") || encoded_separator(s))
    {
        return refuse("has an empty segment, dots or an encoded separator");
    }
    Ok(())
}

/// Whether a slash, a full stop, a backslash or a zero byte hides in percent-encoding.
fn encoded_separator(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    ["%2f", "%2e", "%5c", "%00"]
        .iter()
        .any(|code| segment.contains(code))
}

/// `/v1/charges/ch_1`: a collection and an id, percent-encoded.
///
/// # Errors
/// `Rejected` if the id is empty: the path would be the collection's, which answers something else.
pub fn of(collection: &str, id: &str) -> Result<String, Fault> {
    if id.is_empty() || id.len() > 255 || id.bytes().all(|b| b == b'.') {
        return Err(Fault::rejected("the id is empty or no id of Stripe's").with_field("id"));
    }
    Ok(format!("{collection}/{}", form::escape(id)))
}

/// A read. `label` is the path without values.
pub fn get(label: &str, path: String, params: Value) -> Call {
    let request = Request {
        method: Method::Get,
        path,
        params,
        idempotency_key: None,
    };
    Call::read(format!("GET {label}"), request.to_value())
}

/// A change that may be repeated freely. Its key marks the event that Stripe makes of it as ours.
pub fn set(label: &str, path: String, params: Value, key: String) -> Call {
    let request = Request {
        method: Method::Post,
        path,
        params,
        idempotency_key: Some(key),
    };
    Call::set(format!("POST {label}"), request.to_value())
}

/// The making of an object, recognised by its key when it is repeated in time.
pub fn create(path: &str, params: Value, key: String) -> Call {
    let label = format!("POST {path}");
    let request = Request {
        method: Method::Post,
        path: path.into(),
        params,
        idempotency_key: Some(key),
    };
    Call::commit(label, Repeat::SafeFor(KEY_LIVES), request.to_value())
}

/// What a call comes to: the reply's form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    pub status: u16,
    /// Stripe's name for the request, for its support.
    pub request_id: Option<String>,
    /// Stripe had executed it before and only repeated its answer.
    pub replayed: bool,
    pub body: Value,
}

/// The body of a reply.
///
/// # Errors
/// `Bug` if the value is no reply of ours.
pub fn body(reply: &Value) -> Result<&Value, Fault> {
    reply
        .get("body")
        .ok_or_else(|| Fault::bug("the reply has no body"))
}

/// A text field of one of Stripe's objects.
///
/// # Errors
/// `Unknown`: an answer without it cannot be trusted.
pub fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Fault> {
    let text = object.get(field).and_then(Value::as_str);
    text.ok_or_else(|| Fault::unknown(format!("Stripe's answer has no `{field}`")))
}

/// An amount in minor units of one of Stripe's objects.
///
/// # Errors
/// `Unknown`: an answer without it cannot be trusted.
pub fn minor(object: &Value, field: &str) -> Result<i64, Fault> {
    let minor = object.get(field).and_then(Value::as_i64);
    minor.ok_or_else(|| Fault::unknown(format!("Stripe's answer has no whole `{field}`")))
}

/// The id of something that Stripe gives as an id or, expanded, as an object.
pub fn id_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id")?.as_str())
}
