//! Reads a flow document from YAML and reports everything that is wrong with it.

mod block;
mod document;
mod start;
mod step;

use crate::flow::document::Flow;
use crate::flow::limits;
use crate::flow::places::Places;
use crate::problem::{Place, Problem, keep_the_first};
use crate::yaml::{Comment, Kind, Member, Node, load};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// A text that was read as a flow.
#[derive(Debug, Default)]
pub struct Read {
    /// The flow, if enough of it was understood.
    pub flow: Option<Flow>,
    pub problems: Vec<Problem>,
    /// Where its parts stand.
    pub places: Places,
    pub comments: Vec<Comment>,
}

/// Reads `text`. Returns the flow if enough of it was understood, and every problem.
pub fn parse(text: &str) -> (Option<Flow>, Vec<Problem>) {
    let read = read(text);
    (read.flow, read.problems)
}

/// Reads `text`, with what an editor or a formatter needs beside the flow.
pub fn read(text: &str) -> Read {
    let (root, problems, comments) = load_map(text, "begin with `schema: 1` and `flow: <id>`");
    let Some(root) = root else {
        return Read {
            problems,
            comments,
            ..Read::default()
        };
    };
    let mut reader = Reader::new(problems);
    let flow = reader.flow(&root);
    let mut problems = reader.problems;
    problems.sort_by_key(|p| p.place);
    keep_the_first(&mut problems);
    Read {
        flow,
        problems,
        places: Places::new(root),
        comments,
    }
}

/// Reads a text that is to be a map of keys.
pub(in crate::flow) fn load_map(
    text: &str,
    cure: &str,
) -> (Option<Node>, Vec<Problem>, Vec<Comment>) {
    let most = limits::DOCUMENT_BYTES;
    if text.len() > most {
        let message = format!(
            "the document has {} bytes, at most {most} are read",
            text.len()
        );
        let problem = Problem::error("", "document_too_long", message, "split it");
        return (None, vec![problem], Vec::new());
    }
    let mut loaded = load(text);
    let root = loaded.root.filter(|root| root.map().is_some());
    if root.is_none() && loaded.problems.is_empty() {
        let message = "the document is not a map of keys";
        loaded
            .problems
            .push(Problem::error("", "not_a_map", message, cure));
    }
    (root, loaded.problems, loaded.comments)
}

pub(in crate::flow) struct Reader {
    pub problems: Vec<Problem>,
    /// The ids of steps so far.
    ids: BTreeSet<String>,
    /// How many steps there are so far.
    steps: usize,
}

impl Reader {
    pub fn new(problems: Vec<Problem>) -> Self {
        Self {
            problems,
            ids: BTreeSet::new(),
            steps: 0,
        }
    }

    pub fn error(&mut self, at: Place, path: &str, code: &str, message: &str, cure: &str) {
        let problem = Problem::error(path, code, message, cure);
        self.problems.push(problem.at(at));
    }

    /// The text of a member that must be there.
    pub fn required_text(&mut self, path: &str, node: &Node, key: &str) -> Option<String> {
        let at = join(path, key);
        match node.member(key) {
            Some(member) => self.text(&at, &member.value),
            None => {
                self.missing(node.place, &at, key);
                None
            }
        }
    }

    pub fn missing(&mut self, at: Place, path: &str, key: &str) {
        let message = format!("`{key}` is missing");
        self.error(at, path, "missing", &message, &format!("add `{key}:`"));
    }

