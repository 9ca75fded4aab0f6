//! A sample of a flow: what comes in, and what is to come of it. Kept beside the flow, in
//! `samples/`, as its test.

use super::limits;
use super::read::{FLOW_ID, Reader, load_map};
use crate::problem::{Problem, keep_the_first};
use crate::yaml::{Emitter, Node};
use serde_json::Value;

/// What comes in and what is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The stable id: `guest-pays-by-card`.
    pub id: String,
    pub title: Option<String>,
    pub note: Option<String>,
    /// The trigger that the body is for; absent for a start with inputs.
    pub trigger: Option<String>,
    /// The event's body as the peer sends it, or the inputs.
    pub body: Value,
    pub given: Given,
    pub expected: Expected,
}

/// What the run finds: instead of asking the peers and the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// What steps give that ask somebody, by step id: reads, writes, waits, our own books.
    pub steps: serde_json::Map<String, Value>,
    /// Rows of lookup tables: table, key, row.
    pub lookups: serde_json::Map<String, Value>,
    /// Tables of rules: table, and its definition with `rows` by the rule's name.
    pub rules: serde_json::Map<String, Value>,
    /// What ids became: kind, id, value.
    pub cross_references: serde_json::Map<String, Value>,
    /// What our own books hold: `deposits` by their charge, and `entries` that are booked.
    pub books: serde_json::Map<String, Value>,
    /// Settings of the company.
    pub company: serde_json::Map<String, Value>,
}

impl Given {
    /// Its parts by the names that they have in a sample.
    pub fn parts(&self) -> [(&'static str, &serde_json::Map<String, Value>); 6] {
        [
            ("steps", &self.steps),
            ("lookups", &self.lookups),
            ("rules", &self.rules),
            ("cross_references", &self.cross_references),
            ("books", &self.books),
            ("company", &self.company),
        ]
    }

    fn part(&mut self, name: &str) -> Option<&mut serde_json::Map<String, Value>> {
        Some(match name {
            "steps" => &mut self.steps,
            "lookups" => &mut self.lookups,
            "rules" => &mut self.rules,
            "cross_references" => &mut self.cross_references,
            "books" => &mut self.books,
            "company" => &mut self.company,
            _ => return None,
        })
    }
}

/// What is to come of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// How the run ends: `done`, `skipped`, `waiting`, `dead`.
    pub state: String,
    /// For a dead run: what its reason contains.
    pub because: Option<String>,
    /// What it changes, in order; nothing else may be changed.
    pub effects: Vec<Effect>,
}

/// A change at a peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub operation: String,
    /// Which step makes it, if several could.
    pub step: Option<String>,
    /// Fields of its input; those that are not named may be anything.
    pub with: Value,
}

/// How a run can end.
pub const STATES: [&str; 4] = ["done", "skipped", "waiting", "dead"];

/// Reads a sample. Returns it if enough of it was understood, and every problem.
pub fn parse_sample(text: &str) -> (Option<Sample>, Vec<Problem>) {
    let cure = "begin with `schema: 1` and `sample: <id>`";
    let (root, problems, _) = load_map(text, cure);
    let Some(root) = root else {
        return (None, problems);
    };
    let mut reader = Reader::new(problems);
    let sample = reader.sample(&root);
    let mut problems = reader.problems;
    problems.sort_by_key(|p| p.place);
    keep_the_first(&mut problems);
    (sample, problems)
}

impl Reader {
    fn sample(&mut self, root: &Node) -> Option<Sample> {
        let known = [
            "schema", "sample", "title", "note", "trigger", "body", "inputs", "given", "expect",
        ];
        self.unknown_keys("", root, &known);
        self.schema(root);
        let id = self.required_text("", root, "sample");
        if let Some((id, member)) = id.as_ref().zip(root.member("sample")) {
            self.id(member.value.place, "sample", id, &FLOW_ID);
        }
        let (title, note) = self.title_and_note("", root);
        let trigger = self.short_text("", root, "trigger", limits::TITLE_CHARS);
        let key = if trigger.is_some() { "body" } else { "inputs" };
        for other in ["body", "inputs"].into_iter().filter(|k| *k != key) {
            if let Some(member) = root.member(other) {
                let message = "`trigger` goes with `body`; a start without one has `inputs`";
                let cure = "give one or the other";
                self.error(member.place, other, "misplaced_key", message, cure);
            }
        }
        if key == "body" && root.get("body").is_none() {
            self.missing(root.place, "body", "body");
        }
        let body = self.templates("", root, key);
        let given = self.given(root);
        let expected = match root.member("expect") {
            Some(member) => self.expected(&member.value),
            None => {
                self.missing(root.place, "expect", "expect");
                None
            }
        };
        Some(Sample {
            id: id?,
            title,
            note,
            trigger,
            body: body?,
            given,
            expected: expected?,
        })
    }

