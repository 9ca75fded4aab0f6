//! What a new version changes about who meets whose effects.

use super::{Plan, PlanStep, Work};
use connector::{AnyOperation, Registry};
use model::Problem;
use serde_json::Value;
use std::collections::BTreeSet;

/// A formula by which repeats are recognised, and that differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it stands: `steps.order.with.reference`.
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Compiles a new version, and warns of everything by which its runs would not meet what runs of
/// the version `previous` have done: a repeat would do it again.
pub fn compile_against(
    previous: &Plan,
    text: &str,
    registry: Registry,
) -> (Option<Plan>, Vec<Problem>, Vec<Change>) {
    let compiled = super::compile_document(text, registry);
    let mut problems = compiled.problems;
    let changes = compiled
        .plan
        .as_ref()
        .map_or_else(Vec::new, |plan| changes(previous, plan));
    let mut warnings: Vec<Problem> = changes.iter().map(warning).collect();
    compiled.places.add_to(&mut warnings);
    problems.extend(warnings);
    (compiled.plan, problems, changes)
}

fn warning(change: &Change) -> Problem {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".into());
    let (before, after) = (said(&change.before), said(&change.after));
    let message = if change.path == "key" {
        format!(
            "the key was `{before}` and is `{after}`: an event that was worked under the old key \
             starts a run again"
        )
    } else {
        format!(
            "this was `{before}` and is `{after}`: a repeat does not meet what earlier runs have \
             done, and does it again"
        )
    };
    let cure = "keep the formula, or make sure that nothing old is replayed";
    Problem::warning(&change.path, "identity_changed", message, cure)
}

fn changes(before: &Plan, after: &Plan) -> Vec<Change> {
    let mut found = Vec::new();
    let said = |value: &Option<Value>| value.as_ref().map(text);
    let keys = (said(&before.flow.key), said(&after.flow.key));
    if keys.0 != keys.1 {
        found.push(Change {
            path: "key".into(),
            before: keys.0,
            after: keys.1,
        });
    }
    let (old, new) = (effects(before), effects(after));
    for (id, operation, with) in &new {
        // The step may have been renamed; its operation is then the one without a partner.
        let same = old
            .iter()
            .find(|(i, o, _)| i == id && o.id() == operation.id());
        let of_kind = |e: &&(String, &dyn AnyOperation, Value)| {
            let is_kept = new.iter().any(|(i, o, _)| *i == e.0 && o.id() == e.1.id());
            e.1.id() == operation.id() && !is_kept
        };
        let Some((_, _, was)) = same.or_else(|| old.iter().find(of_kind)) else {
            continue;
        };
        for field in identity_fields(*operation) {
            let (was, is) = (was.get(&field), with.get(&field));
            if was != is {
                found.push(Change {
                    path: format!("steps.{id}.with.{field}"),
                    before: was.map(text),
                    after: is.map(text),
                });
            }
        }
    }
    found
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The steps that do something once: step id, operation, input as it is written.
fn effects(plan: &Plan) -> Vec<(String, &'static dyn AnyOperation, Value)> {
    let mut found = Vec::new();
    for step in plan.every_step() {
        once(step, &step.work, &mut found);
    }
    found
}

fn once(step: &PlanStep, work: &Work, found: &mut Vec<(String, &'static dyn AnyOperation, Value)>) {
    match work {
        Work::Call(call) if call.operation.effect().is_once() => {
            found.push((step.id.clone(), call.operation, call.written.clone()));
        }
        Work::Choose(cases) => cases.iter().for_each(|(_, work)| once(step, work, found)),
        _ => {}
    }
}

/// The input fields that an operation's identity is made of: those whose change in an example
/// changes it.
pub(super) fn identity_fields(operation: &dyn AnyOperation) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for example in operation.examples() {
        let Ok(Some(identity)) = operation.identity(&example) else {
            continue;
        };
        let names = example.as_object().into_iter().flat_map(|m| m.keys());
        for name in names {
            let mut other = example.clone();
            let changed = match &example[name] {
                Value::String(text) => Value::String(format!("{text}X")),
                Value::Number(n) => n.as_i64().map_or(Value::Null, |n| (n + 1).into()),
                _ => continue,
            };
            other[name] = changed;
            if let Ok(Some(found)) = operation.identity(&other)
                && (found.kind != identity.kind || found.reference != identity.reference)
            {
                fields.insert(name.clone());
            }
        }
    }
    fields
}
