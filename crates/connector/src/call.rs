//! One call to a peer as data, and what a recipe says about it.

use model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What a call does at the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Changes nothing.
    Read,
    /// Last writer wins: may be repeated freely.
    Set,
    /// Prepares something that does not count yet.
    Stage,
    /// Takes back what was staged.
    Undo,
    /// Makes it count.
    Commit,
}

impl CallKind {
    /// Whether its intent must be durable before it is sent.
    pub const fn needs_intent(self) -> bool {
        matches!(self, Self::Stage | Self::Undo | Self::Commit)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Set => "set",
            Self::Stage => "stage",
            Self::Undo => "undo",
            Self::Commit => "commit",
        }
    }
}

/// Whether the same call may be sent again when its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// The peer recognises the repetition (a natural key, or nothing changes twice).
    Safe,
    /// The peer recognises it for this long (an idempotency key); afterwards look first.
    SafeFor(Duration),
    /// Look before repeating.
    Look,
}

/// One call, complete: the session sends `request` and knows nothing else about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub kind: CallKind,
    /// In the peer's words, without values: `OIS100MI/Confirm`, `POST /v1/refunds`.
    pub label: String,
    pub repeat: Repeat,
    /// The connector's own form of the request.
    pub request: Arc<Value>,
}

impl Call {
    pub fn read(label: impl Into<String>, request: Value) -> Self {
        Self {
            kind: CallKind::Read,
            label: label.into(),
            repeat: Repeat::Safe,
            request: Arc::new(request),
        }
    }

    pub fn set(label: impl Into<String>, request: Value) -> Self {
        Self {
            kind: CallKind::Set,
            label: label.into(),
            repeat: Repeat::Safe,
            request: Arc::new(request),
        }
    }

    pub fn stage(label: impl Into<String>, repeat: Repeat, request: Value) -> Self {
        Self {
            kind: CallKind::Stage,
            label: label.into(),
            repeat,
            request: Arc::new(request),
        }
    }

    pub fn undo(label: impl Into<String>, request: Value) -> Self {
        Self {
            kind: CallKind::Undo,
            label: label.into(),
            repeat: Repeat::Safe,
            request: Arc::new(request),
        }
    }

    pub fn commit(label: impl Into<String>, repeat: Repeat, request: Value) -> Self {
        Self {
            kind: CallKind::Commit,
            label: label.into(),
            repeat,
            request: Arc::new(request),
        }
    }
}

/// What the previous call of the recipe came to.
#[derive(Clone, Debug)]
pub enum Last<'a> {
    /// There was none, or the recipe goes on after an interruption: derive the next call from the
    /// progress alone.
    Nothing,
    /// The peer's answer.
    Reply(&'a Value),
    /// The peer refused it (`Rejected`, `NotFound`, `Conflict`). Return it as the error to accept.
    Refused(&'a Fault),
}

/// What a recipe wants next.
#[derive(Clone, Debug)]
pub enum Next<Output> {
    Call(Call),
    /// Come back after this span with [`Last::Nothing`].
    Wait(Duration),
    Done(Output),
}

/// What undoing wants next.
#[derive(Clone, Debug)]
pub enum UndoNext {
    Call(Call),
    /// Nothing is left at the peer, and a read confirmed it (or nothing was there).
    Undone,
    /// It counts already: it cannot be undone, go on with the input it was begun with.
    Kept,
    /// It cannot be undone and does not count: a person should know what is left, by this name.
    Orphan(String),
}

/// What looking for an interrupted effect found.
#[derive(Clone, Debug)]
pub enum Found<Progress, Output> {
    /// Provably nothing is there.
    Absent,
    /// Something is staged: go on from here.
    Partial(Progress),
    /// It was made.
    Complete(Output),
    /// The peer cannot prove either; the reason, as a sentence for a person.
    CannotTell(String),
}
