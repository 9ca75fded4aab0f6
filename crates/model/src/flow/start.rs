//! What starts a flow, and what it is given.

use serde_json::Value;
use std::time::Duration;

/// What starts a run of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Something happened at a peer.
    Event(EventStart),
    /// The clock.
    Schedule(Schedule),
    /// A person, in the web app or on the command line.
    Manual,
    /// A call of our API.
    Api,
    /// Another flow.
    Call,
}

/// The peer tells us, or we ask it every so often; the trigger knows which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventStart {
    /// `connector.object.event`.
    pub trigger: String,
    /// Which of several connections of the connector; the only one if absent.
    pub connection: Option<String>,
    /// How often a polled peer is asked; the trigger's own span if absent.
    pub every: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At the multiples of the span since 1970-01-01 00:00 UTC.
    Every(Duration),
    /// At the wall-clock times of a zone.
    Cron {
        /// Minute, hour, day of month, month, day of week: `0 2 * * 1-5`.
        pattern: String,
        /// IANA: `Europe/Stockholm`.
        zone: String,
    },
}

/// A named value that a person, the API or another flow gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub name: String,
    pub kind: InputKind,
    pub title: Option<String>,
    pub note: Option<String>,
    /// It may be left out.
    pub is_optional: bool,
    /// Its value if it is left out.
    pub default: Option<Value>,
    /// The values that it may have, if they are few.
    pub one_of: Vec<String>,
    /// The longest text, in characters.
    pub max_length: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    Text,
    Integer,
    /// An exact decimal, as a text in JSON.
    Decimal,
    Boolean,
    /// `2026-11-24`.
    Date,
    /// Whole seconds since 1970, UTC.
    Time,
    List,
    Map,
}

impl Start {
    /// Whether it brings the flow's inputs.
    pub const fn has_inputs(&self) -> bool {
        matches!(self, Self::Manual | Self::Api | Self::Call)
    }
}

impl InputKind {
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Integer,
        Self::Decimal,
        Self::Boolean,
        Self::Date,
        Self::Time,
        Self::List,
        Self::Map,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Input {
    /// The JSON schema of its value.
    pub fn schema(&self) -> Value {
        let mut schema = match self.kind {
            InputKind::Text => serde_json::json!({"type": "string"}),
            InputKind::Integer | InputKind::Time => serde_json::json!({"type": "integer"}),
            InputKind::Decimal => serde_json::json!({"type": "string", "format": "decimal"}),
            InputKind::Boolean => serde_json::json!({"type": "boolean"}),
            InputKind::Date => serde_json::json!({"type": "string", "format": "date"}),
            InputKind::List => serde_json::json!({"type": "array"}),
            InputKind::Map => serde_json::json!({"type": "object", "additionalProperties": true}),
        };
        if !self.one_of.is_empty() {
            schema["enum"] = self.one_of.clone().into();
        }
        if let Some(most) = self.max_length {
            schema["maxLength"] = most.into();
        }
        schema
    }
}
