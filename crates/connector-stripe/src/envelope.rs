//! Reading what ingress needs of a delivery, without building the whole tree.
//!
//! Two shapes arrive on one endpoint: full events (`"object": "event"`, times in unix seconds) and
//! thin ones (`"object": "v2.core.event"`, times in ISO 8601, types such as `v1.charge.refunded`).
//! A thin event keeps its own id and its `v1.` type: it carries no object, so no trigger listens to
//! it; the full event of the same change comes by its own delivery or by the completeness sweep.

use crate::metadata;
use connector::Envelope;
use model::Timestamp;
use model::effect::KEY_PREFIX;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The longest id or type that is believed. Stripe publishes no figure.
const WORD_MAX: usize = 255;

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    object: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    created: &'a RawValue,
    #[serde(default)]
    account: Option<String>,
    /// Thin events of connected accounts name the account here.
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    livemode: Option<bool>,
    /// The call that caused it; older events have only its id.
    #[serde(borrow, default)]
    request: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
struct Changed {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    previous_attributes: BTreeMap<String, IgnoredAny>,
}

/// Reads the envelope of a delivery's raw body.
///
/// # Errors
/// A sentence that says what is wrong; it holds nothing of the body but names of fields.
pub fn read(body: &[u8]) -> Result<Envelope, String> {
    let raw: Raw<'_> = serde_json::from_slice(body).map_err(|error| {
        format!(
            "the body is no event: {}, line {}",
            category(&error),
            error.line()
        )
    })?;
    let thin = match raw.object.as_ref() {
        "event" => false,
        "v2.core.event" => true,
        _ => return Err("the body is a JSON object, but no Stripe event".into()),
    };
    for (name, word) in [("id", &raw.id), ("type", &raw.kind)] {
        if word.is_empty() || word.len() > WORD_MAX || word.chars().any(char::is_control) {
            return Err(format!(
                "the event's `{name}` is empty, too long or not printable"
            ));
        }
    }
    let created = raw.created.get();
    let occurred_at = if thin {
        iso(created)
    } else {
        created.parse().ok().map(seconds)
    };
    Ok(Envelope {
        id: raw.id.into_owned(),
        kind: raw.kind.into_owned(),
        occurred_at: occurred_at.ok_or("the event's `created` is no time")?,
        account: raw.account.or(raw.context).filter(|a| !a.is_empty()),
        live: raw.livemode,
        own: is_own(raw.request, body),
    })
}

/// Whether a write by us caused it. The event names the idempotency key of the call that caused it
/// (docs.stripe.com/api/events/object), and ours begin alike. After a write of metadata it is looked
/// at as well whether nothing else changed, for Stripe may join changes.
fn is_own(request: Option<&RawValue>, body: &[u8]) -> bool {
    let Some(request) = request.filter(|r| r.get().contains(KEY_PREFIX)) else {
        return false;
    };
    let request: Result<Request, _> = serde_json::from_str(request.get());
    let key = request.ok().and_then(|r| r.idempotency_key);
    match key.filter(|key| key.starts_with(KEY_PREFIX)) {
        None => false,
        Some(key) if key.starts_with(metadata::KEY_PREFIX) => only_metadata_changed(body),
        Some(_) => true,
    }
}

fn only_metadata_changed(body: &[u8]) -> bool {
    let changed: Result<Changed, _> = serde_json::from_slice(body);
    changed.is_ok_and(|changed| {
        let names = &changed.data.previous_attributes;
        // The time of the change is no change.
        !names.is_empty()
            && names
                .keys()
                .all(|name| name == "metadata" || name == "updated")
    })
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn iso(json: &str) -> Option<Timestamp> {
    let text: String = serde_json::from_str(json).ok()?;
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(time.as_microsecond()))
}

/// What kind of error, without the text around it: that may hold a customer's data.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Eof => "it breaks off",
        serde_json::error::Category::Data => "a field is missing or of another type",
        serde_json::error::Category::Io => "it cannot be read",
    }
}
