//! The parts of a flow.

use super::start::{Input, Start};
use serde_json::Value;
use std::time::Duration;

/// A flow document, as a person wrote it.
///
/// A [`Value`] in it is a template: a text that begins with `=` is a formula, `==x` is the text
/// `=x`, anything else is itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The stable id: `order-to-cash`.
    pub id: String,
    /// Its id, if the document gives no title.
    pub title: String,
    pub note: Option<String>,
    /// What starts it.
    pub starts: Vec<Start>,
    /// What a person, the API or another flow gives it.
    pub inputs: Vec<Input>,
    /// The business key: one run per key and peer, ever. Without one, the event's own id.
    pub key: Option<Value>,
    /// The ordering key: runs that share it are worked one at a time.
    pub order_by: Option<Value>,
    /// It is also started by events that our own writes cause.
    pub own_events: bool,
    pub steps: Vec<Step>,
    /// What the flow gives to the flow that calls it.
    pub output: Option<Value>,
}

/// One block of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Unique in the flow, whatever list the step stands in.
    pub id: String,
    pub title: Option<String>,
    pub note: Option<String>,
    /// The step is passed over unless this holds.
    pub when: Option<Value>,
    pub kind: StepKind,
    /// How long a transient failure is retried; the engine's own limit if absent.
    pub retry: Option<Duration>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
    pub on_error: OnError,
}

/// What a step does. A closed set: every match names all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Calls an operation with its input.
    Use(Use),
    /// Computes values, in memory.
    Set { values: Value },
    /// The first case that holds.
    Choose { cases: Vec<Case> },
    /// Goes on only if a condition holds.
    Check(Check),
    /// The same steps for every item of a list.
    Each(Each),
    /// Branches that do not depend on each other.
    Parallel { branches: Vec<Branch> },
    /// Waits, outside the lane, until a formula has a value.
    Wait(Wait),
    /// Waits, outside the lane, for a person's yes.
    Approve(Approve),
    /// Runs another flow and goes on with what it gives.
    Call(Call),
}

/// What becomes of the run when a step has failed for good.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OnError {
    /// The run becomes a dead letter.
    #[default]
    Stop,
    /// The run goes on without the step's output.
    Continue,
    /// These steps are worked, then the run goes on. They see the failure as `error`.
    Steps(Vec<Step>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// `connector.object.verb`.
    pub operation: String,
    /// The operation's input; a map.
    pub with: Value,
    /// Which of several connections of its connector; the only one if absent.
    pub connection: Option<String>,
    pub coerce: Coerce,
}

/// Which safe conversions of values are made on the way into an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Coerce {
    /// All that are known to lose nothing.
    #[default]
    All,
    /// None: a value of another type is a failure.
    Off,
    /// These, by name.
    Only(Vec<String>),
}

/// Steps that are worked one after the other, with an output of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    pub steps: Vec<Step>,
    /// What the list gives; what its last step gives if absent.
    pub output: Option<Value>,
}

/// One case of a `choose`. The last may have no `when`: otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub note: Option<String>,
    pub when: Option<Value>,
    pub body: Body,
}

/// What a case does: one block, which gives the step's output, or steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    One(Box<StepKind>),
    Steps(Steps),
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

/// Gives a list: what the steps give for each item, in the order of the items.
#[derive(Clone, Debug, PartialEq)]
pub struct Each {
    /// A formula whose value is a list.
    pub list: Value,
    /// The item's name in the steps.
    pub name: String,
    /// How many items are worked at once; one after the other if absent.
    pub at_once: Option<u32>,
    pub body: Steps,
}

/// One branch of a `parallel`, which gives a map of what the branches give.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub name: String,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// Done waiting when this formula has a value other than false.
    pub until: Value,
    pub at_most: Duration,
}

/// Gives who approved and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Approve {
    /// The role whose members may answer.
    pub by: String,
    /// What the person is shown; its hash is kept, and a change asks again.
    pub show: Option<Value>,
    pub at_most: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The id of the other flow.
    pub flow: String,
    /// Its inputs; a map.
    pub with: Value,
}

