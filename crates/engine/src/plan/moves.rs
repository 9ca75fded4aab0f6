//! Whether a run that has begun on one version may go on with another.
//!
//! A run's journal knows steps by their ordinals. It may go over where every step that it has
//! touched has the same ordinal, id, kind and list in the new version, and where what is finished
//! gives what the new version takes it to give. What comes after may be anything.

use super::{OnError, Plan, PlanStep, Work};
use model::flow::Step;
use serde_json::Value;
use std::collections::BTreeSet;
use store::run::StepState;

/// Two versions of a flow, compared.
pub struct Moves<'a> {
    old: &'a Plan,
    /// As they are written, by ordinal.
    written: (Vec<&'a Step>, Vec<&'a Step>),
    /// By ordinal.
    steps: (Vec<&'a PlanStep>, Vec<&'a PlanStep>),
    /// Why none may go over.
    never: Option<String>,
    /// So many steps, from the first on, stand in the same places.
    same: usize,
}

impl<'a> Moves<'a> {
    pub fn new(old: &'a Plan, new: &'a Plan) -> Self {
        let steps = (old.every_step(), new.every_step());
        let pairs = steps.0.iter().zip(&steps.1);
        let same = pairs
            .take_while(|(a, b)| {
                a.id == b.id
                    && a.ordinal == b.ordinal
                    && a.scope == b.scope
                    && old.scopes.get(a.scope) == new.scopes.get(b.scope)
            })
            .count();
        Self {
            old,
            written: (old.flow.every_step(), new.flow.every_step()),
            steps,
            never: never(old, new),
            same,
        }
    }

    /// Why a run with these rows, that stands at `cursor`, may not go over; nothing if it may.
    pub fn why_not(&self, cursor: i64, rows: &[(i64, StepState)]) -> Option<String> {
        if self.never.is_some() {
            return self.never.clone();
        }
        let mut touched: Vec<(usize, Option<StepState>)> = Vec::new();
        for (ordinal, state) in rows {
            touched.push((usize::try_from(*ordinal).ok()?, Some(*state)));
        }
        touched.extend(
            self.calls_under_way(cursor, rows)
                .into_iter()
                .map(|n| (n, None)),
        );
        let is_step = |n: &usize| *n < self.steps.0.len();
        let last = touched.iter().map(|(n, _)| *n).filter(is_step).max()?;
        if last >= self.same {
            let was = self.steps.0.get(self.same).map_or("?", |s| s.id.as_str());
            let touched = &self.steps.0[last].id;
            return Some(match self.steps.1.get(self.same) {
                Some(is) => format!(
                    "it is past step {}, where `{was}` was and `{}` is now (it has come to \
                     `{touched}`)",
                    self.same + 1,
                    is.id
                ),
                None => format!("it has come to `{touched}`, and `{was}` is gone"),
            });
        }
        touched
            .into_iter()
            .filter(|(n, _)| is_step(n))
            .find_map(|(n, state)| self.differs(n, state))
    }

    /// Calls of other flows leave no row: the calling step's place is their name.
    fn calls_under_way(&self, cursor: i64, rows: &[(i64, StepState)]) -> BTreeSet<usize> {
        let begun = rows.iter().filter(|(_, state)| *state == StepState::Begun);
        let at = begun.map(|(ordinal, _)| *ordinal).chain([cursor]);
        let mut found = BTreeSet::new();
        for step in at.filter_map(|ordinal| self.old.step(ordinal)) {
            calls(step, &mut found);
        }
        found
    }

    fn differs(&self, n: usize, state: Option<StepState>) -> Option<String> {
        let (a, b) = (self.steps.0[n], self.steps.1[n]);
        let id = &a.id;
        if !is_same_kind(&a.work, &b.work) {
            return Some(format!(
                "`{id}`, which it has begun, does something else now"
            ));
        }
        let (was, is) = (self.written.0.get(n), self.written.1.get(n));
        match state {
            Some(StepState::Done) => {
                if form(&a.output.document()) != form(&b.output.document()) {
                    return Some(format!("what `{id}` gives has another form now"));
                }
                if is_read(&a.work) != is_read(&b.work) {
                    return Some(format!("what the items of `{id}` gave was not kept"));
                }
                None
            }
            Some(StepState::Failed) => {
                let same = was.map(|s| &s.on_error) == is.map(|s| &s.on_error);
                let same = same
                    && matches!(a.on_error, OnError::Stop) == matches!(b.on_error, OnError::Stop);
                (!same).then(|| format!("`{id}` has failed, and its `on_error` differs"))
            }
            // It goes on with what it was given, whatever the new version would give it.
            Some(StepState::Begun) if is_once(&a.work) => {
                Some(format!("`{id}` is under way with what it was begun with"))
            }
            // Its list was worked out when it began.
            Some(StepState::Begun) if holds_items(&a.work) => {
                let same = was.map(|s| list_of(s)) == is.map(|s| list_of(s));
                (!same).then(|| format!("`{id}` is under way, and its list differs"))
            }
            Some(StepState::Begun | StepState::Skipped) | None => None,
        }
    }
}

