//! Warnings: what is allowed and probably not meant.

use super::symbol::Symbol;
use super::{OnError, Plan, PlanStart, PlanStep, Work, condition};
use connector::{Effect, Fires};
use mapping::Template;
use model::Problem;
use std::collections::BTreeMap;

/// Everything of a plan that is probably not meant.
pub(super) fn hints(plan: &Plan, symbols: &BTreeMap<String, Symbol>, problems: &mut Vec<Problem>) {
    let is_sound = !problems.iter().any(Problem::is_error);
    let mut hints = Hints { problems };
    hints.order(plan);
    hints.output(plan);
    hints.list(&plan.steps, None);
    if !is_sound {
        // What could not be compiled may use what looks unused.
        return;
    }
    for (id, symbol) in symbols
        .iter()
        .filter(|(_, s)| s.is_for_its_output && !s.is_used)
    {
        let message = format!(
            "nothing uses the output of `{id}` (step {})",
            symbol.ordinal + 1
        );
        let cure = "remove the step, or use `steps.".to_owned() + id + "`";
        hints.warning(&format!("steps.{id}"), "unused", message, &cure);
    }
}

struct Hints<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Hints<'_> {
    fn warning(&mut self, path: &str, code: &str, message: String, cure: &str) {
        self.problems
            .push(Problem::warning(path, code, message, cure));
    }

    /// Events of one thing that may come in any order need an ordering key.
    fn order(&mut self, plan: &Plan) {
        let many = plan.triggers.iter().find(|t| t.fires == Fires::Many);
        let several = plan.triggers.len() > 1;
        let changes = plan.steps.iter().any(|step| step.work.has_effect());
        if plan.order_by.is_some() || !changes || (many.is_none() && !several) {
            return;
        }
        let subject = plan.subject;
        let message = format!(
            "several events of one {subject} may be worked at the same time and in any order"
        );
        let cure = format!("add `order_by: ={subject}.id`, or what its events have in common");
        self.warning("order_by", "no_order", message, &cure);
    }

    fn output(&mut self, plan: &Plan) {
        let is_called = plan
            .starts
            .iter()
            .any(|s| matches!(s, PlanStart::Call | PlanStart::Api));
        if plan.output.is_some() && !is_called {
            let message = "nobody receives the flow's output".to_owned();
            let cure = "add `call` or `api` to the triggers, or remove `output:`";
            self.warning("output", "unused_output", message, cure);
        }
    }

    /// `item` is the name of the item of the nearest `each` around the list.
    fn list(&mut self, steps: &[PlanStep], item: Option<&str>) {
        let mut ended: Option<&str> = None;
        for step in steps {
            let path = format!("steps.{}", step.id);
            if let Some(by) = ended {
                let message = format!("the step `{by}` ends every run before it");
                let cure = "remove it, or the check that never holds";
                self.warning(&path, "unreachable", message, cure);
            }
            self.step(step, &path, item);
            let never = |c: &Template| condition::constant(c) == Some(false);
            if step.when.is_none() && matches!(&step.work, Work::Check(c, _) if never(c)) {
                ended = ended.or(Some(&step.id));
            }
            for list in step.lists() {
                let inner = match &step.work {
                    Work::Each(each) if each.body.scope == list.scope => Some(each.name.as_str()),
                    _ => item,
                };
                self.list(&list.steps, inner);
            }
        }
    }

    fn step(&mut self, step: &PlanStep, path: &str, item: Option<&str>) {
        if let Some(when) = &step.when {
            self.constant(when, &format!("{path}.when"));
        }
        match &step.work {
            Work::Check(condition, _) => self.constant(condition, &format!("{path}.check")),
            Work::Choose(cases) => {
                for (n, (when, _)) in cases.iter().enumerate() {
                    if let Some(when) = when {
                        self.constant(when, &format!("{path}.choose[{n}].when"));
                    }
                }
            }
            Work::Call(call) if call.operation.effect().is_once() => {
                if let Some(item) = item {
                    self.same_for_every_item(&call.with, path, item, call.operation.effect());
                }
            }
            _ => {}
        }
        self.modifiers(step, path);
    }

    fn constant(&mut self, condition: &Template, path: &str) {
        let (what, cure) = match condition::constant(condition) {
            Some(true) => ("always holds", "remove the condition"),
            Some(false) => ("never holds", "remove what depends on it"),
            None => return,
        };
        let message = format!("the condition {what}: it depends on nothing");
        self.warning(path, "constant_condition", message, cure);
    }

    /// An effect that is the same for every item is met by the second as done.
    fn same_for_every_item(&mut self, with: &Template, path: &str, item: &str, effect: Effect) {
        let references = with.references();
        let differs = references
            .iter()
            .any(|r| r.root == item || r.root == "steps");
        if differs {
            return;
        }
        let verb = if effect == Effect::Create {
            "made"
        } else {
            "appended"
        };
        let message = format!("nothing in its input differs from item to item: it is {verb} once");
        let cure = format!("use `{item}` in its input, or move it out of the `each`");
        self.warning(path, "same_for_every_item", message, &cure);
    }

    fn modifiers(&mut self, step: &PlanStep, path: &str) {
        let calls = calls_out(&step.work);
        for (key, given) in [
            ("retry", step.retry.is_some()),
            ("timeout", step.timeout.is_some()),
        ] {
            if given && !calls {
                let message = format!("`{key}` does nothing here: the step calls nothing");
                let at = format!("{path}.{key}");
                self.warning(&at, "no_effect", message, "remove it");
            }
        }
        let hides = match step.on_error {
            OnError::Stop => false,
            OnError::Continue => step.work.has_effect(),
            OnError::Steps(_) => false,
        };
        if hides {
            let message = "when this change fails, the run goes on and nobody is told".to_owned();
            let cure = "give `on_error:` steps that tell somebody, or let it stop";
            self.warning(
                &format!("{path}.on_error"),
                "hides_an_effect",
                message,
                cure,
            );
        }
        let cannot_fail = matches!(step.work, Work::Check(..));
        if cannot_fail && !matches!(step.on_error, OnError::Stop) {
            let message = "`else` says what happens when a check does not hold".to_owned();
            let at = format!("{path}.on_error");
            self.warning(&at, "no_effect", message, "remove `on_error`");
        }
    }
}

/// Whether a step calls a peer, our books or another flow by itself.
fn calls_out(work: &Work) -> bool {
    match work {
        Work::Call(_) | Work::Book { .. } | Work::Flow(_) => true,
        Work::Choose(cases) => cases.iter().any(|(_, work)| calls_out(work)),
        Work::Set(_)
        | Work::Check(..)
        | Work::Wait(..)
        | Work::Steps(_)
        | Work::Each(_)
        | Work::Parallel(_)
        | Work::Approve(_) => false,
    }
}
