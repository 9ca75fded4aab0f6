//! What a flow is given, held against the inputs that it declares.

use crate::plan::inputs;
use mapping::{Shape, Value as Computed};
use model::Problem;
use model::flow::{Flow, Input, InputKind};
use model::likeness::nearest;
use serde_json::{Map, Value};

/// The flow's inputs, with the defaults of those that were left out.
///
/// # Errors
/// Everything that is wrong with what was given, at once.
pub fn check_input(flow: &Flow, given: &Value) -> Result<Map<String, Value>, Vec<Problem>> {
    let Value::Object(given) = given else {
        let message = format!("the input is {} instead of a map", kind_of(given));
        let cure = "give a map of the flow's inputs: `{}` if it has none";
        return Err(vec![Problem::error("input", "wrong_type", message, cure)]);
    };
    let mut problems = Vec::new();
    let known: Vec<&str> = flow.inputs.iter().map(|i| i.name.as_str()).collect();
    for name in given.keys().filter(|name| !known.contains(&name.as_str())) {
        let message = format!("`{}` has no input `{name}`", flow.id);
        let cure = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "leave it out: the flow has no inputs".to_owned(),
            None => format!("there are: {}", known.join(", ")),
        };
        problems.push(Problem::error(
            format!("input.{name}"),
            "unknown_input",
            message,
            cure,
        ));
    }
    let mut checked = Map::new();
    for input in &flow.inputs {
        // A null is what is left out, in JSON of many writers.
        match given.get(&input.name).filter(|value| !value.is_null()) {
            Some(value) => {
                let found = wrong(input, value);
                if found.is_none() {
                    checked.insert(input.name.clone(), value.clone());
                }
                problems.extend(found);
            }
            None => match (&input.default, input.is_optional) {
                (Some(default), _) => drop(checked.insert(input.name.clone(), default.clone())),
                (None, true) => {}
                (None, false) => {
                    let path = format!("input.{}", input.name);
                    let message = format!("`{}` needs `{}`", flow.id, input.name);
                    let cure = format!("give {}", wanted(input));
                    problems.push(Problem::error(path, "missing_input", message, cure));
                }
            },
        }
    }
    if problems.is_empty() {
        Ok(checked)
    } else {
        Err(problems)
    }
}

/// Checked inputs as formulas see them: a decimal is a number there.
pub(crate) fn typed(flow: &Flow, input: &Value) -> Result<Computed, String> {
    Computed::from_json(input, &Shape::from_schema(&inputs(flow)))
}

fn wrong(input: &Input, value: &Value) -> Option<Problem> {
    let path = format!("input.{}", input.name);
    let problem = |code: &str, message: String, cure: String| {
        Some(Problem::error(path.clone(), code, message, cure))
    };
    if !is_a(input.kind, value) {
        let message = format!("`{}` is {}", input.name, kind_of(value));
        return problem("wrong_type", message, format!("give {}", wanted(input)));
    }
    if let Some(at) = fraction(value) {
        let message = format!("`{}{at}` is a number with a fraction", input.name);
        return problem(
            "fraction",
            message,
            "write it as a text, so that it stays exact".into(),
        );
    }
    let Value::String(text) = value else {
        return None;
    };
    if !input.one_of.is_empty() && !input.one_of.contains(text) {
        let message = format!("`{}` has a value that it may not have", input.name);
        let cure = match nearest(
            text,
            &input.one_of.iter().map(String::as_str).collect::<Vec<_>>(),
        ) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give one of: {}", input.one_of.join(", ")),
        };
        return problem("not_one_of", message, cure);
    }
    let length = text.chars().count();
    match input.max_length {
        Some(most) if length > usize::try_from(most).unwrap_or(usize::MAX) => {
            let message = format!("`{}` has {length} characters", input.name);
            problem("too_long", message, format!("give {most} at most"))
        }
        _ => None,
    }
}

fn is_a(kind: InputKind, value: &Value) -> bool {
    match (kind, value) {
        (InputKind::Text, Value::String(_))
        | (InputKind::Boolean, Value::Bool(_))
        | (InputKind::List, Value::Array(_))
        | (InputKind::Map, Value::Object(_)) => true,
        (InputKind::Integer, Value::Number(number)) => number.is_i64(),
        (InputKind::Time, Value::Number(number)) => {
            let seconds = number.as_i64();
            seconds.is_some_and(|s| jiff::Timestamp::from_second(s).is_ok())
        }
        (InputKind::Decimal, Value::String(_)) => {
            let shape = serde_json::json!({"type": "string", "format": "decimal"});
            Computed::from_json(value, &Shape::from_schema(&shape)).is_ok()
        }
        (InputKind::Date, Value::String(text)) => {
            text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
        }
        _ => false,
    }
}

/// Where in a value stands a number whose digits JSON may have rounded.
fn fraction(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => (!number.is_i64()).then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(n, item)| fraction(item).map(|at| format!("[{n}]{at}"))),
        Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| fraction(member).map(|at| format!(".{name}{at}"))),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

fn wanted(input: &Input) -> &'static str {
    match input.kind {
        InputKind::Text => "a text",
        InputKind::Integer => "a whole number",
        InputKind::Decimal => "an exact decimal, as a text: \"12.30\"",
        InputKind::Boolean => "true or false",
        InputKind::Date => "a date: \"2026-11-24\"",
        InputKind::Time => "whole seconds since 1970, UTC",
        InputKind::List => "a list",
        InputKind::Map => "a map",
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FLOW: &str = "\
schema: 1
flow: close
trigger: manual
inputs:
  day: date
  amount: decimal
  count:
    type: integer
    default: 3
  channel:
    type: text
    one_of:
      - web
      - shop
    optional: true
  note:
    type: text
    max_length: 5
    optional: true
  more:
    type: map
    optional: true
steps:
  - id: a
    set:
      x: =input.day
";

    fn check(given: &Value) -> Result<Value, Vec<String>> {
        let (flow, problems) = model::flow::parse(FLOW);
        let flow = flow.unwrap_or_else(|| panic!("{problems:?}"));
        assert_eq!(problems, []);
        let checked = check_input(&flow, given).map(Value::Object);
        checked.map_err(|p| {
            p.into_iter()
                .map(|p| format!("{} {}", p.path, p.code))
                .collect()
        })
    }

    #[test]
    fn defaults_are_filled_in_and_nulls_are_left_out() {
        let given = json!({"day": "2026-11-24", "amount": "0.10", "note": null});
        let expected = json!({"day": "2026-11-24", "amount": "0.10", "count": 3});
        assert_eq!(check(&given), Ok(expected));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let given = json!({
            "day": "24.11.2026", "count": "3", "channel": "wob", "note": "longer",
            "more": {"a": [1, 0.5]}, "dai": 1,
        });
        let problems = [
            "input.dai unknown_input",
            "input.day wrong_type",
            "input.amount missing_input",
            "input.count wrong_type",
            "input.channel not_one_of",
            "input.note too_long",
            "input.more fraction",
        ];
        assert_eq!(check(&given), Err(problems.map(ToOwned::to_owned).to_vec()));
        assert_eq!(check(&json!([])), Err(vec!["input wrong_type".to_owned()]));
        for amount in [json!(1), json!(0.1), json!("1e3x"), json!("")] {
            let given = json!({"day": "2026-11-24", "amount": amount});
            assert_eq!(
                check(&given),
                Err(vec!["input.amount wrong_type".to_owned()]),
                "{amount}"
            );
        }
    }
}
