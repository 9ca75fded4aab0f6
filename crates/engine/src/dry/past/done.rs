//! What a run was asked, was answered, and did.

use mapping::Value as Computed;
use model::{EffectId, Fault, FaultClass};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// What is known of one run.
#[derive(Default)]
pub(crate) struct Done {
    /// By the place of the step.
    answers: HashMap<String, Answer>,
    /// What it changed, in order.
    pub effects: Vec<Made>,
    /// Places of sets that were left out because something newer was written already.
    pub older_sets: BTreeSet<String>,
    /// Where it did not go on.
    pub stopped: Option<Stopped>,
    /// Questions that failed for good, while the run went on; by the place of the step.
    pub(super) failures: HashMap<String, Failure>,
}

/// A question, and the fault that it came to.
pub(super) struct Failure {
    pub operation: Option<String>,
    pub input: Option<Value>,
    pub fault: Fault,
}

struct Answer {
    operation: String,
    input: Value,
    output: Computed,
}

/// What a recorded answer says about a question.
pub(super) enum Recorded<'a> {
    Same(&'a Computed),
    /// The step was asked, but something else.
    Other,
    None,
}

/// A change that a run made, or would make.
pub(crate) struct Made {
    pub step: String,
    /// Where the step stands.
    pub at: String,
    pub operation: String,
    pub input: Value,
    /// Under what it is made once; its generation is not known here.
    pub identity: Option<EffectId>,
    /// Another run had made it before.
    pub reused: bool,
    /// What it gave, if it is over.
    pub output: Option<Computed>,
    /// Under what the connection is bound that makes it; none for our own.
    pub need: Option<String>,
}

/// Where a run did not go on.
pub(crate) struct Stopped {
    pub at: String,
    /// What was asked there; none for what asks nobody.
    pub operation: Option<String>,
    pub input: Option<Value>,
    /// How the run ended by it.
    pub fault: Option<(FaultClass, String)>,
}

/// How a run ended, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Skipped,
    Dead {
        at: String,
        why: String,
    },
    /// A person ended it.
    Cancelled,
    /// It would wait for something that has not come.
    Waiting {
        at: String,
    },
    Unknown,
}

impl End {
    pub fn dead(at: impl Into<String>, why: String) -> Self {
        Self::Dead { at: at.into(), why }
    }

    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Dead { .. } => "dead",
            Self::Cancelled => "cancelled",
            Self::Waiting { .. } => "waiting",
            Self::Unknown => "unknown",
        }
    }
}

/// Under what name the call of another flow is compared.
pub(super) fn flow_operation(flow: &str) -> String {
    format!("call {flow}")
}

impl Done {
    pub(super) fn answer_was(&mut self, at: &str, operation: &str, input: Value, output: Computed) {
        let answer = Answer {
            operation: operation.into(),
            input,
            output,
        };
        self.answers.insert(at.to_owned(), answer);
    }

    /// What was answered at this place, or to the same question anywhere else.
    pub(super) fn answer(&self, at: &str, operation: &str, input: &Value) -> Recorded<'_> {
        let is_same = |a: &&Answer| a.operation == operation && a.input == *input;
        let here = self.answers.get(at);
        if let Some(answer) = here.filter(is_same) {
            return Recorded::Same(&answer.output);
        }
        // A step that was moved or renamed asks the same.
        if let Some(answer) = self.answers.values().find(is_same) {
            return Recorded::Same(&answer.output);
        }
        match here {
            Some(answer) if answer.operation == operation => Recorded::Other,
            _ => Recorded::None,
        }
    }

    /// The fault that the same question came to at this place.
    pub(super) fn failure(&self, at: &str, operation: &str, input: &Value) -> Option<&Fault> {
        let failure = self.failures.get(at)?;
        let is_same = failure.operation.as_deref() == Some(operation)
            && failure.input.as_ref().is_none_or(|asked| asked == input);
        is_same.then_some(&failure.fault)
    }

    /// The change that `made` is about: the one of its identity, or that of its place.
    pub(super) fn same_effect(&self, made: &Made) -> Option<&Made> {
        self.effects.iter().find(|known| is_same(known, made))
    }
}

/// Whether two changes are about the same thing.
pub(crate) fn is_same(a: &Made, b: &Made) -> bool {
    match (&a.identity, &b.identity) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.operation == b.operation && a.at == b.at,
        _ => false,
    }
}
