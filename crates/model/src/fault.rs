//! Why a call to a peer failed, in the few classes that the engine decides by.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a failure means for the call that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultClass {
    /// Not delivered or not executed; trying again may help.
    Transient,
    /// Refused for now because there were too many; not executed.
    RateLimited,
    /// The credential was refused, also after one renewal.
    Unauthorized,
    /// The peer's business logic, or our own check before sending, refused it.
    Rejected,
    /// What was asked for does not exist.
    NotFound,
    /// It exists, but with other content than we would write.
    Conflict,
    /// Sent, and no answer that can be trusted: it may have happened.
    Unknown,
    /// A defect of ours.
    Bug,
}

impl FaultClass {
    pub const ALL: [Self; 8] = [
        Self::Transient,
        Self::RateLimited,
        Self::Unauthorized,
        Self::Rejected,
        Self::NotFound,
        Self::Conflict,
        Self::Unknown,
        Self::Bug,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::RateLimited => "rate_limited",
            Self::Unauthorized => "unauthorized",
            Self::Rejected => "rejected",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Bug => "bug",
        }
    }
}

impl std::str::FromStr for FaultClass {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no fault class"))
    }
}

impl fmt::Display for FaultClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a peer answered, word for word. It may hold anything, so it is never written, logged or
/// shown with its fault: whoever keeps it takes it out and seals it.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerAnswer(pub Arc<str>);

impl fmt::Debug for PeerAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerAnswer({} bytes)", self.0.len())
    }
}

/// A failed call. Its texts hold no URL, no header and no payload, so that it can be shown and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub class: FaultClass,
    /// What we say, with the peer's own words in it, exactly.
    pub message: String,
    /// The peer's HTTP status, if it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The peer's own code, such as `XIM0002` or `card_declined`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The peer's or our field that was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// How long the peer asked us to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// What the peer answered, on its way to the run's trace.
    #[serde(skip)]
    pub answer: Option<PeerAnswer>,
}

impl Fault {
    pub fn new(class: FaultClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            status: None,
            code: None,
            field: None,
            retry_after: None,
            answer: None,
        }
    }

    pub fn transient(message: impl Into<String>) -> Self {
        Self::new(FaultClass::Transient, message)
    }

    pub fn rejected(message: impl Into<String>) -> Self {
        Self::new(FaultClass::Rejected, message)
    }

    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(FaultClass::Unknown, message)
    }

    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(FaultClass::Bug, message)
    }

    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Takes the peer's whole answer along.
    #[must_use]
    pub fn with_answer(mut self, answer: &str) -> Self {
        self.answer = (!answer.is_empty()).then(|| PeerAnswer(answer.into()));
        self
    }

    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