/// A schema without what it says of single values: another text of the same kind fits as well.
fn form(schema: &Value) -> Value {
    let of_values = [
        "maxLength",
        "minLength",
        "enum",
        "const",
        "examples",
        "description",
        "title",
    ];
    match schema {
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter(|(name, value)| value.is_object() || !of_values.contains(&name.as_str()));
            let kept = kept.map(|(name, value)| (name.clone(), form(value)));
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(form).collect(),
        other => other.clone(),
    }
}

/// What of a version decides which events it takes and which lane and key a run has.
fn never(old: &Plan, new: &Plan) -> Option<String> {
    let (a, b) = (&old.flow, &new.flow);
    let differs = |what: &str| Some(format!("{what} of the flow differs"));
    if !b.starts.starts_with(&a.starts) {
        return differs("the trigger");
    }
    if a.inputs != b.inputs {
        return differs("the inputs");
    }
    if a.key != b.key {
        return differs("the key");
    }
    if a.order_by != b.order_by {
        return differs("`order_by`");
    }
    None
}

/// The ordinals of the calls of other flows in a step.
fn calls(step: &PlanStep, found: &mut BTreeSet<usize>) {
    if calls_itself(&step.work) {
        found.extend(usize::try_from(step.ordinal));
    }
    for list in step.lists() {
        list.steps.iter().for_each(|step| calls(step, found));
    }
}

fn calls_itself(work: &Work) -> bool {
    match work {
        Work::Flow(_) => true,
        Work::Choose(cases) => cases.iter().any(|(_, work)| calls_itself(work)),
        _ => false,
    }
}

fn is_once(work: &Work) -> bool {
    match work {
        Work::Call(call) => call.operation.effect().is_once(),
        Work::Choose(cases) => cases.iter().any(|(_, work)| is_once(work)),
        _ => false,
    }
}

fn holds_items(work: &Work) -> bool {
    match work {
        Work::Each(_) => true,
        Work::Choose(cases) => cases.iter().any(|(_, work)| holds_items(work)),
        _ => false,
    }
}

/// What a step goes through, as it is written; the whole step where that stands in a case.
fn list_of(step: &Step) -> String {
    match &step.kind {
        model::flow::StepKind::Each(each) => format!("{:?}", each.list),
        other => format!("{other:?}"),
    }
}

fn is_read(work: &Work) -> bool {
    match work {
        Work::Each(each) => each.is_read,
        Work::Choose(cases) => cases.iter().any(|(_, work)| is_read(work)),
        _ => false,
    }
}

fn is_same_kind(a: &Work, b: &Work) -> bool {
    match (a, b) {
        (Work::Call(a), Work::Call(b)) => a.operation.id() == b.operation.id() && a.need == b.need,
        (Work::Book { book: a, .. }, Work::Book { book: b, .. }) => a.id() == b.id(),
        (Work::Set(_), Work::Set(_))
        | (Work::Check(..), Work::Check(..))
        | (Work::Wait(..), Work::Wait(..))
        | (Work::Steps(_), Work::Steps(_))
        | (Work::Approve(_), Work::Approve(_)) => true,
        (Work::Each(a), Work::Each(b)) => a.name == b.name,
        (Work::Parallel(a), Work::Parallel(b)) => a
            .iter()
            .map(|(name, _)| name)
            .eq(b.iter().map(|(name, _)| name)),
        (Work::Flow(a), Work::Flow(b)) => a.flow == b.flow,
        // A case that was chosen is remembered by its number.
        (Work::Choose(a), Work::Choose(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| is_same_kind(a, b))
        }
        _ => false,
    }
}
