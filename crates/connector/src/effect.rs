//! How once is once: the life of an effect as a pure state machine.
//!
//! An effect's [`Progress`] is what the ledger keeps of it. The shell around this module (the
//! engine, or the contract tests) does three things and decides nothing: it makes the progress
//! durable, sends the call it is told to, and brings the answer back. Every rule about repeating,
//! looking, undoing, reusing and asking a person is here.
//!
//! ```text
//!            begin ─▶ Act ─▶ (commit) ─▶ send ─▶ answered ─▶ Act ─▶ …
//!  lost answer ─▶ begin ─▶ Act::Find ─▶ find ─▶ found ─▶ Act::Again ─▶ begin …
//! ```
//! The promise: at most one, always; exactly one where absence is provable or after a person's
//! answer.

use crate::call::{Call, Found, Last, Next, Repeat, UndoNext};
use crate::operation::{AnyOperation, Identity, RecipeCx, WithInput};
use model::{EffectState, Fault, FaultClass, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What the ledger keeps of one effect, besides its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub state: EffectState,
    /// The recipe's revision it was begun with.
    pub revision: u32,
    /// Raised when it is begun anew after it was known not to exist, or was abandoned.
    pub attempt: i64,
    /// The input it was begun with. Uncertain calls are settled with this one, never with a newer.
    pub input: Arc<Value>,
    pub guarded: Value,
    /// The recipe's own notes.
    pub recipe: Value,
    /// The call whose intent is durable and whose result is not.
    pub inflight: Option<Inflight>,
    /// Staged things are being taken back, because of this.
    pub undoing: Option<Undoing>,
    /// How many looks in a row found nothing, and when the last one was.
    pub absences: u32,
    pub looked_at: Option<Timestamp>,
    pub output: Option<Arc<Value>>,
    /// Why a person must decide, if one must.
    pub question: Option<String>,
    /// What was left staged at the peer and cannot be removed.
    pub orphans: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inflight {
    pub call: Call,
    pub at: Timestamp,
}

/// Why staged things are being taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undoing {
    /// The peer refused a later call: this is what the run will report.
    Refused(Fault),
    /// The input has changed since: it will be begun again with the new one.
    Changed,
}

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Make the progress durable if the call `needs_intent`, then send it.
    Send(Call),
    /// Look for what is there (`find`), not before this time.
    Find { not_before: Timestamp },
    /// Nothing to do until then; `begin` again.
    Wait(Duration),
    /// Not executed: try again after a backoff; `begin` again.
    Retry(Fault),
    /// The state changed: make it durable and `begin` again with the run's input.
    Again,
    /// Made, by this or an earlier run. `drift`: the run's input differs where it may.
    Done {
        output: Arc<Value>,
        reused: bool,
        drift: bool,
    },
    /// Refused for good; nothing is left at the peer that counts.
    Refuse(Fault),
    /// Exists with other guarded fields: a person decides.
    Conflict(Fault),
    /// Only a person can say whether it exists.
    Ask(Fault),
}

/// Two looks that find nothing must be this far apart.
const LOOKS_APART: Duration = Duration::from_secs(10);
/// So many looks must agree before nothing is believed to be there.
const LOOKS_THAT_AGREE: u32 = 2;

/// What a run wants made: its input, read once, and under what it is made.
pub struct Wanted {
    pub input: Arc<Value>,
    pub identity: Identity,
    pub operation: Box<dyn WithInput>,
}

impl Wanted {
    /// Reads the input.
    ///
    /// # Errors
    /// If it does not fit the schema, and if the operation has no identity.
    pub fn new(operation: &dyn AnyOperation, input: &Arc<Value>) -> Result<Self, Fault> {
        let read = operation.with(input)?;
        let identity = read.identity().ok_or_else(|| {
            Fault::bug(format!(
                "{} writes once without an identity",
                operation.id()
            ))
        })?;
        Ok(Self {
            input: Arc::clone(input),
            identity,
            operation: read,
        })
    }
}

