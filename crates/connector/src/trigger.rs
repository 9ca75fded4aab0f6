//! Triggers: what can start a flow.

use model::{Secret, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// Whether a trigger fires once or many times for one subject. A flow's key may be the subject's id
/// only if it fires once: a second partial refund is not a duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fires {
    Once,
    Many,
}

/// How events arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The peer calls us.
    Webhook,
    /// We ask every so often, with the session's `poll`.
    Poll { every: Duration },
}

/// What can start a flow.
pub struct Trigger {
    /// `connector.event.type`.
    pub id: &'static str,
    pub title: &'static str,
    pub doc: &'static str,
    pub source: Source,
    pub fires: Fires,
    /// The subject's short name in formulas: `charge`.
    pub subject: &'static str,
    /// Where the subject stands in the body, a JSON pointer.
    pub subject_at: &'static str,
    /// Where the money at stake stands in the subject: JSON pointers to minor units and currency.
    pub money_at: Option<(&'static str, &'static str)>,
    /// The subject's JSON Schema.
    pub schema: fn() -> Value,
    /// Events as they arrive, made by hand: what a flow can be tried on before any came.
    pub examples: fn(&Self) -> Vec<Example>,
}

impl Trigger {
    /// The event's type as its envelope says it: `charge.succeeded`.
    pub fn kind(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(_, kind)| kind)
    }
}

/// An event that never happened.
pub struct Example {
    /// What is special about it: `JPY 5,000`.
    pub title: String,
    /// As the peer sends it.
    pub body: Value,
}

/// What ingress needs to know of an event before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The peer's id of the event.
    pub id: String,
    /// Its type, without the connector's id: `charge.succeeded`.
    pub kind: String,
    pub occurred_at: Timestamp,
    /// The sub-account it belongs to, if it says so.
    pub account: Option<String>,
    /// Whether it moves real money.
    pub live: Option<bool>,
    /// A write of ours caused it: it starts no run unless the flow asks for such events, so that a
    /// flow never starts itself.
    pub own: bool,
}

/// A delivery whose signature was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which of the live secrets matched.
    pub secret: usize,
    /// The sender's clock is ahead of ours by more than is plausible.
    pub clock_ahead: bool,
}

/// Checks a delivery: header lookup, raw body, live secrets, now.
pub type Verify = fn(
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
    secrets: &[Secret],
    now: Timestamp,
) -> Result<Verified, String>;

/// Reads the envelope of a delivery's raw body.
pub type ReadEnvelope = fn(body: &[u8]) -> Result<Envelope, String>;
