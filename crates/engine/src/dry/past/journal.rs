//! Along the journal: every step gives what it gave, and what it was asked is worked out again.

use super::done::{Failure, Made, Stopped, flow_operation};
use super::{Source, Walk};
use crate::dry::trace::Origin;
use crate::dry::walk::Halt;
use crate::plan::{CallWork, PlanStep, Work};
use crate::seal::{Purpose, open};
use crate::stop::Stop;
use connector::Effect;
use mapping::Value as Computed;
use model::{EffectId, Fault, FaultClass, Timestamp};
use serde_json::Value;
use store::StepRecord;
use store::run::StepState;

/// Whose a change is, and under what it is made once.
#[derive(Default)]
struct Whose {
    identity: Option<EffectId>,
    need: Option<String>,
}

impl Walk<'_> {
    pub(super) async fn begin_by_journal(&mut self, step: &PlanStep) -> Result<(), Halt> {
        let row = self.row_of(step);
        match row.map(|row| (row.state, row.output.clone())) {
            None => self.begin_anew(step).await,
            Some((StepState::Skipped, _)) => {
                self.note_older_set(step).await?;
                self.skip();
                Ok(())
            }
            Some((StepState::Failed, _)) => self.fail_by_journal(step).await,
            Some((StepState::Begun, _)) => Box::pin(self.perform(step, &step.work)).await,
            Some((StepState::Done, _)) => {
                Box::pin(self.perform(step, &step.work)).await?;
                if let Some(output) = self.recalled(step)? {
                    self.bind(step, output);
                }
                Ok(())
            }
        }
    }

    /// A step that failed for good, while the run went on. What was done within it, and what it
    /// asked in vain, is worked out.
    async fn fail_by_journal(&mut self, step: &PlanStep) -> Result<(), Halt> {
        let failure = self.recalled(step)?.unwrap_or_default();
        let before = self.past.as_mut().and_then(|past| past.done.stopped.take());
        // It failed, one way or the other; only a store that is away is no answer.
        let ended = Box::pin(self.perform(step, &step.work)).await;
        if let Err(Halt::Stop(stop @ Stop::Store(_))) = ended {
            return Err(stop.into());
        }
        if let Some(past) = &mut self.past {
            let stopped = std::mem::replace(&mut past.done.stopped, before);
            if let Some(stopped) = stopped {
                let failure = Failure {
                    operation: stopped.operation,
                    input: stopped.input,
                    fault: fault(&failure),
                };
                past.done.failures.insert(stopped.at, failure);
            }
        }
        self.recover(step, failure).await
    }

    pub(super) async fn perform_by_journal(
        &mut self,
        step: &PlanStep,
        work: &Work,
    ) -> Result<bool, Halt> {
        let has_failed = self
            .row_of(step)
            .is_some_and(|row| row.state == StepState::Failed);
        if has_failed && matches!(work, Work::Set(_) | Work::Check(..)) {
            return Ok(true);
        }
        match work {
            Work::Set(_) | Work::Wait(..) => {
                let operation = matches!(work, Work::Wait(..)).then_some("wait");
                let output = self.recalled(step)?.filter(|_| !has_failed);
                let Some(output) = output else {
                    return Err(self.stop_here(step, operation, None));
                };
                if let Some(operation) = operation {
                    self.note_answer(step, operation, Value::Null, output.clone());
                }
                self.finish(step, output, Origin::Given);
            }
            Work::Check(..) => match self.recalled(step)? {
                Some(output) => self.finish(step, output, Origin::Given),
                // It said no, or was not reached: it says the same again.
                None => return Ok(false),
            },
            Work::Call(call) => self.call_by_journal(step, call).await?,
            Work::Book { book, with, .. } => {
                let input = self.input(with).await?;
                let made = (!book.is_read()).then(Whose::default);
                self.asked(step, book.id(), input, made)?;
            }
            Work::Approve(approve) => {
                let input = match &approve.show {
                    Some(show) => self.evaluate(show, "show").await?.to_json(),
                    None => Value::Null,
                };
                self.asked(step, "approve", input, None)?;
            }
            Work::Flow(call) => {
                let input = self.evaluate(&call.with, "with").await?.to_json();
                self.asked(
                    step,
                    &flow_operation(&call.flow),
                    input,
                    Some(Whose::default()),
                )?;
            }
            Work::Choose(_) | Work::Steps(_) | Work::Each(_) | Work::Parallel(_) => {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn call_by_journal(&mut self, step: &PlanStep, call: &CallWork) -> Result<(), Halt> {
        let input = self.input(&call.with).await?;
        let operation = call.operation;
        let made = match operation.effect() {
            Effect::Read => None,
            _ => Some(Whose {
                identity: self.identity_of(call, &input)?,
                need: Some(call.need.clone()),
            }),
        };
        self.asked(step, operation.id(), input, made)
    }

    /// Notes what a step was asked and what it gave, and the change that it made, if it makes one.
    fn asked(
        &mut self,
        step: &PlanStep,
        operation: &str,
        input: Value,
        made: Option<Whose>,
    ) -> Result<(), Halt> {
        let has_failed = self
            .row_of(step)
            .is_some_and(|row| row.state == StepState::Failed);
        let output = self.recalled(step)?.filter(|_| !has_failed);
        let Some(output) = output else {
            return Err(self.stop_here(step, Some(operation), Some(input)));
        };
        let at = self.here(step);
        let reused = self.row_of(step).is_some_and(|row| row.reused);
        if let (Some(Whose { identity, need }), Some(past)) = (made, &mut self.past) {
            past.done.effects.push(Made {
                step: step.id.clone(),
                at,
                operation: operation.into(),
                input: input.clone(),
                identity,
                reused,
                output: Some(output.clone()),
                need,
            });
        }
        self.note_answer(step, operation, input, output.clone());
        self.finish(step, output, Origin::Given);
        Ok(())
    }

    /// Under what a call is made once.
    pub(super) fn identity_of(
        &self,
        call: &CallWork,
        input: &Value,
    ) -> Result<Option<EffectId>, Halt> {
        use connector::Session;
        let identity = call.operation.identity(input).map_err(Stop::dead)?;
        let reader = self.place.reader(call).ok_or_else(|| {
            let message = format!("no connection is bound for `{}`", call.need);
            Stop::dead(Fault::rejected(message))
        })?;
        Ok(identity.map(|identity| EffectId {
            peer: reader.peer(),
            kind: identity.kind,
            reference: identity.reference,
            generation: 0,
        }))
    }

    fn note_answer(&mut self, step: &PlanStep, operation: &str, input: Value, output: Computed) {
        let at = self.here(step);
        if let Some(past) = &mut self.past {
            past.done.answer_was(&at, operation, input, output);
        }
    }

    /// A set that is skipped although its `when` holds: something newer was written already.
    async fn note_older_set(&mut self, step: &PlanStep) -> Result<(), Halt> {
        let is_set = |work: &Work| matches!(work, Work::Call(call) if call.operation.effect() == Effect::Set);
        let has_set = match &step.work {
            Work::Choose(cases) => cases.iter().any(|(_, work)| is_set(work)),
            work => is_set(work),
        };
        if !has_set {
            return Ok(());
        }
        if let Some(when) = &step.when
            && !self.holds(when, "when").await?
        {
            return Ok(());
        }
        let at = self.here(step);
        if let Some(past) = &mut self.past {
            past.done.older_sets.insert(at);
        }
        Ok(())
    }

    fn row_of(&self, step: &PlanStep) -> Option<&StepRecord> {
        let past = self.past.as_ref()?;
        match &past.source {
            Source::Journal { journal, .. } => journal.get(past.scope, step.ordinal),
            Source::Answers(_) => None,
        }
    }

    /// What a finished step gave.
    fn recalled(&self, step: &PlanStep) -> Result<Option<Computed>, Halt> {
        let Some(Source::Journal { key, .. }) = self.past.as_ref().map(|past| &past.source) else {
            return Ok(None);
        };
        let row = self.row_of(step);
        let over = |row: &&StepRecord| matches!(row.state, StepState::Done | StepState::Failed);
        let Some(row) = row.filter(over) else {
            return Ok(None);
        };
        let Some(output) = &row.output else {
            return Ok(Some(Computed::Null));
        };
        let record: Value = open(key, Purpose::Step, output)?;
        let output = mapping::record::read(&record);
        let output = output.map_err(|e| Stop::bug(format!("a recorded output: {e}")))?;
        Ok(Some(output))
    }

    /// The run did not come further than this.
    fn stop_here(
        &mut self,
        step: &PlanStep,
        operation: Option<&str>,
        input: Option<Value>,
    ) -> Halt {
        let at = self.here(step);
        if let Some(past) = &mut self.past
            && let Source::Journal { cursor, .. } = past.source
            && (past.done.stopped.is_none() || step.ordinal == cursor)
        {
            past.done.stopped = Some(Stopped {
                at,
                operation: operation.map(Into::into),
                input,
                fault: None,
            });
        }
        Halt::Stop(Stop::Leave {
            key: String::new(),
            until: Timestamp::default(),
            deadline: None,
        })
    }
}

/// The fault of what formulas see as `error`.
fn fault(failure: &Computed) -> Fault {
    let text = |name: &str| failure.get(name).and_then(Computed::as_text);
    let class = text("class").and_then(|class| class.parse().ok());
    let message = text("message").unwrap_or_default();
    let mut fault = Fault::new(class.unwrap_or(FaultClass::Rejected), message);
    fault.code = text("code").map(Into::into);
    fault.field = text("field").map(Into::into);
    fault
}