/// An operation with its surroundings, for one effect.
pub struct Ledger<'a> {
    pub operation: &'a dyn AnyOperation,
    pub cx: &'a RecipeCx<'a>,
    /// What the run that works on it now wants. What was begun with another input is settled with
    /// that other first, and only then compared with this.
    pub wanted: &'a Wanted,
    /// After a lost answer the peer may still be working on the call for this long.
    pub quiet: Duration,
}

impl Progress {
    /// A new effect, nothing sent yet.
    fn fresh(operation: &dyn AnyOperation, attempt: i64, wanted: &Wanted) -> Self {
        Self {
            state: EffectState::Open,
            revision: operation.revision(),
            attempt,
            input: Arc::clone(&wanted.input),
            guarded: wanted.identity.guarded.clone(),
            recipe: Value::Null,
            inflight: None,
            undoing: None,
            absences: 0,
            looked_at: None,
            output: None,
            question: None,
            orphans: Vec::new(),
        }
    }

    /// The try that the next begin will use: callers build the [`RecipeCx`] with it.
    pub fn next_attempt(current: Option<&Self>) -> i64 {
        match current {
            None => 0,
            Some(p) if p.state == EffectState::Void => p.attempt + 1,
            Some(p) => p.attempt,
        }
    }

    fn settle_void(&mut self) {
        self.state = EffectState::Void;
        self.inflight = None;
        self.undoing = None;
        self.recipe = Value::Null;
        self.absences = 0;
        self.looked_at = None;
    }

    fn made(&mut self, output: Arc<Value>) {
        self.state = EffectState::Confirmed;
        self.inflight = None;
        self.undoing = None;
        self.question = None;
        self.absences = 0;
        self.output = Some(output);
    }

    /// A person says that it exists; `output` comes from the operation's `adopt`.
    pub fn answer_exists(&mut self, output: Value) {
        self.made(Arc::new(output));
    }

    /// A person says that it does not exist and never will under this try.
    pub fn answer_abandoned(&mut self) {
        if let Some(inflight) = self.inflight.take() {
            self.orphans
                .push(format!("{} was abandoned by a person", inflight.call.label));
        }
        self.question = None;
        self.settle_void();
    }
}

