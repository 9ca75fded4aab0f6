//! Reading what ingress needs of a delivery, without building the whole tree.
//!
//! Two shapes arrive on one endpoint: full events (`"object": "event"`, times in unix seconds) and
//! thin ones (`"object": "v2.core.event"`, times in ISO 8601, types such as `v1.charge.refunded`).
//! A thin event keeps its own id and its `v1.` type: it carries no object, so no trigger listens to
//! it; the full event of the same change comes by its own delivery or by the completeness sweep.

use connector::Envelope;
use model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

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