    pub fn text(&mut self, path: &str, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) if !text.is_empty() => Some(text.clone()),
            Kind::Text(_) | Kind::Null => {
                self.error(node.place, path, "missing", "it is empty", "write a text");
                None
            }
            _ => {
                let message = format!("it is {} instead of a text", node.describe());
                let is_scalar = matches!(node.kind, Kind::Bool(_) | Kind::Number(_));
                let cure = if is_scalar {
                    "quote it"
                } else {
                    "write a text"
                };
                self.error(node.place, path, "not_text", &message, cure);
                None
            }
        }
    }

    /// A text of at most so many characters, if the member is there.
    pub fn short_text(
        &mut self,
        path: &str,
        node: &Node,
        key: &str,
        most: usize,
    ) -> Option<String> {
        let member = node.member(key)?;
        let at = join(path, key);
        let text = self.text(&at, &member.value)?;
        let count = text.chars().count();
        if count > most {
            let message = format!("`{key}` has {count} characters, at most {most} are read");
            self.error(member.value.place, &at, "too_long", &message, "shorten it");
        }
        Some(text)
    }

    pub fn title_and_note(&mut self, path: &str, node: &Node) -> (Option<String>, Option<String>) {
        let title = self.short_text(path, node, "title", limits::TITLE_CHARS);
        if title.as_deref().is_some_and(|t| t.contains('\n')) {
            let at = node.get("title").map_or(node.place, |n| n.place);
            let message = "a title is one line";
            self.error(
                at,
                &join(path, "title"),
                "not_one_line",
                message,
                "use `note:` for more",
            );
        }
        (
            title,
            self.short_text(path, node, "note", limits::NOTE_CHARS),
        )
    }

    pub fn span(&mut self, path: &str, node: &Node, key: &str) -> Option<Duration> {
        let member = node.member(key)?;
        let span = member.value.text().and_then(crate::flow::span::parse_span);
        let at = join(path, key);
        if span.is_none() {
            let message = format!("{} is no span of time", member.value.to_value());
            let cure = "write a whole number and s, m, h or d: `30s`, `72h`";
            self.error(member.value.place, &at, "bad_span", &message, cure);
        }
        if span.is_some_and(|s| s.is_zero()) {
            let cure = "write at least `1s`, or leave the key out";
            self.error(
                member.value.place,
                &at,
                "bad_span",
                "the span is nothing",
                cure,
            );
            return None;
        }
        span
    }

    /// A span that is at most `most`.
    pub fn bounded_span(
        &mut self,
        path: &str,
        node: &Node,
        key: &str,
        bounds: (Duration, Duration),
    ) -> Option<Duration> {
        let span = self.span(path, node, key)?;
        let (least, most) = bounds;
        if span < least || span > most {
            let say = crate::flow::span::say_span;
            let message = format!(
                "`{key}` is {}, it may be {} to {}",
                say(span),
                say(least),
                say(most)
            );
            let at = join(path, key);
            let place = node.get(key).map_or(node.place, |n| n.place);
            self.error(
                place,
                &at,
                "span_out_of_range",
                &message,
                "choose another span",
            );
        }
        Some(span)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, path: &str, node: &Node, key: &str, most: u32) -> Option<u32> {
        let member = node.member(key)?;
        let number = match &member.value.kind {
            Kind::Number(number) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
            _ => None,
        };
        let fits = number.filter(|n| (1..=most).contains(n));
        if fits.is_none() {
            let message = format!("`{key}` is {}", member.value.to_value());
            let cure = format!("write a whole number from 1 to {most}");
            self.error(
                member.value.place,
                &join(path, key),
                "bad_number",
                &message,
                &cure,
            );
        }
        fits
    }

    /// A map of templates: the input of an operation, the values of a `set`.
    pub fn templates(&mut self, path: &str, node: &Node, key: &str) -> Option<Value> {
        let Some(member) = node.member(key) else {
            return Some(Value::Object(serde_json::Map::new()));
        };
        if member.value.map().is_none() {
            let message = format!("`{key}` is {} instead of a map", member.value.describe());
            let cure = "write `name: value` below it";
            self.error(
                member.value.place,
                &join(path, key),
                "not_a_map",
                &message,
                cure,
            );
            return None;
        }
        Some(member.value.to_value())
    }

    /// A list that must not be empty.
    pub fn items<'a>(&mut self, path: &str, node: &'a Node, cure: &str) -> Option<&'a [Node]> {
        match node.list() {
            Some(items) if !items.is_empty() => Some(items),
            Some(_) => {
                self.error(node.place, path, "empty_list", "the list is empty", cure);
                None
            }
            None => {
                let message = format!("it is {} instead of a list", node.describe());
                self.error(node.place, path, "not_a_list", &message, cure);
                None
            }
        }
    }

    /// The members of a map, or a problem.
    pub fn members<'a>(&mut self, path: &str, node: &'a Node, cure: &str) -> Option<&'a [Member]> {
        let members = node.map();
        if members.is_none() {
            let message = format!("it is {} instead of a map", node.describe());
            self.error(node.place, path, "not_a_map", &message, cure);
        }
        members
    }

    pub fn unknown_keys(&mut self, path: &str, node: &Node, known: &[&str]) {
        for member in node.map().unwrap_or_default() {
            if known.contains(&member.key.as_str()) {
                continue;
            }
            let message = format!("`{}` is not a key here", member.key);
            let cure = match crate::likeness::nearest(&member.key, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", known.join(", ")),
            };
            let at = join(path, &member.key);
            self.error(member.place, &at, "unknown_key", &message, &cure);
        }
    }

    /// An id in the form that `fits` asks for.
    pub fn id(&mut self, at: Place, path: &str, id: &str, form: &Form) {
        let count = id.chars().count();
        if count > limits::ID_CHARS {
            let message = format!("`{id}` has {count} characters");
            let cure = format!("use at most {}", limits::ID_CHARS);
            self.error(at, path, "bad_id", &message, &cure);
        } else if !(form.fits)(id) {
            let message = format!("`{id}` is no {}", form.what);
            self.error(at, path, "bad_id", &message, form.cure);
        }
    }
}

/// How ids of one kind are written.
pub(in crate::flow) struct Form {
    pub what: &'static str,
    pub cure: &'static str,
    fits: fn(&str) -> bool,
}

/// Ids of flows and samples: `order-to-cash`.
pub(in crate::flow) const FLOW_ID: Form = Form {
    what: "flow id",
    cure: "use lower-case letters, digits and hyphens",
    fits: |text| {
        let mut bytes = text.bytes();
        bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    },
};

/// Names that formulas use: of steps, inputs, branches, variables.
pub(super) const NAME: Form = Form {
    what: "name",
    cure: "use lower-case letters, digits and underscores, beginning with a letter",
    fits: |text| {
        let mut bytes = text.bytes();
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    },
};

pub(in crate::flow) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
