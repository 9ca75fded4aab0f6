//! Through another plan, with what a run was answered.

use super::done::{Done, Made, Recorded, flow_operation};
use super::{Unknown, Walk};
use crate::dry::ask::in_field;
use crate::dry::trace::Origin;
use crate::dry::walk::Halt;
use crate::plan::{CallWork, PlanStep, Work};
use crate::stop::Stop;
use connector::{Effect, RecipeCx};
use mapping::Value as Computed;
use model::{EffectId, Fault};
use serde_json::Value;

impl Walk<'_> {
    pub(super) async fn perform_by_answers(
        &mut self,
        step: &PlanStep,
        work: &Work,
        then: &Done,
    ) -> Result<bool, Halt> {
        match work {
            Work::Call(call) => {
                let input = self.input(&call.with).await?;
                self.stop_again(step, call.operation.id(), &input, then)?;
                match call.operation.effect() {
                    Effect::Read => self.answered(step, call.operation.id(), &input, then)?,
                    effect => self.written(step, call, effect, input, then)?,
                }
            }
            Work::Book { book, with, .. } => {
                let input = self.input(with).await?;
                self.stop_again(step, book.id(), &input, then)?;
                if book.is_read() {
                    self.answered(step, book.id(), &input, then)?;
                } else {
                    self.done_here(step, book.id(), input, then)?;
                }
            }
            Work::Flow(call) => {
                let input = self.evaluate(&call.with, "with").await?.to_json();
                let operation = flow_operation(&call.flow);
                self.stop_again(step, &operation, &input, then)?;
                self.done_here(step, &operation, input, then)?;
            }
            Work::Approve(approve) => {
                let shown = match &approve.show {
                    Some(show) => self.evaluate(show, "show").await?.to_json(),
                    None => Value::Null,
                };
                self.stop_again(step, "approve", &shown, then)?;
                self.answered(step, "approve", &shown, then)?;
            }
            Work::Wait(until, _) => {
                let value = self.evaluate(until, "wait.until").await?;
                if !matches!(value, Computed::Null | Computed::Bool(false)) {
                    self.finish(step, value, Origin::Worked);
                    return Ok(true);
                }
                self.stop_again(step, "wait", &Value::Null, then)?;
                match then.answer(&self.here(step), "wait", &Value::Null) {
                    Recorded::Same(output) => self.finish(step, output.clone(), Origin::Given),
                    Recorded::Other | Recorded::None => return Ok(false),
                }
            }
            Work::Set(_)
            | Work::Check(..)
            | Work::Choose(_)
            | Work::Steps(_)
            | Work::Each(_)
            | Work::Parallel(_) => return Ok(false),
        }
        Ok(true)
    }

    /// What was asked where the run stopped is asked again: it stops again.
    fn stop_again(
        &self,
        step: &PlanStep,
        operation: &str,
        input: &Value,
        then: &Done,
    ) -> Result<(), Halt> {
        if let Some(fault) = then.failure(&self.here(step), operation, input) {
            return Err(Stop::dead(fault.clone()).into());
        }
        let Some(stopped) = &then.stopped else {
            return Ok(());
        };
        let is_same = stopped.at == self.here(step)
            && stopped.operation.as_deref() == Some(operation)
            && stopped.input.as_ref().is_none_or(|asked| asked == input);
        match (&stopped.fault, is_same) {
            (_, false) => Ok(()),
            (Some((class, message)), true) => {
                Err(Stop::dead(Fault::new(*class, message.clone())).into())
            }
            (None, true) => Err(Halt::Stop(Stop::Lost)),
        }
    }

    /// A question that changes nothing.
    fn answered(
        &mut self,
        step: &PlanStep,
        operation: &str,
        input: &Value,
        then: &Done,
    ) -> Result<(), Halt> {
        let why = match then.answer(&self.here(step), operation, input) {
            Recorded::Same(output) => {
                self.finish(step, output.clone(), Origin::Given);
                return Ok(());
            }
            Recorded::Other => format!(
                "step `{}` asks for something else than what was answered then",
                step.id
            ),
            Recorded::None => not_recorded(step),
        };
        Err(Halt::Unknown(Unknown { why, told: false }))
    }

    /// What our own books or another flow do: what they give depends on all of the input.
    fn done_here(
        &mut self,
        step: &PlanStep,
        operation: &str,
        input: Value,
        then: &Done,
    ) -> Result<(), Halt> {
        let at = self.here(step);
        let known = match then.answer(&at, operation, &input) {
            Recorded::Same(output) => Some(output.clone()),
            Recorded::Other | Recorded::None => None,
        };
        self.note(Made {
            step: step.id.clone(),
            at,
            operation: operation.into(),
            input,
            identity: None,
            reused: false,
            output: None,
            need: None,
        });
        self.give(step, known)
    }

    /// A change at a peer. What is made once is known by its identity, and gives what it gave: its
    /// number there. That it may give something else now is said.
    fn written(
        &mut self,
        step: &PlanStep,
        call: &CallWork,
        effect: Effect,
        input: Value,
        then: &Done,
    ) -> Result<(), Halt> {
        let at = self.here(step);
        if effect == Effect::Set && then.older_sets.contains(&at) {
            self.skip();
            return Ok(());
        }
        let identity = self.identity_of(call, &input)?;
        self.check(call, &input, identity.as_ref())?;
        let made = Made {
            step: step.id.clone(),
            at,
            operation: call.operation.id().into(),
            input,
            identity,
            reused: false,
            output: None,
            need: Some(call.need.clone()),
        };
        let known = then.same_effect(&made);
        if known.is_some_and(|known| known.input != made.input)
            && let Some(past) = &mut self.past
        {
            past.assumed.push(format!(
                "step `{}` is taken to give what it gave then",
                step.id
            ));
        }
        let output = known.and_then(|known| known.output.clone());
        self.note(made);
        self.give(step, output)
    }

    /// Refuses what the peer would refuse.
    fn check(
        &self,
        call: &CallWork,
        input: &Value,
        identity: Option<&EffectId>,
    ) -> Result<(), Halt> {
        let reader = self.place.reader(call).ok_or_else(|| {
            let message = format!("no connection is bound for `{}`", call.need);
            Stop::dead(Fault::rejected(message))
        })?;
        let cx = RecipeCx {
            session: reader,
            effect: identity.map(|id| (id, 0)),
            now: self.now,
        };
        call.operation.validate(&cx, input).map_err(in_field)?;
        Ok(())
    }

    fn note(&mut self, made: Made) {
        if let Some(past) = &mut self.past {
            past.done.effects.push(made);
        }
    }

    fn give(&mut self, step: &PlanStep, output: Option<Computed>) -> Result<(), Halt> {
        match output {
            Some(output) => {
                self.finish(step, output, Origin::Given);
                Ok(())
            }
            None => Err(Halt::Unknown(Unknown {
                why: not_recorded(step),
                told: true,
            })),
        }
    }
}

fn not_recorded(step: &PlanStep) -> String {
    format!("the answer of step `{}` was not recorded", step.id)
}
