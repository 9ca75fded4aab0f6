//! What can be said of several flows together: who calls whom, and with what.

use super::nearest::nearest;
use model::Problem;
use model::flow::{Body, Call, Flow, Start, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// Checks the `call` steps of `flows` against each other. Problems are given by flow id.
pub fn check_calls(flows: &[&Flow]) -> BTreeMap<String, Vec<Problem>> {
    let by_id: BTreeMap<&str, &Flow> = flows.iter().map(|f| (f.id.as_str(), *f)).collect();
    let mut found: BTreeMap<String, Vec<Problem>> = BTreeMap::new();
    for flow in flows {
        let problems = found.entry(flow.id.clone()).or_default();
        for (step, call) in calls(flow) {
            match by_id.get(call.flow.as_str()) {
                Some(target) => check_call(step, call, target, problems),
                None => {
                    let known: Vec<&str> = by_id.keys().copied().collect();
                    let message = format!("there is no flow `{}`", call.flow);
                    let path = format!("steps.{}.call", step.id);
                    let cure = nearest(&call.flow, &known);
                    problems.push(Problem::error(path, "unknown_flow", message, cure));
                }
            }
        }
        problems.extend(cycle(flow, &by_id));
    }
    let ids: BTreeSet<&str> = by_id.keys().copied().collect();
    for flow in flows.iter().filter(|_| ids.len() < flows.len()) {
        if flows.iter().filter(|other| other.id == flow.id).count() > 1 {
            let message = format!("two flows are named `{}`", flow.id);
            let problem = Problem::error("flow", "duplicate_flow", message, "rename one");
            let problems = found.entry(flow.id.clone()).or_default();
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    found.retain(|_, problems| !problems.is_empty());
    found
}

/// Every `call` of a flow with the step that it stands in.
fn calls(flow: &Flow) -> Vec<(&Step, &Call)> {
    let mut found = Vec::new();
    for step in flow.every_step() {
        let mut kinds = vec![&step.kind];
        if let StepKind::Choose { cases } = &step.kind {
            kinds.extend(cases.iter().filter_map(|case| match &case.body {
                Body::One(kind) => Some(&**kind),
                Body::Steps(_) => None,
            }));
        }
        for kind in kinds {
            if let StepKind::Call(call) = kind {
                found.push((step, call));
            }
        }
    }
    found
}

fn check_call(step: &Step, call: &Call, target: &Flow, problems: &mut Vec<Problem>) {
    let path = format!("steps.{}", step.id);
    if !target.starts.contains(&Start::Call) {
        let message = format!("`{}` is not started by a call", target.id);
        let cure = format!("add `call` to the triggers of `{}`", target.id);
        problems.push(Problem::error(
            format!("{path}.call"),
            "not_callable",
            message,
            cure,
        ));
    }
    let empty = serde_json::Map::new();
    let given = call.with.as_object().unwrap_or(&empty);
    let needed = target
        .inputs
        .iter()
        .filter(|i| !i.is_optional && i.default.is_none());
    for input in needed.filter(|i| !given.contains_key(&i.name)) {
        let message = format!("the input `{}` of `{}` is not given", input.name, target.id);
        let at = format!("{path}.with.{}", input.name);
        let cure = format!("add `{}:`", input.name);
        problems.push(Problem::error(at, "missing_field", message, cure));
    }
    let known: Vec<&str> = target.inputs.iter().map(|i| i.name.as_str()).collect();
    for name in given.keys().filter(|n| !known.contains(&n.as_str())) {
        let message = format!("`{}` has no input `{name}`", target.id);
        let at = format!("{path}.with.{name}");
        problems.push(Problem::error(
            at,
            "unknown_field",
            message,
            nearest(name, &known),
        ));
    }
}

/// The way back to `flow` through calls, if there is one: such a run would never end.
fn cycle(flow: &Flow, by_id: &BTreeMap<&str, &Flow>) -> Option<Problem> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut todo = vec![flow];
    while let Some(at) = todo.pop() {
        for (_, call) in calls(at) {
            if call.flow == flow.id {
                let mut way = vec![flow.id.as_str()];
                let mut from = at.id.as_str();
                while from != flow.id {
                    way.push(from);
                    from = seen.get(from).copied().unwrap_or(&flow.id);
                }
                way.push(&flow.id);
                way.reverse();
                let message = format!("the flow calls itself: {}", way.join(" → "));
                let first = calls(flow).into_iter().find(|(_, c)| c.flow == way[1]);
                let path = first.map_or_else(String::new, |(s, _)| format!("steps.{}.call", s.id));
                let cure = "break the circle: a call must come to an end";
                return Some(Problem::error(path, "call_cycle", message, cure));
            }
            if let Some(next) = by_id.get(call.flow.as_str())
                && !seen.contains_key(next.id.as_str())
            {
                seen.insert(&next.id, &at.id);
                todo.push(next);
            }
        }
    }
    None
}
