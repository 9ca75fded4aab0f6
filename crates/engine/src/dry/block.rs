//! The blocks that hold steps, and waiting.

use super::trace::Origin;
use super::walk::{Halt, Walk};
use crate::journal::ITEMS_MAX;
use crate::pending::wait_key;
use crate::plan::{EachWork, PlanStep, StepList};
use crate::stop::Stop;
use mapping::{Fact, Shape, Template, Value as Computed};
use model::{Fault, Timestamp};

impl Walk<'_> {
    /// Works a list within the present step. `bound` is a name that only its steps see. Gives what
    /// the list gives.
    pub async fn inner(
        &mut self,
        list: &StepList,
        at: String,
        bound: Option<(&str, Computed)>,
    ) -> Result<Computed, Halt> {
        let names = self.names.clone();
        let around = std::mem::replace(&mut self.at, at);
        if let Some((name, value)) = bound {
            self.names.set(name, value);
        }
        let worked = match Box::pin(self.list(&list.steps)).await {
            Ok(()) => self.of_list(list).await,
            Err(halt) => Err(halt),
        };
        self.names = names;
        self.at = around;
        worked
    }

    async fn of_list(&mut self, list: &StepList) -> Result<Computed, Halt> {
        if let Some(output) = &list.output {
            return self.evaluate(output, "output").await;
        }
        let last = list.steps.last().map(|s| s.id.as_str());
        let steps = self.names.get("steps");
        let output = last.and_then(|id| steps?.get(id)).cloned();
        Ok(output.unwrap_or_default())
    }

    pub async fn steps(&mut self, step: &PlanStep, list: &StepList) -> Result<(), Halt> {
        let at = format!("{}{}.", self.at, step.id);
        let value = self.inner(list, at, None).await?;
        self.finish(step, value, Origin::Worked);
        Ok(())
    }

    pub async fn parallel(
        &mut self,
        step: &PlanStep,
        branches: &[(String, StepList)],
    ) -> Result<(), Halt> {
        let mut given = Vec::with_capacity(branches.len());
        let mut waits = None;
        for (name, list) in branches {
            let at = format!("{}{}.{name}.", self.at, step.id);
            match self.inner(list, at, None).await {
                Ok(value) => given.push((name, value)),
                Err(halt) => waits = waits.or(Some(only_waits(halt)?)),
            }
        }
        if let Some(stop) = waits {
            return Err(stop.into());
        }
        self.finish(step, Computed::map(given), Origin::Worked);
        Ok(())
    }

    pub async fn each(&mut self, step: &PlanStep, each: &EachWork) -> Result<(), Halt> {
        let refused = |message: String| Err(Stop::dead(Fault::rejected(message)).into());
        let items = match self.evaluate(&each.list, "each").await? {
            Computed::List(items) => items,
            Computed::Null => std::sync::Arc::default(),
            other => return refused(format!("`each` needs a list, it is {}", other.kind())),
        };
        if items.len() > ITEMS_MAX {
            return refused(format!("{} items, at most {ITEMS_MAX}", items.len()));
        }
        let mut given = Vec::new();
        let (mut waits, mut waiting) = (None, 0);
        for (n, item) in items.iter().enumerate() {
            let at = format!("{}{}[{n}].", self.at, step.id);
            let bound = Some((each.name.as_str(), item.clone()));
            let around = self.enter_item(step, n)?;
            let worked = self.inner(&each.body, at, bound).await;
            self.leave_item(around);
            match worked {
                Ok(value) => given.push(value),
                // There is nothing to do for this item; the others are not concerned.
                Err(Halt::Stop(Stop::Skip)) => given.push(Computed::Null),
                Err(halt) => {
                    waits = waits.or(Some(only_waits(halt)?));
                    waiting += 1;
                }
            }
            if waiting >= each.at_once {
                break;
            }
        }
        if let Some(stop) = waits {
            return Err(stop.into());
        }
        self.finish(step, Computed::list(given), Origin::Worked);
        Ok(())
    }

    /// Goes on if what is waited for is there, or was given.
    pub async fn wait(&mut self, step: &PlanStep, until: &Template) -> Result<(), Halt> {
        if let Some(given) = self.given(step) {
            return self.finish_json(step, given, &Shape::plain(), Origin::Given);
        }
        let value = self.evaluate(until, "wait.until").await?;
        if !matches!(value, Computed::Null | Computed::Bool(false)) {
            self.finish(step, value, Origin::Worked);
            return Ok(());
        }
        let xrefs = self.facts.0.iter().filter(|(_, value)| value.is_none());
        let absent = xrefs.filter_map(|(fact, _)| match fact {
            Fact::Xref { kind, id } => Some(wait_key(kind, id)),
            Fact::Lookup { .. } | Fact::Rules { .. } => None,
        });
        Err(Halt::Stop(Stop::Leave {
            key: absent.min().unwrap_or_default(),
            until: Timestamp::default(),
            deadline: None,
        }))
    }

    /// What a person or another flow does: its outcome is given, or a run would wait for it.
    pub async fn elsewhere(
        &mut self,
        step: &PlanStep,
        input: Option<&Template>,
        part: &str,
        whom: String,
    ) -> Result<(), Halt> {
        if let Some(input) = input {
            let input = self.evaluate(input, part).await?.to_json();
            self.weigh(&input);
            self.present().input = Some(input);
        }
        if let Some(given) = self.given(step) {
            return self.finish_json(step, given, &Shape::plain(), Origin::Given);
        }
        Err(Halt::Stop(Stop::Leave {
            key: whom,
            until: Timestamp::default(),
            deadline: None,
        }))
    }
}

/// A list that waits does not hold up the others; everything else does.
fn only_waits(halt: Halt) -> Result<Stop, Halt> {
    match halt {
        Halt::Stop(stop @ (Stop::Retry(_) | Stop::Hold { .. } | Stop::Leave { .. })) => Ok(stop),
        halt => Err(halt),
    }
}
