//! What an answer that is no success means, and Stripe's words for it.
//!
//! The table is that of the official SDKs (409 and 500 and above are repeated, other refusals are
//! not, `Stripe-Should-Retry` wins), with these differences, because we repeat for hours and not
//! for seconds: 429 always waits; an answer of 500 and above to a change is *unknown*, whatever the
//! header says; a refusal that is not Stripe's error object comes from something in between.

use connector::http;
use model::{Fault, FaultClass};
use serde::Deserialize;

/// Stripe's error object; the parts we use.
#[derive(Default, Deserialize)]
struct Error {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    param: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    error: Error,
}

/// Classifies an answer outside 200 to 299. `changes`: the request may have changed something.
pub fn of(reply: &http::Reply, changes: bool) -> Fault {
    let error = serde_json::from_slice::<Body>(&reply.body)
        .ok()
        .map(|body| body.error);
    let stripes = error.is_some();
    let error = error.unwrap_or_default();
    let class = class(reply, &error, stripes, changes);
    let mut fault = Fault::new(
        class,
        message(reply.status, &error, stripes, replayed(reply)),
    )
    .with_status(reply.status);
    fault.code = error.code.or(error.kind).filter(|c| !c.is_empty());
    fault.field = error.param.filter(|p| !p.is_empty());
    if matches!(
        class,
        FaultClass::RateLimited | FaultClass::Transient | FaultClass::Unknown
    ) {
        fault.retry_after = reply.retry_after();
    }
    fault
}

/// Whether Stripe only repeated the stored answer to an earlier request.
pub fn replayed(reply: &http::Reply) -> bool {
    reply
        .header("idempotent-replayed")
        .is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

fn class(reply: &http::Reply, error: &Error, stripes: bool, changes: bool) -> FaultClass {
    let should_retry = match reply.header("stripe-should-retry") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    match reply.status {
        // Also a replayed one: the stored failure may stand for something that was done.
        500.. if changes => FaultClass::Unknown,
        500.. => FaultClass::Transient,
        _ if !stripes => FaultClass::Transient,
        429 => FaultClass::RateLimited,
        400 if error.code.as_deref() == Some("rate_limit") => FaultClass::RateLimited,
        401 => FaultClass::Unauthorized,
        // Our key with other parameters: a key of ours was used for two different things.
        400 if error.kind.as_deref() == Some("idempotency_error") => FaultClass::Bug,
        409 if should_retry == Some(false) => FaultClass::Rejected,
        409 | 408 | 425 => FaultClass::Transient,
        _ if should_retry == Some(true) => FaultClass::Transient,
        404 => FaultClass::NotFound,
        _ => FaultClass::Rejected,
    }
}

/// Stripe's own text, whole, and what it leaves out.
fn message(status: u16, error: &Error, stripes: bool, replayed: bool) -> String {
    let mut text = match error.message.as_deref().filter(|m| !m.is_empty()) {
        Some(message) => message.to_owned(),
        None if stripes => format!("Stripe answered {status} without a message"),
        None => format!("the answer was {status} without an error of Stripe's"),
    };
    if let Some(reason) = &error.decline_code {
        text.push_str(&format!(" (decline code {reason})"));
    }
    if replayed && status >= 500 {
        text.push_str(" (the stored answer to an earlier request)");
    }
    text
}
