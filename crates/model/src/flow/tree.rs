//! A document as an editor changes it: a tree of JSON values, in order or not yet.
//!
//! Text and tree are two views of one document. A tree may be unfinished, which a [`Flow`] cannot
//! be: whatever is in it stands in its text. Comments become notes, as a value has none.
//!
//! [`Flow`]: super::Flow

use super::format::{MovedComment, owner_of_comment, owners_of_comments};
use super::read::{load_map, read};
use super::write::write;
use crate::problem::Problem;
use crate::yaml::{Emitter, Kind, Node};
use serde_json::{Map, Value, json};

/// A number that a reader of JSON may change travels as a map with this one member: its digits.
pub const DIGITS: &str = "=number";

/// Whole numbers beyond it are not exact for every reader of JSON.
const EXACT: u64 = 1 << 53;

/// The keys of a document, in the order in which they are written.
const DOCUMENT: [&str; 11] = [
    "schema",
    "flow",
    "title",
    "note",
    "trigger",
    "inputs",
    "key",
    "order_by",
    "own_events",
    "steps",
    "output",
];

/// The keys of steps and cases, in the order in which they are written.
const STEP: [&str; 24] = [
    "id",
    "title",
    "note",
    "when",
    "use",
    "connection",
    "coerce",
    "check",
    "else",
    "each",
    "as",
    "at_once",
    "call",
    "retry",
    "timeout",
    "with",
    "set",
    "choose",
    "parallel",
    "wait",
    "approve",
    "steps",
    "output",
    "on_error",
];

/// A text as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The document, a map; its keys in the order of the text.
    pub value: Value,
    /// Comments that became notes.
    pub moved: Vec<MovedComment>,
}

/// The tree of `text`, or why there is none: it is no YAML, or no map.
///
/// # Errors
/// The problems for which there is no tree.
pub fn read_tree(text: &str) -> Result<Tree, Vec<Problem>> {
    let (root, problems, comments) = load_map(text, "begin with `schema: 1` and `flow: <id>`");
    let Some(root) = root else {
        return Err(problems);
    };
    let mut value = to_json(&root);
    let owners = owners_of_comments(&root);
    let mut moved = Vec::new();
    for comment in &comments {
        let step = owner_of_comment(text, comment, &owners);
        let holder = match &step {
            Some(id) => find_step(&mut value, id),
            None => value.as_object_mut(),
        };
        let Some(holder) = holder else { continue };
        let note = match holder.get("note").and_then(Value::as_str) {
            Some(known) => format!("{}\n{}", known.trim_end_matches('\n'), comment.text),
            None => comment.text.clone(),
        };
        holder.insert("note".into(), note.into());
        moved.push(MovedComment {
            place: comment.place,
            step,
            text: comment.text.clone(),
        });
    }
    Ok(Tree { value, moved })
}

/// The one text of a tree: that of its flow if it is one, else all that is in it in the same order.
pub fn write_tree(tree: &Value) -> String {
    let mut emitter = Emitter::new();
    if let Value::Object(map) = document(tree) {
        map.iter()
            .for_each(|(key, value)| emitter.value(key, value));
    }
    let text = emitter.finish();
    let known = read(&text);
    let is_whole = !known.problems.iter().any(Problem::is_error);
    match known.flow.filter(|_| is_whole) {
        Some(flow) => write(&flow),
        None => text,
    }
}

fn to_json(node: &Node) -> Value {
    match &node.kind {
        Kind::Number(number) => {
            let exact = number.as_i64().is_some_and(|n| n.unsigned_abs() <= EXACT);
            if exact {
                return number.clone().into();
            }
            json!({ DIGITS: number.to_string() })
        }
        Kind::List(items) => items.iter().map(to_json).collect(),
        Kind::Map(members) => {
            let members = members.iter().map(|m| (m.key.clone(), to_json(&m.value)));
            Value::Object(members.collect())
        }
        Kind::Null | Kind::Bool(_) | Kind::Text(_) => node.to_value(),
    }
}

