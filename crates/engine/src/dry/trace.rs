//! What a dry run shows: every step, and every change that it would make.

use finance::journal::JournalEntry;
use mapping::Made;
use model::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A dry run, from its first step to where it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub state: Ended,
    /// Why it did not go on, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// In the order in which they were begun; a step before those that it holds.
    pub steps: Vec<StepTrace>,
    /// In order.
    pub effects: Vec<WouldBe>,
}

/// How a dry run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Done,
    /// A check said that nothing is to be done.
    Skipped,
    /// A run would wait, or try again later.
    Waiting,
    /// A run would become a dead letter.
    Dead,
    /// The step that was asked for is worked.
    Reached,
    /// It was cut off, being too long for a dry run.
    Cut,
}

impl Ended {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Dead => "dead",
            Self::Reached => "reached",
            Self::Cut => "cut",
        }
    }
}

/// One step that was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTrace {
    pub id: String,
    /// Where it was worked: `lines[2].book` is the step `book` for the third item of `lines`.
    pub at: String,
    pub state: StepEnd,
    /// Which case of a `choose` was taken, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where the output is from.
    pub origin: Origin,
    /// Which of the trace's effects it makes, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<usize>,
    /// The conversions that were made on the way to the input's fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub converted: Vec<Made>,
    /// What its formulas asked of tables and cross references.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<Met>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepEnd {
    /// Begun, and something within it stopped the run.
    Begun,
    Done,
    Skipped,
    Waiting,
    Failed,
}

impl StepEnd {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

/// Where an output is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Worked out here, as in a run.
    Worked,
    /// What was given for the step.
    Given,
    /// The peer's answer, just asked for.
    Live,
    /// Our own store: books, or an effect that is confirmed already.
    Store,
    /// Made up from the operation's schema: a run would have another.
    Invented,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Given => "given",
            Self::Live => "live",
            Self::Store => "store",
            Self::Invented => "invented",
        }
    }
}

/// What a formula asked of the outside, and what it met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    /// `lookup`, `rules`, `rule` (the one that won) or `cross_reference`.
    pub kind: String,
    /// The table, or the kind of a cross reference.
    pub table: String,
    /// Absent for a table of rules, which is met as a whole; of a rule that won, its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Absent where there is none; of a table of rules, its definition; of a rule that won, what was
    /// asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Of a rule that won, its row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Value>,
}

/// A change that a run would make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WouldBe {
    pub step: String,
    pub at: String,
    pub operation: String,
    pub input: Value,
    /// Whose system; absent for our own books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Under what it is made once: kind and reference, and the key of the effect ledger in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<EffectIdentity>,
    /// The first call that changes something; absent if there is none, or if it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Reads that come before it and were answered "there is none", because nobody was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed_absent: Vec<String>,
    /// What it would book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<JournalEntry>,
    /// What the effect ledger has of it: `confirmed` means that a run would send nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<String>,
    /// What the peer has of it, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_peer: Option<AtPeer>,
}

/// Under what an effect is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectIdentity {
    pub kind: String,
    pub reference: String,
    pub key: String,
}

/// A call as it would be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// In the peer's words: `OIS100MI/AddBatchHead`.
    pub label: String,
    /// `set`, `stage` or `commit`.
    pub kind: String,
    /// The connector's form of it.
    pub content: Value,
}

/// What a peer has of an object that would be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtPeer {
    /// `absent`, `partial`, `complete`, `cannot_tell`, or `unknown` where asking failed.
    pub state: String,
    /// Why it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
    /// Fields of the input that the object has otherwise, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// Every field that would be written beside what the object has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
}

/// A field that would be written, and what stands there now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// `address.city`.
    pub path: String,
    /// Absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<Value>,
    pub would: Value,
    pub same: bool,
}

impl StepTrace {
    pub(super) fn begun(id: &str, at: String) -> Self {
        Self {
            id: id.to_owned(),
            at,
            state: StepEnd::Begun,
            case: None,
            input: None,
            output: None,
            origin: Origin::Worked,
            effect: None,
            converted: Vec::new(),
            met: Vec::new(),
            problem: None,
        }
    }
}
