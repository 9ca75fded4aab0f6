//! The parts of a flow.

use serde_json::Value;
use std::time::Duration;

/// A flow document, as a person wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The stable id: `order-to-cash`.
    pub id: String,
    pub title: String,
    /// Triggers by id: `stripe.charge.succeeded`.
    pub triggers: Vec<String>,
    /// The business key: one run per key and peer, ever. Without one, the event's own id.
    pub key: Option<Value>,
    /// The ordering key: runs that share it are worked one at a time.
    pub order_by: Option<Value>,
    /// It is also started by events that our own writes cause.
    pub own_events: bool,
    pub steps: Vec<Step>,
    pub note: Option<String>,
}

/// One block of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: String,
    pub title: Option<String>,
    /// The step is passed over unless this holds.
    pub when: Option<Value>,
    /// How long a transient failure is retried; the engine's own limit if absent.
    pub retry: Option<Duration>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
    pub kind: StepKind,
    pub note: Option<String>,
}

/// What a step does. A closed set: every match names all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Calls an operation with its input.
    Use { operation: String, with: Value },
    /// Computes values, in memory.
    Set { values: Value },
    /// The first case that holds.
    Choose { cases: Vec<Case> },
    /// Goes on only if a condition holds.
    Check(Check),
    /// Waits, outside the lane, until a formula has a value.
    Wait(Wait),
}

/// One case of a `choose`. The last may have no `when`: otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub when: Option<Value>,
    pub kind: StepKind,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub condition: Value,
    pub otherwise: Else,
}

/// What happens when a check does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Else {
    /// The run ends: nothing was to be done.
    Skip,
    /// A dead letter with this sentence.
    Reject(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// Done waiting when this formula has a value other than false.
    pub until: Value,
    pub at_most: Duration,
}

impl Flow {
    /// Every step, in order, branches after the step that holds them.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }
}