    fn given(&mut self, root: &Node) -> Given {
        let mut given = Given::default();
        let Some(node) = root.get("given") else {
            return given;
        };
        let known = given.parts().map(|(name, _)| name);
        let cure = format!("write one of {} below it", known.join(", "));
        if self.members("given", node, &cure).is_none() {
            return given;
        }
        self.unknown_keys("given", node, &known);
        for name in known {
            let value = self.templates("given", node, name);
            if let (Some(Value::Object(map)), Some(part)) = (value, given.part(name)) {
                *part = map;
            }
        }
        given
    }

    fn expected(&mut self, node: &Node) -> Option<Expected> {
        self.members("expect", node, "write `state:` and `effects:` below it")?;
        self.unknown_keys("expect", node, &["state", "because", "effects"]);
        let state = self.required_text("expect", node, "state")?;
        if !STATES.contains(&state.as_str()) {
            let message = format!("no run ends `{state}`");
            let cure = format!("one of: {}", STATES.join(", "));
            self.error(node.place, "expect.state", "unknown_state", &message, &cure);
        }
        let because = self.short_text("expect", node, "because", limits::SENTENCE_CHARS);
        if because.is_some() && state != "dead" {
            let message = "only a dead run has a reason";
            let cure = "remove `because`, or expect `state: dead`";
            self.error(node.place, "expect.because", "misplaced_key", message, cure);
        }
        let effects = match node.get("effects") {
            Some(list) => self.effects(list),
            None => Vec::new(),
        };
        Some(Expected {
            state,
            because,
            effects,
        })
    }

    fn effects(&mut self, node: &Node) -> Vec<Effect> {
        let Some(items) = node.list() else {
            let message = format!("it is {} instead of a list", node.describe());
            let cure = "list the effects, each beginning with `- use:`";
            self.error(node.place, "expect.effects", "not_a_list", &message, cure);
            return Vec::new();
        };
        let mut effects = Vec::new();
        for (n, item) in items.iter().take(limits::STEPS).enumerate() {
            let at = format!("expect.effects[{n}]");
            if self.members(&at, item, "begin it with `- use:`").is_none() {
                continue;
            }
            self.unknown_keys(&at, item, &["use", "step", "with"]);
            let step = self.short_text(&at, item, "step", limits::ID_CHARS);
            let with = self.templates(&at, item, "with");
            if let Some((operation, with)) = self.required_text(&at, item, "use").zip(with) {
                effects.push(Effect {
                    operation,
                    step,
                    with,
                });
            }
        }
        effects
    }
}

/// The text of a sample in its one form.
pub fn write_sample(sample: &Sample) -> String {
    let mut e = Emitter::new();
    e.word("schema", "1");
    e.text("sample", &sample.id);
    let texts = [
        ("title", &sample.title),
        ("note", &sample.note),
        ("trigger", &sample.trigger),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            e.text(key, text);
        }
    }
    match &sample.trigger {
        Some(_) => e.value("body", &sample.body),
        None if sample.body.as_object().is_some_and(|m| m.is_empty()) => {}
        None => e.value("inputs", &sample.body),
    }
    let given = sample.given.parts();
    if given.iter().any(|(_, map)| !map.is_empty()) {
        e.map("given", |e| {
            for (key, map) in given.into_iter().filter(|(_, map)| !map.is_empty()) {
                e.value(key, &Value::Object(map.clone()));
            }
        });
    }
    e.map("expect", |e| {
        e.text("state", &sample.expected.state);
        if let Some(because) = &sample.expected.because {
            e.text("because", because);
        }
        e.list("effects", &sample.expected.effects, |e, effect| {
            e.text("use", &effect.operation);
            if let Some(step) = &effect.step {
                e.text("step", step);
            }
            if effect.with.as_object().is_some_and(|m| !m.is_empty()) {
                e.value("with", &effect.with);
            }
        });
    });
    e.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
schema: 1
sample: guest
title: A guest pays by card
trigger: stripe.charge.succeeded
body:
  type: charge.succeeded
  data:
    object:
      id: ch_1
given:
  lookups:
    items:
      prod_1: ITEM1
  cross_references:
    order:
      pi_1: '1000001'
expect:
  state: done
  effects:
    - use: infor.sales_order.create
      step: order
      with:
        reference: ch_1
";

    #[test]
    fn a_sample_is_written_as_it_is_read() {
        let (sample, problems) = parse_sample(TEXT);
        assert_eq!(problems, []);
        assert_eq!(write_sample(&sample.expect("a sample")), TEXT);
    }

    #[test]
    fn all_problems_of_a_sample_are_told() {
        let (_, problems) = parse_sample(
            "schema: 1\nsample: A b\ninputs: {}\nbody: {}\nexpect:\n  state: fine\n  \
             because: x\n  effects:\n    - with: {}\n",
        );
        let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "bad_id",
                "misplaced_key",
                "unknown_state",
                "misplaced_key",
                "missing"
            ]
        );
    }
}
