//! Whether a sample fits its flow.

use super::nearest::nearest;
use connector::Registry;
use model::Problem;
use model::flow::{Body, Flow, Sample, StepKind};
use std::collections::BTreeSet;

/// Checks that what a sample names is there: its trigger, its steps, the operations that it expects,
/// the fields of their inputs.
pub fn check_sample(flow: &Flow, sample: &Sample, registry: Registry) -> Vec<Problem> {
    let mut problems = body(sample, registry);
    let mut error = |path: &str, code: &str, message: String, cure: String| {
        problems.push(Problem::error(path, code, message, cure));
    };
    let triggers: Vec<&str> = flow.triggers().collect();
    match &sample.trigger {
        Some(trigger) if !triggers.contains(&trigger.as_str()) => {
            let message = format!("`{}` is not started by `{trigger}`", flow.id);
            error(
                "trigger",
                "unknown_trigger",
                message,
                nearest(trigger, &triggers),
            );
        }
        None if !flow.starts.iter().any(model::flow::Start::has_inputs) => {
            let message = format!("`{}` is started by events only", flow.id);
            error(
                "inputs",
                "misplaced_key",
                message,
                "give `trigger:` and `body:`".into(),
            );
        }
        _ => {}
    }
    let steps: Vec<&str> = flow
        .every_step()
        .into_iter()
        .map(|s| s.id.as_str())
        .collect();
    for id in sample
        .given
        .steps
        .keys()
        .filter(|id| !steps.contains(&id.as_str()))
    {
        let message = format!("there is no step `{id}`");
        error(
            &format!("given.steps.{id}"),
            "unknown_step",
            message,
            nearest(id, &steps),
        );
    }
    let used = operations(flow);
    let names: Vec<&str> = used.iter().copied().collect();
    for (n, effect) in sample.expected.effects.iter().enumerate() {
        let path = format!("expect.effects[{n}]");
        let id = effect.operation.as_str();
        if let Some(step) = effect
            .step
            .as_ref()
            .filter(|s| !steps.contains(&s.as_str()))
        {
            let message = format!("there is no step `{step}`");
            error(
                &format!("{path}.step"),
                "unknown_step",
                message,
                nearest(step, &steps),
            );
        }
        if !used.contains(id) {
            let message = format!("the flow does not use `{id}`");
            error(
                &format!("{path}.use"),
                "unknown_operation",
                message,
                nearest(id, &names),
            );
            continue;
        }
        let schema = registry.operation(id).map(|(_, o)| o.input_schema());
        let schema = schema.or_else(|| crate::books::find(id).map(|b| b.input_schema()));
        let fields = schema
            .as_ref()
            .and_then(|s| s.get("properties")?.as_object());
        let known: Vec<&str> = fields
            .into_iter()
            .flat_map(|f| f.keys())
            .map(String::as_str)
            .collect();
        let given = effect.with.as_object().into_iter().flat_map(|m| m.keys());
        for name in given.filter(|name| !known.contains(&name.as_str())) {
            let message = format!("there is no field `{name}`");
            let at = format!("{path}.with.{name}");
            error(&at, "unknown_field", message, nearest(name, &known));
        }
    }
    let books = crate::books::GivenBooks::read(&sample.given.books);
    problems.extend(books.err().into_iter().flatten());
    problems
}

/// Whether the body has the trigger's subject, with everything that the subject always has.
fn body(sample: &Sample, registry: Registry) -> Vec<Problem> {
    let trigger = sample.trigger.as_ref().and_then(|t| registry.trigger(t));
    let Some((_, trigger)) = trigger else {
        return Vec::new();
    };
    let Some(subject) = sample.body.pointer(trigger.subject_at) else {
        let message = format!(
            "the body has no {} at `{}`",
            trigger.subject, trigger.subject_at
        );
        let cure = "give the body as the peer sends it";
        return vec![Problem::error("body", "no_subject", message, cure)];
    };
    let schema = (trigger.schema)();
    let required = schema.get("required").and_then(|r| r.as_array());
    let names = required.into_iter().flatten().filter_map(|n| n.as_str());
    let absent: Vec<&str> = names.filter(|n| subject.get(n).is_none()).collect();
    if absent.is_empty() {
        return Vec::new();
    }
    let message = format!("the {} lacks {}", trigger.subject, absent.join(", "));
    let cure = "add what the peer always sends";
    vec![Problem::error("body", "incomplete_body", message, cure)]
}

/// The operations that a flow uses.
fn operations(flow: &Flow) -> BTreeSet<&str> {
    fn of_kind<'a>(kind: &'a StepKind, found: &mut BTreeSet<&'a str>) {
        match kind {
            StepKind::Use(call) => {
                found.insert(&call.operation);
            }
            StepKind::Choose { cases } => {
                for case in cases {
                    if let Body::One(kind) = &case.body {
                        of_kind(kind, found);
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for step in flow.every_step() {
        of_kind(&step.kind, &mut found);
    }
    found
}