/// A list of steps within a flow, and what it is for its step.
#[derive(Clone, Copy, Debug)]
pub struct Nested<'a> {
    pub place: Nesting<'a>,
    pub steps: &'a [Step],
}

/// What a nested list of steps is for the step that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting<'a> {
    /// The n-th case of a `choose`.
    Case(usize),
    /// The steps of an `each`.
    Item,
    /// A branch of a `parallel`.
    Branch(&'a str),
    /// What is done when the step failed.
    OnError,
}

impl Flow {
    /// The steps of the flow's own list, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// Every step, whatever list it stands in, before those that it holds.
    pub fn every_step(&self) -> Vec<&Step> {
        fn gather<'a>(steps: &'a [Step], found: &mut Vec<&'a Step>) {
            for step in steps {
                found.push(step);
                for nested in step.nested() {
                    gather(nested.steps, found);
                }
            }
        }
        let mut found = Vec::new();
        gather(&self.steps, &mut found);
        found
    }

    /// The ids of the connectors' triggers that start it: `stripe.charge.succeeded`.
    pub fn triggers(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().filter_map(|start| match start {
            Start::Event(event) => Some(event.trigger.as_str()),
            _ => None,
        })
    }
}

impl Step {
    /// The lists of steps that it holds, in the order of the document.
    pub fn nested(&self) -> Vec<Nested<'_>> {
        let mut found = self.kind.nested();
        if let OnError::Steps(steps) = &self.on_error {
            let place = Nesting::OnError;
            found.push(Nested { place, steps });
        }
        found
    }

    /// The same lists, to be changed.
    pub fn nested_mut(&mut self) -> Vec<&mut Vec<Step>> {
        let mut found: Vec<&mut Vec<Step>> = match &mut self.kind {
            StepKind::Choose { cases } => {
                let bodies = cases.iter_mut().map(|case| &mut case.body);
                let lists = bodies.filter_map(|body| match body {
                    Body::Steps(body) => Some(&mut body.steps),
                    Body::One(_) => None,
                });
                lists.collect()
            }
            StepKind::Each(each) => vec![&mut each.body.steps],
            StepKind::Parallel { branches } => branches.iter_mut().map(|b| &mut b.steps).collect(),
            StepKind::Use(_)
            | StepKind::Set { .. }
            | StepKind::Check(_)
            | StepKind::Wait(_)
            | StepKind::Approve(_)
            | StepKind::Call(_) => Vec::new(),
        };
        if let OnError::Steps(steps) = &mut self.on_error {
            found.push(steps);
        }
        found
    }
}

impl StepKind {
    /// The key that says what the step does.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Use(_) => "use",
            Self::Set { .. } => "set",
            Self::Choose { .. } => "choose",
            Self::Check(_) => "check",
            Self::Each(_) => "each",
            Self::Parallel { .. } => "parallel",
            Self::Wait(_) => "wait",
            Self::Approve(_) => "approve",
            Self::Call(_) => "call",
        }
    }

    fn nested(&self) -> Vec<Nested<'_>> {
        match self {
            Self::Choose { cases } => {
                let numbered = cases.iter().enumerate();
                let lists = numbered.filter_map(|(n, case)| match &case.body {
                    Body::Steps(body) => Some(Nested {
                        place: Nesting::Case(n),
                        steps: &body.steps,
                    }),
                    Body::One(_) => None,
                });
                lists.collect()
            }
            Self::Each(each) => vec![Nested {
                place: Nesting::Item,
                steps: &each.body.steps,
            }],
            Self::Parallel { branches } => {
                let lists = branches.iter().map(|branch| Nested {
                    place: Nesting::Branch(&branch.name),
                    steps: &branch.steps,
                });
                lists.collect()
            }
            Self::Use(_)
            | Self::Set { .. }
            | Self::Check(_)
            | Self::Wait(_)
            | Self::Approve(_)
            | Self::Call(_) => Vec::new(),
        }
    }
}