impl Ledger<'_> {
    /// Begins, goes on with, or meets an effect, with the run's input.
    pub fn begin(&self, current: Option<Progress>) -> (Progress, Act) {
        let input = &self.wanted.input;
        let attempt = Progress::next_attempt(current.as_ref());
        let Some(mut progress) = current.filter(|p| p.state != EffectState::Void) else {
            return self.start(attempt, Vec::new());
        };
        if progress.state == EffectState::Confirmed {
            let act = met(&progress, self.wanted, self.operation);
            return (progress, act);
        }
        if progress.inflight.is_some() {
            return self.settle(progress);
        }
        if progress.undoing.is_some() {
            return self.undo(progress, Last::Nothing);
        }
        if progress.state == EffectState::Open {
            if progress.input == *input && progress.revision == self.operation.revision() {
                return self.forward(progress, Last::Nothing);
            }
            let orphans = std::mem::take(&mut progress.orphans);
            return self.start(progress.attempt, orphans);
        }
        if progress.input == *input {
            return self.forward(progress, Last::Nothing);
        }
        progress.undoing = Some(Undoing::Changed);
        self.undo(progress, Last::Nothing)
    }

    fn start(&self, attempt: i64, orphans: Vec<String>) -> (Progress, Act) {
        let mut progress = Progress::fresh(self.operation, attempt, self.wanted);
        progress.orphans = orphans;
        self.forward(progress, Last::Nothing)
    }

    /// An answer is outstanding: repeat the very call where that is safe, look where it is not.
    fn settle(&self, mut progress: Progress) -> (Progress, Act) {
        let Some(inflight) = &progress.inflight else {
            return (progress, Act::Again);
        };
        let age = self.cx.now.since(inflight.at);
        let same_recipe = progress.revision == self.operation.revision();
        let repeat = match inflight.call.repeat {
            Repeat::Safe => true,
            Repeat::SafeFor(span) => age < span,
            Repeat::Look => false,
        };
        progress.state = EffectState::Uncertain;
        if repeat && same_recipe {
            // The intent keeps its first time: the span of a key counts from its first use.
            let call = inflight.call.clone();
            return (progress, Act::Send(call));
        }
        if let Some(question) = &progress.question {
            let act = Act::Ask(Fault::unknown(question.clone()));
            return (progress, act);
        }
        let mut not_before = inflight.at.plus(self.quiet);
        if let Some(looked_at) = progress.looked_at {
            not_before = not_before.max(looked_at.plus(LOOKS_APART));
        }
        (progress, Act::Find { not_before })
    }

    /// The answer to the call that was sent.
    pub fn answered(
        &self,
        mut progress: Progress,
        call: &Call,
        answer: Result<&Value, Fault>,
    ) -> (Progress, Act) {
        let refused;
        let last = match answer {
            Ok(reply) => Last::Reply(reply),
            Err(fault) => match fault.class {
                FaultClass::Rejected | FaultClass::NotFound | FaultClass::Conflict => {
                    refused = fault;
                    Last::Refused(&refused)
                }
                FaultClass::Bug => return (progress, Act::Refuse(fault)),
                FaultClass::Unknown if call.kind.needs_intent() => {
                    progress.state = EffectState::Uncertain;
                    return (progress, Act::Retry(fault));
                }
                // Not executed; but if an earlier sending is still unsettled, it stays so.
                FaultClass::Transient
                | FaultClass::RateLimited
                | FaultClass::Unauthorized
                | FaultClass::Unknown => {
                    if progress.state != EffectState::Uncertain && call.kind.needs_intent() {
                        progress.inflight = None;
                    }
                    return (progress, Act::Retry(fault));
                }
            },
        };
        if call.kind.needs_intent() {
            progress.inflight = None;
            progress.absences = 0;
            let executed = matches!(last, Last::Reply(_));
            progress.state = match (progress.state, executed) {
                // A refusal leaves what was staged before it; a repeated call that is refused may
                // have been executed the first time.
                (EffectState::Open, false) => EffectState::Open,
                _ => EffectState::Partial,
            };
        }
        if progress.undoing.is_some() {
            self.undo(progress, last)
        } else {
            self.forward(progress, last)
        }
    }

    /// What looking found.
    pub fn found(
        &self,
        mut progress: Progress,
        found: Result<Found<Value, Value>, Fault>,
    ) -> (Progress, Act) {
        match found {
            Err(fault) if fault.class == FaultClass::Bug => (progress, Act::Refuse(fault)),
            Err(fault) => (progress, Act::Retry(fault)),
            Ok(Found::Complete(output)) => {
                progress.made(Arc::new(output));
                (progress, Act::Again)
            }
            Ok(Found::Partial(recipe)) => {
                progress.state = EffectState::Partial;
                progress.recipe = recipe;
                progress.inflight = None;
                progress.absences = 0;
                (progress, Act::Again)
            }
            Ok(Found::Absent) => {
                progress.absences += 1;
                progress.looked_at = Some(self.cx.now);
                if progress.absences >= LOOKS_THAT_AGREE {
                    // With the whole identity absent, whatever was being undone is gone as well.
                    let refusal = progress.undoing.take();
                    progress.settle_void();
                    return match refusal {
                        Some(Undoing::Refused(fault)) => (progress, Act::Refuse(fault)),
                        _ => (progress, Act::Again),
                    };
                }
                let not_before = self.cx.now.plus(LOOKS_APART);
                (progress, Act::Find { not_before })
            }
            Ok(Found::CannotTell(reason)) => {
                progress.question = Some(reason.clone());
                progress.looked_at = Some(self.cx.now);
                (progress, Act::Ask(Fault::unknown(reason)))
            }
        }
    }

    fn forward(&self, mut progress: Progress, last: Last<'_>) -> (Progress, Act) {
        let next = self.other(&progress).and_then(|other| {
            let begun = other.as_deref().unwrap_or(&*self.wanted.operation);
            begun.next(self.cx, &mut progress.recipe, last)
        });
        match next {
            Ok(Next::Call(call)) => self.intend(progress, call),
            Ok(Next::Wait(span)) => (progress, Act::Wait(span)),
            Ok(Next::Done(output)) => {
                let output = Arc::new(output);
                progress.made(Arc::clone(&output));
                if progress.input != self.wanted.input {
                    return (progress, Act::Again);
                }
                let done = Act::Done {
                    output,
                    reused: false,
                    drift: false,
                };
                (progress, done)
            }
            Err(fault) if fault.class == FaultClass::Bug => (progress, Act::Refuse(fault)),
            Err(fault)
                if matches!(fault.class, FaultClass::Transient | FaultClass::RateLimited) =>
            {
                (progress, Act::Retry(fault))
            }
            Err(fault) if progress.state == EffectState::Open => {
                progress.settle_void();
                (progress, Act::Refuse(fault))
            }
            Err(fault) => {
                progress.undoing = Some(Undoing::Refused(fault));
                self.undo(progress, Last::Nothing)
            }
        }
    }

    fn undo(&self, mut progress: Progress, last: Last<'_>) -> (Progress, Act) {
        let next = self.other(&progress).and_then(|other| {
            let begun = other.as_deref().unwrap_or(&*self.wanted.operation);
            begun.undo(self.cx, &mut progress.recipe, last)
        });
        match next {
            Ok(UndoNext::Call(call)) => self.intend(progress, call),
            Ok(UndoNext::Undone) => {
                let why = progress.undoing.take();
                progress.settle_void();
                (progress, after_undo(why))
            }
            Ok(UndoNext::Orphan(name)) => {
                let why = progress.undoing.take();
                if !name.is_empty() {
                    progress.orphans.push(name);
                }
                // It does not count and cannot be removed: the next try must not collide with it.
                progress.settle_void();
                (progress, after_undo(why))
            }
            Ok(UndoNext::Kept) => {
                progress.undoing = None;
                self.forward(progress, Last::Nothing)
            }
            Err(fault) => match fault.class {
                FaultClass::Bug => (progress, Act::Refuse(fault)),
                _ => (progress, Act::Retry(fault)),
            },
        }
    }

    /// The operation with the input that the effect was begun with, if that is another.
    fn other(&self, progress: &Progress) -> Result<Option<Box<dyn WithInput>>, Fault> {
        let is_other = progress.input != self.wanted.input;
        is_other
            .then(|| self.operation.with(&progress.input))
            .transpose()
    }

    fn intend(&self, mut progress: Progress, call: Call) -> (Progress, Act) {
        if call.kind.needs_intent() {
            progress.inflight = Some(Inflight {
                call: call.clone(),
                at: self.cx.now,
            });
        }
        (progress, Act::Send(call))
    }
}

fn after_undo(why: Option<Undoing>) -> Act {
    match why {
        Some(Undoing::Refused(fault)) => Act::Refuse(fault),
        Some(Undoing::Changed) | None => Act::Again,
    }
}

/// The effect exists: the same guarded fields are a reuse, others a conflict.
fn met(progress: &Progress, wanted: &Wanted, operation: &dyn AnyOperation) -> Act {
    let guarded = &wanted.identity.guarded;
    if progress.guarded == *guarded {
        let output = progress.output.clone().unwrap_or_default();
        return Act::Done {
            output,
            reused: true,
            drift: progress.input != wanted.input,
        };
    }
    let (was, is) = (&progress.guarded, guarded);
    Act::Conflict(Fault::new(
        FaultClass::Conflict,
        format!(
            "{}: it was made before with {was}, now {is} is wanted; amend or reverse it in the \
             ERP, or raise its generation to make a second one on purpose",
            operation.id()
        ),
    ))
}
