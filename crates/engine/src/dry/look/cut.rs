//! A document up to a step, so that the step can be looked at while it is unfinished.

use serde_json::{Map, Value, json};

/// What of a document no step before its end depends on.
const AROUND: [&str; 4] = ["key", "order_by", "output", "note"];

/// The document up to the step `id`, which does nothing there, and the step as it is written. What
/// may lead past the step is left out of the steps that hold it: their conditions, other cases.
pub fn cut(document: &Map<String, Value>, id: &str) -> Option<(Value, Value)> {
    let steps = document.get("steps")?.as_array()?;
    let (steps, step) = list(steps, id)?;
    let mut document = document.clone();
    for key in AROUND {
        document.remove(key);
    }
    document.insert("steps".into(), steps);
    Some((Value::Object(document), step))
}

fn list(steps: &[Value], id: &str) -> Option<(Value, Value)> {
    steps.iter().enumerate().find_map(|(n, step)| {
        let (last, found) = if step.get("id").is_some_and(|own| own == id) {
            (json!({"id": id, "set": {"here": true}}), step.clone())
        } else {
            within(step.as_object()?, id)?
        };
        let mut before = steps[..n].to_vec();
        before.push(last);
        Some((Value::Array(before), found))
    })
}

/// The same for the steps that a step holds.
fn within(step: &Map<String, Value>, id: &str) -> Option<(Value, Value)> {
    let holder = |key: &str, inner: Value| {
        let mut step = step.clone();
        step.remove("when");
        step.remove("output");
        step.insert(key.into(), inner);
        Value::Object(step)
    };
    let lists = ["steps", "on_error"].into_iter();
    let own = lists.filter_map(|key| {
        let (steps, found) = list(step.get(key)?.as_array()?, id)?;
        Some((holder(key, steps), found))
    });
    let branches = step.get("parallel").and_then(Value::as_object);
    let branches = branches.into_iter().flatten().filter_map(|(name, branch)| {
        let (steps, found) = list(branch.as_array()?, id)?;
        Some((holder("parallel", json!({name: steps})), found))
    });
    let cases = step.get("choose").and_then(Value::as_array);
    let cases = cases.into_iter().flatten().filter_map(|case| {
        let (steps, found) = list(case.get("steps")?.as_array()?, id)?;
        Some((holder("choose", json!([{"steps": steps}])), found))
    });
    own.chain(branches).chain(cases).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_past_a_step_is_left_out() {
        let document = json!({
            "flow": "a", "key": "=x", "output": "=steps.z", "steps": [
                {"id": "one", "set": {"x": 1}},
                {"id": "either", "when": "=false", "choose": [
                    {"when": "=false", "set": {"x": 2}},
                    {"when": "=false", "output": "=steps.z", "steps": [
                        {"id": "it", "set": {"broken": "="}},
                        {"id": "z", "set": {"x": 3}}]}]},
                {"id": "last", "set": {"broken": "="}}]});
        let document = document.as_object().expect("a map");
        let (cut_off, step) = cut(document, "it").expect("it is there");
        assert_eq!(step, json!({"id": "it", "set": {"broken": "="}}));
        let expected = json!({"flow": "a", "steps": [
            {"id": "one", "set": {"x": 1}},
            {"id": "either", "choose": [{"steps": [{"id": "it", "set": {"here": true}}]}]}]});
        assert_eq!(cut_off, expected);
        assert!(cut(document, "none").is_none());
    }
}
