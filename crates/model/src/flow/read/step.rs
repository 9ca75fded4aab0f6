//! Steps and their modifiers.

use super::start::at_most;
use super::{NAME, Reader, join};
use crate::flow::document::{OnError, Step, StepKind};
use crate::flow::limits;
use crate::problem::Place;
use crate::yaml::{Kind, Node};

/// The keys of which a step has exactly one.
const KINDS: [&str; 9] = [
    "use", "set", "choose", "check", "each", "parallel", "wait", "approve", "call",
];
/// The keys that every step may have.
const EVERY: [&str; 7] = [
    "id", "title", "note", "when", "retry", "timeout", "on_error",
];

/// The keys that go with a kind.
const fn own_keys(kind: &str) -> &'static [&'static str] {
    match kind.as_bytes() {
        b"use" => &["connection", "coerce", "with"],
        b"check" => &["else"],
        b"each" => &["as", "at_once", "steps", "output"],
        b"call" => &["with"],
        _ => &[],
    }
}

/// Every key that some kind has.
const OWN: [&str; 8] = [
    "connection",
    "coerce",
    "with",
    "else",
    "as",
    "at_once",
    "steps",
    "output",
];

impl Reader {
    /// The steps of a list at `path`; `depth` lists are around it.
    pub(super) fn steps(&mut self, path: &str, node: &Node, depth: usize) -> Vec<Step> {
        let Some(items) = self.items(path, node, "add a step: `- id:`") else {
            return Vec::new();
        };
        if depth > limits::DEPTH {
            let message = format!("steps are nested more than {} deep", limits::DEPTH);
            let cure = "move the inner steps to a flow of their own and `call` it";
            self.error(node.place, path, "too_deep", &message, cure);
            return Vec::new();
        }
        let before = self.steps;
        self.steps += items.len();
        if self.steps > limits::STEPS {
            if before <= limits::STEPS {
                let message = format!("the flow has more than {} steps", limits::STEPS);
                self.error(node.place, path, "too_many", &message, "split the flow");
            }
            return Vec::new();
        }
        let numbered = items.iter().enumerate();
        let steps =
            numbered.filter_map(|(n, item)| self.step(&format!("{path}[{n}]"), item, depth));
        steps.collect()
    }

    fn step(&mut self, place: &str, node: &Node, depth: usize) -> Option<Step> {
        self.members(place, node, "begin the step with `- id:`")?;
        let id = self.required_text(place, node, "id");
        // Without an id the rest is read all the same: its problems are told too.
        let path = id
            .as_ref()
            .map_or_else(|| place.to_owned(), |id| format!("steps.{id}"));
        if let Some(id) = &id {
            let at = node.get("id").map_or(node.place, |n| n.place);
            self.id(at, &path, id, &NAME);
            if !self.ids.insert(id.clone()) {
                let message = format!("two steps are named `{id}`");
                self.error(at, &path, "duplicate_id", &message, "rename one");
            }
        }
        let (title, note) = self.title_and_note(&path, node);
        let retry = self.bounded_span(&path, node, "retry", at_most(limits::LONGEST_WAIT));
        let timeout = self.bounded_span(&path, node, "timeout", at_most(limits::LONGEST_TIMEOUT));
        let on_error = self.on_error(&path, node, depth);
        let kind = self.kind(&path, node, &EVERY, depth);
        Some(Step {
            id: id?,
            title,
            note,
            when: node.get("when").map(Node::to_value),
            kind: kind?,
            retry,
            timeout,
            on_error,
        })
    }

    /// What a step or a case does: the one key that says so, and its own keys. `around` are the
    /// keys that may stand beside them.
    pub(super) fn kind(
        &mut self,
        path: &str,
        node: &Node,
        around: &[&str],
        depth: usize,
    ) -> Option<StepKind> {
        let present: Vec<&str> = KINDS
            .into_iter()
            .filter(|k| node.get(k).is_some())
            .collect();
        // In `each` the key `each` says what is done, so the kinds never share a key.
        let [kind] = present[..] else {
            let known: Vec<&str> = around.iter().chain(&KINDS).chain(&OWN).copied().collect();
            self.unknown_keys(path, node, &known);
            let message = match present[..] {
                [] => "it does nothing".to_owned(),
                _ => format!("it is both {}", present.join(" and ")),
            };
            let cure = format!("give it exactly one of {}", KINDS.join(", "));
            self.error(node.place, path, "step_kind", &message, &cure);
            return None;
        };
        self.keys_of(path, node, kind, around);
        self.block(kind, path, node, depth)
    }

    fn keys_of(&mut self, path: &str, node: &Node, kind: &str, around: &[&str]) {
        let known: Vec<&str> = around
            .iter()
            .chain(own_keys(kind))
            .copied()
            .chain([kind])
            .collect();
        let mut rest = Vec::new();
        for member in node.map().unwrap_or_default() {
            let key = member.key.as_str();
            if known.contains(&key) {
                continue;
            }
            if OWN.contains(&key) || EVERY.contains(&key) {
                let message = format!("`{key}` does not go with `{kind}` here");
                let at = join(path, key);
                let cure = format!("one of: {}", known.join(", "));
                self.error(member.place, &at, "misplaced_key", &message, &cure);
            } else {
                rest.push(member.clone());
            }
        }
        let rest = Node {
            place: node.place,
            kind: Kind::Map(rest),
        };
        self.unknown_keys(path, &rest, &known);
    }

    fn on_error(&mut self, path: &str, node: &Node, depth: usize) -> OnError {
        let Some(member) = node.member("on_error") else {
            return OnError::Stop;
        };
        let at = join(path, "on_error");
        let value = &member.value;
        match (value.text(), value.list()) {
            (Some("stop"), _) => OnError::Stop,
            (Some("continue"), _) => OnError::Continue,
            (None, Some(_)) => OnError::Steps(self.steps(&at, value, depth + 1)),
            _ => {
                let cure = "write `stop`, `continue` or a list of steps";
                let message = "`on_error` does not say what to do";
                self.error(value.place, &at, "bad_on_error", message, cure);
                OnError::Stop
            }
        }
    }

    /// A name that is bound in steps.
    pub(super) fn name(&mut self, at: Place, path: &str, name: &str) {
        self.id(at, path, name, &NAME);
    }
}
