//! Where in a JSON document a text is a decimal.
//!
//! JSON has no exact fraction, so amounts travel as texts; the schema of the document says which
//! ones (`"format": "decimal"`). A shape is that knowledge alone, compiled once.

use serde_json::Value as Json;
use std::collections::HashMap;

/// The places of decimals in a document; compiled from its JSON schema.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The first is the root. A recursive schema is a node that points back.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    decimal: bool,
    /// It may also be a text of another kind, so that it stays one.
    plain: bool,
    members: HashMap<String, usize>,
    /// Members without a name of their own.
    others: Option<usize>,
    item: Option<usize>,
}

/// One place of a document, while it is walked.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    shape: &'a Shape,
    node: Option<usize>,
}

impl Shape {
    /// A document without decimals.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Reads a JSON schema: `properties`, `additionalProperties`, `items`, `allOf`, `anyOf`,
    /// `oneOf` and references within it.
    pub fn from_schema(schema: &Json) -> Self {
        let mut reader = Reader {
            document: schema,
            nodes: Vec::new(),
            met: HashMap::new(),
        };
        reader.node(schema);
        Self {
            nodes: reader.nodes,
        }
    }

    pub(crate) fn root(&self) -> Place<'_> {
        Place {
            shape: self,
            node: (!self.nodes.is_empty()).then_some(0),
        }
    }
}

impl<'a> Place<'a> {
    fn at(&self) -> Option<&'a Node> {
        self.shape.nodes.get(self.node?)
    }

    fn to(self, node: Option<usize>) -> Self {
        Self { node, ..self }
    }

    pub fn is_decimal(self) -> bool {
        self.at().is_some_and(|node| node.decimal && !node.plain)
    }

    pub fn member(self, name: &str) -> Self {
        let node = self.at();
        self.to(node.and_then(|node| node.members.get(name).copied().or(node.others)))
    }

    pub fn item(self) -> Self {
        self.to(self.at().and_then(|node| node.item))
    }
}

struct Reader<'a> {
    document: &'a Json,
    nodes: Vec<Node>,
    /// The node of each schema that was met, by where it stands, so that a recursive schema ends.
    met: HashMap<*const Json, usize>,
}

/// Unions and references may go around in a circle; nothing sensible goes further than this.
const REFERENCES: usize = 16;

impl<'a> Reader<'a> {
    fn node(&mut self, schema: &'a Json) -> usize {
        let place = std::ptr::from_ref(schema);
        if let Some(node) = self.met.get(&place) {
            return *node;
        }
        let at = self.nodes.len();
        self.nodes.push(Node::default());
        self.met.insert(place, at);
        self.read(schema, at, REFERENCES);
        at
    }

    /// Adds what `schema` says to the node `at`.
    fn read(&mut self, schema: &'a Json, at: usize, left: usize) {
        if left == 0 {
            return;
        }
        let target = schema.get("$ref").and_then(Json::as_str);
        if let Some(pointer) = target.and_then(|target| target.strip_prefix('#')) {
            let document = self.document;
            if let Some(found) = document.pointer(pointer) {
                self.read(found, at, left - 1);
            }
        }
        self.nodes[at].decimal |= schema.get("format").is_some_and(|f| f == "decimal");
        if let Some(Json::Object(properties)) = schema.get("properties") {
            for (name, member) in properties {
                let node = self.node(member);
                self.nodes[at].members.insert(name.clone(), node);
            }
        }
        if let Some(others @ Json::Object(_)) = schema.get("additionalProperties") {
            self.nodes[at].others = Some(self.node(others));
        }
        if let Some(item @ Json::Object(_)) = schema.get("items") {
            self.nodes[at].item = Some(self.node(item));
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let parts = schema.get(key).and_then(Json::as_array);
            for part in parts.into_iter().flatten() {
                self.nodes[at].plain |= key != "allOf" && is_plain_text(part);
                self.read(part, at, left - 1);
            }
        }
    }
}

/// Whether a way of a union is a text that is no decimal.
fn is_plain_text(schema: &Json) -> bool {
    let text = schema.get("type").is_some_and(|t| t == "string");
    text && schema
        .get("format")
        .is_none_or(|format| format != "decimal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use serde_json::json;

    #[test]
    fn a_text_that_may_be_another_stays_a_text() {
        let decimal = json!({"type": "string", "format": "decimal"});
        for (other, is_decimal) in [
            (json!({"type": "string"}), false),
            (json!({"type": "null"}), true),
            (
                json!({"type": "string", "format": "decimal", "scale": 2}),
                true,
            ),
        ] {
            let shape = Shape::from_schema(&json!({"anyOf": [decimal, other]}));
            assert_eq!(shape.root().is_decimal(), is_decimal, "{other}");
        }
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {"properties": {
                "total": {"type": "string", "format": "decimal"},
                "child": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            }}},
        });
        let shape = Shape::from_schema(&schema);
        let json = json!({"total": "1.50", "child": {"lines": [{"total": "2.25"}]}});
        let value = Value::from_json(&json, &shape).expect("it fits");
        assert!(matches!(value.get("total"), Some(Value::Decimal(_))));
        assert_eq!(value.to_json(), json);
        let json = json!({"lines": [{"total": "x"}]});
        let fault = Value::from_json(&json, &shape).expect_err("no decimal");
        assert_eq!(fault, "lines[0].total: `x` is no decimal number");
    }
}