/// The digits of numbers made numbers again.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let digits = map.get(DIGITS).filter(|_| map.len() == 1);
            let number = digits.and_then(Value::as_str).map(serde_json::from_str);
            if let Some(Ok(Value::Number(number))) = number {
                return number.into();
            }
            let members = map.iter().map(|(key, value)| (key.clone(), plain(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn document(tree: &Value) -> Value {
    ordered(tree, &DOCUMENT, |key, value| match key {
        "steps" => steps(value),
        _ => plain(value),
    })
}

fn steps(list: &Value) -> Value {
    match list {
        Value::Array(items) => items.iter().map(step).collect(),
        other => plain(other),
    }
}

/// A step or a case.
fn step(value: &Value) -> Value {
    ordered(value, &STEP, |key, value| match (key, value) {
        ("steps" | "on_error" | "choose", value) => steps(value),
        ("parallel", Value::Object(branches)) => {
            let branches = branches
                .iter()
                .map(|(name, list)| (name.clone(), steps(list)));
            Value::Object(branches.collect())
        }
        (_, value) => plain(value),
    })
}

/// The members of a map: the known ones in their order, then the others.
fn ordered(value: &Value, known: &[&str], inner: impl Fn(&str, &Value) -> Value) -> Value {
    let Value::Object(map) = value else {
        return plain(value);
    };
    let mut sorted = Map::new();
    let first = known.iter().filter_map(|key| map.get_key_value(*key));
    let rest = map.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    for (key, value) in first.chain(rest) {
        sorted.insert(key.clone(), inner(key, value));
    }
    Value::Object(sorted)
}

/// The step named `id` in any list of steps.
fn find_step<'a>(value: &'a mut Value, id: &str) -> Option<&'a mut Map<String, Value>> {
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find_step(item, id)),
        Value::Object(map) => {
            if map.get("id").and_then(Value::as_str) == Some(id) {
                return Some(map);
            }
            let inner = map
                .iter_mut()
                .filter(|(key, _)| !super::format::holds_no_steps(key));
            inner
                .map(|(_, value)| value)
                .find_map(|value| find_step(value, id))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_tree_are_one_document() {
        let whole = "schema: 1\nflow: a\ntrigger: manual\nsteps:\n  - id: b\n    retry: 72h\n    \
                     set:\n      rate: 12.5\n      large: 9007199254740993\n";
        let tree = read_tree(whole).expect("a tree");
        assert_eq!(
            tree.value["steps"][0]["set"],
            json!({"rate": {"=number": "12.5"}, "large": {"=number": "9007199254740993"}})
        );
        assert_eq!(write_tree(&tree.value), whole);
    }

    #[test]
    fn an_unfinished_tree_keeps_what_is_in_it() {
        let tree = json!({"steps": [{"odd": 1, "use": "", "id": "b", "on_error": [{"id": "c"}]}],
                          "flow": "a"});
        let text = write_tree(&tree);
        assert_eq!(
            text,
            "flow: a\nsteps:\n  - id: b\n    use: ''\n    on_error:\n      - id: c\n    odd: 1\n"
        );
        assert_eq!(
            read_tree(&text).map(|t| t.value),
            Ok(json!({"flow": "a", "steps": [
            {"id": "b", "use": "", "odd": 1, "on_error": [{"id": "c"}]}]}))
        );
    }

    #[test]
    fn comments_become_notes_even_of_what_is_wrong() {
        let text = "flow: a\nsteps:\n  # why\n  - id: b\n    sett: {x: 1}\n";
        let tree = read_tree(text).expect("a tree");
        assert_eq!(tree.value["steps"][0]["note"], "why");
        assert_eq!(tree.moved[0].step.as_deref(), Some("b"));
        assert!(read_tree("a: [").is_err());
    }
}
