//! What can be said of a plan only when it is known which connections it is bound to.

use super::{CallWork, Plan, Work};
use connector::Metadata;
use model::Problem;
use serde_json::Value;

/// A connection that a plan is bound to.
pub struct Bound<'a> {
    pub connector: &'a str,
    pub name: &'a str,
    /// Whether steps that name no connection of the connector use it.
    pub is_default: bool,
    /// What the peer says of its fields, if it does.
    pub metadata: Option<&'a Metadata>,
}

/// Checks a plan against the connections of its deployment: that there is one for each need, that
/// literal values fit the peer's fields, and that the peer can do what is asked of it.
pub fn check_deployment(plan: &Plan, bound: &[Bound<'_>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for need in &plan.needs {
        let of_connector = bound.iter().filter(|b| b.connector == need.connector);
        let fits = |b: &&Bound<'_>| match need.connection.as_deref() {
            Some(name) => name == b.name,
            None => b.is_default,
        };
        let path = format!("connections.{}", need.connector);
        let connector = need.connector;
        match (of_connector.clone().filter(fits).count(), &need.connection) {
            (1, _) => {}
            (0, Some(name)) => {
                let known: Vec<&str> = of_connector.map(|b| b.name).collect();
                let message = format!("no connection of `{connector}` is named `{name}`");
                let cure = if known.is_empty() {
                    "add the connection".to_owned()
                } else {
                    format!("there are: {}", known.join(", "))
                };
                problems.push(Problem::error(path, "unknown_connection", message, cure));
            }
            (0, None) => {
                let message = format!("no connection of the connector `{connector}`");
                problems.push(Problem::error(path, "unbound", message, "add a connection"));
            }
            _ => {
                let names: Vec<&str> = of_connector.map(|b| b.name).collect();
                let message = format!("several connections of the connector `{connector}`");
                let cure = format!("name one of {} with `connection:`", names.join(", "));
                problems.push(Problem::error(path, "ambiguous", message, cure));
            }
        }
    }
    for step in plan.every_step() {
        check_work(
            &step.work,
            &format!("steps.{}", step.id),
            bound,
            &mut problems,
        );
    }
    problems
}

fn check_work(work: &Work, path: &str, bound: &[Bound<'_>], problems: &mut Vec<Problem>) {
    match work {
        Work::Call(call) => {
            let metadata = bound.iter().find(|b| {
                let fits = match call.connection.as_deref() {
                    Some(name) => name == b.name,
                    None => b.is_default,
                };
                b.connector == call.connector.id && fits
            });
            if let Some(metadata) = metadata.and_then(|b| b.metadata) {
                check_call(call, path, metadata, problems);
            }
        }
        Work::Choose(cases) => {
            for (n, (_, work)) in cases.iter().enumerate() {
                check_work(work, &format!("{path}.choose[{n}]"), bound, problems);
            }
        }
        _ => {}
    }
}

fn check_call(call: &CallWork, path: &str, metadata: &Metadata, problems: &mut Vec<Problem>) {
    let id = call.operation.id();
    if let Some(reason) = metadata.unsupported.get(id) {
        let message = format!("`{id}` cannot be done there: {reason}");
        let at = format!("{path}.use");
        let cure = "use another operation, or another connection";
        problems.push(Problem::error(at, "unsupported", message, cure));
    }
    let Some(fields) = metadata.fields.get(id) else {
        return;
    };
    literals(&call.written, "", &mut |field, literal| {
        // Items of lists share what is known of their fields: `lines.item`.
        let Some(known) = fields.get(field) else {
            return;
        };
        let at = format!("{path}.with.{field}");
        let count = literal.chars().count();
        if let Some(most) = known.max_length.filter(|most| count > *most) {
            let name = known.name.as_deref().unwrap_or(field);
            let message = format!("`{literal}` has {count} characters, {name} takes {most} there");
            problems.push(Problem::error(&at, "too_long", message, "shorten it"));
        }
        if !known.codes.is_empty() && !known.codes.iter().any(|code| code == literal) {
            let message = format!("`{literal}` is not a code there");
            let cure = super::nearest::nearest(
                literal,
                &known.codes.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            problems.push(Problem::error(&at, "unknown_code", message, cure));
        }
    });
}

/// The literal texts of a template, each with its field.
fn literals(value: &Value, field: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) if text.starts_with("==") => found(field, &text[1..]),
        Value::String(text) if text.starts_with('=') => {}
        Value::String(text) => found(field, text),
        Value::Array(items) => items.iter().for_each(|item| literals(item, field, found)),
        Value::Object(map) => {
            // A list mapping is what each item becomes.
            if let Some(to) = map.get("to").filter(|_| map.contains_key("each")) {
                return literals(to, field, found);
            }
            for (name, value) in map {
                let inner = if field.is_empty() {
                    name.clone()
                } else {
                    format!("{field}.{name}")
                };
                literals(value, &inner, found);
            }
        }
        _ => {}
    }
}
