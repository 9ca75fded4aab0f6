//! The keys of the document itself.

use super::{FLOW_ID, Reader};
use crate::flow::document::Flow;
use crate::yaml::{Kind, Node};

const KEYS: [&str; 11] = [
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

impl Reader {
    pub(super) fn flow(&mut self, root: &Node) -> Option<Flow> {
        self.unknown_keys("", root, &KEYS);
        self.schema(root);
        let id = self.required_text("", root, "flow");
        if let Some((id, member)) = id.as_ref().zip(root.member("flow")) {
            self.id(member.value.place, "flow", id, &FLOW_ID);
        }
        let (title, note) = self.title_and_note("", root);
        let starts = self.starts(root);
        let inputs = self.inputs(root);
        let own_events = match root.member("own_events").map(|m| &m.value) {
            None => false,
            Some(node) => match node.kind {
                Kind::Bool(own) => own,
                _ => {
                    let message = "`own_events` is neither true nor false";
                    let cure = "write `own_events: true`, or leave it out";
                    self.error(node.place, "own_events", "not_bool", message, cure);
                    false
                }
            },
        };
        let steps = match root.member("steps") {
            Some(member) => self.steps("steps", &member.value, 0),
            None => {
                self.missing(root.place, "steps", "steps");
                Vec::new()
            }
        };
        let id = id?;
        Some(Flow {
            title: title.unwrap_or_else(|| id.clone()),
            id,
            note,
            starts,
            inputs,
            key: root.get("key").map(Node::to_value),
            order_by: root.get("order_by").map(Node::to_value),
            own_events,
            steps,
            output: root.get("output").map(Node::to_value),
        })
    }

    /// Documents say in which form they are written, so that every later release can read them.
    pub fn schema(&mut self, root: &Node) {
        let cure = "write `schema: 1`";
        match root.member("schema").map(|m| &m.value) {
            Some(node) if node.kind == Kind::Number(1.into()) => {}
            Some(node) => {
                let message = format!("`schema` is {}, this release reads 1", node.to_value());
                self.error(node.place, "schema", "unknown_schema", &message, cure);
            }
            None => {
                let message = "the document does not say its schema";
                self.error(root.place, "schema", "unknown_schema", message, cure);
            }
        }
    }
}
