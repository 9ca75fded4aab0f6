//! Finds one's way in a JSON schema: members, items, kinds; references and unions are followed.

use crate::functions::signature::Kind;
use crate::value::Value;
use serde_json::{Value as Json, json};

/// What is known of a value before it is there.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    Anything,
    Kind(Kind),
    Schema(Node<'a>),
}

/// A place in a schema.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The whole document, which references point into.
    document: &'a Json,
    schema: &'a Json,
}

/// A member of a map.
pub struct Member<'a> {
    pub node: Node<'a>,
    /// It is required and not null.
    pub certain: bool,
}

/// Schemas may refer to themselves; nothing sensible refers on more often than this.
const REFERENCES: usize = 16;

impl<'a> Known<'a> {
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Anything,
            Value::Bool(_) => Self::Kind(Kind::Bool),
            Value::Int(_) => Self::Kind(Kind::Int),
            Value::Decimal(_) => Self::Kind(Kind::Number),
            Value::Text(_) => Self::Kind(Kind::Text),
            Value::List(_) => Self::Kind(Kind::List),
            Value::Map(_) => Self::Kind(Kind::Map),
        }
    }

    /// The kind, if there is only one.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Anything => None,
            Self::Kind(kind) => Some(kind),
            Self::Schema(node) => node.kind(),
        }
    }

    /// What is known of the items of a list.
    pub fn item(self) -> Self {
        match self {
            Self::Schema(node) => node.item(),
            _ => Self::Anything,
        }
    }

    /// As a schema of its own, for a name that is bound to the value.
    pub fn to_schema(self) -> Json {
        let Self::Schema(node) = self else {
            return json!({});
        };
        // References point into the document that the place was in, so its definitions come along.
        let mut schema = node.schema.clone();
        if let (Json::Object(own), Json::Object(document)) = (&mut schema, node.document) {
            for name in ["$defs", "definitions"] {
                if let Some(definitions) = document.get(name) {
                    own.entry(name).or_insert_with(|| definitions.clone());
                }
            }
        }
        schema
    }
}

impl<'a> Node<'a> {
    pub fn root(schema: &'a Json) -> Self {
        Self {
            document: schema,
            schema,
        }
    }

    fn at(self, schema: &'a Json) -> Self {
        Self { schema, ..self }
    }

    /// The schemas that together describe the value: itself, what it refers to, the parts of
    /// unions other than null.
    fn parts(self) -> Vec<&'a Json> {
        let mut parts = Vec::new();
        self.gather(self.schema, REFERENCES, &mut parts);
        parts
    }

    fn gather(self, schema: &'a Json, left: usize, parts: &mut Vec<&'a Json>) {
        if left == 0 {
            return;
        }
        parts.push(schema);
        let target = schema.get("$ref").and_then(Json::as_str);
        if let Some(pointer) = target.and_then(|target| target.strip_prefix('#'))
            && let Some(found) = self.document.pointer(pointer)
        {
            self.gather(found, left - 1, parts);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in schema
                .get(key)
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
            {
                if !is_null(part) {
                    self.gather(part, left - 1, parts);
                }
            }
        }
    }

    /// The member `name`. Nothing: there can be none.
    pub fn member(self, name: &str) -> Option<Member<'a>> {
        let parts = self.parts();
        for part in &parts {
            if let Some(schema) = part.get("properties").and_then(|p| p.get(name)) {
                let node = self.at(schema);
                let required = parts.iter().any(|part| {
                    let names = part.get("required").and_then(Json::as_array);
                    names.is_some_and(|names| names.iter().any(|n| n == name))
                });
                return Some(Member {
                    node,
                    certain: required && !node.may_be_null(),
                });
            }
        }
        let others = parts
            .iter()
            .find_map(|part| part.get("additionalProperties"));
        match others {
            Some(schema @ Json::Object(_)) => Some(Member {
                node: self.at(schema),
                certain: false,
            }),
            Some(Json::Bool(true)) => Some(self.unknown(false)),
            // An object that lists its members has no others, as far as a formula may rely on it.
            _ if self.members().is_empty() && self.may_be_map() => Some(self.unknown(true)),
            _ => None,
        }
    }

    fn unknown(self, certain: bool) -> Member<'a> {
        Member {
            node: self.at(&Json::Bool(true)),
            certain,
        }
    }

    /// The names of the members, in order.
    pub fn members(self) -> Vec<&'a str> {
        let parts = self.parts();
        let properties = parts
            .iter()
            .filter_map(|part| part.get("properties")?.as_object());
        let mut names: Vec<&str> = properties
            .flat_map(|p| p.keys().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub fn item(self) -> Known<'a> {
        let item = self.parts().into_iter().find_map(|part| part.get("items"));
        item.map_or(Known::Anything, |schema| Known::Schema(self.at(schema)))
    }

    fn may_be_null(self) -> bool {
        let null = |schema: &Json| match schema.get("type") {
            Some(Json::Array(types)) => types.iter().any(|t| t == "null"),
            other => other.is_some_and(|t| t == "null"),
        };
        self.parts().into_iter().any(|part| {
            let unions = ["anyOf", "oneOf"]
                .into_iter()
                .filter_map(|key| part.get(key)?.as_array());
            let nullable = schema_says(part, "nullable");
            null(part) || nullable || unions.flatten().any(is_null)
        })
    }

    fn may_be_map(self) -> bool {
        matches!(self.kind(), None | Some(Kind::Map))
    }

    pub fn kind(self) -> Option<Kind> {
        let mut found = None;
        for part in self.parts() {
            let Some(kind) = kind_of(part) else {
                continue;
            };
            if found.is_some_and(|known| known != kind) {
                return None;
            }
            found = Some(kind);
        }
        found
    }
}

fn schema_says(schema: &Json, key: &str) -> bool {
    schema.get(key) == Some(&Json::Bool(true))
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").is_some_and(|t| t == "null")
}

fn kind_of(schema: &Json) -> Option<Kind> {
    let name = match schema.get("type")? {
        Json::String(name) => name.as_str(),
        Json::Array(names) => {
            let mut names = names
                .iter()
                .filter_map(Json::as_str)
                .filter(|n| *n != "null");
            let first = names.next()?;
            if names.next().is_some() {
                return None;
            }
            first
        }
        _ => return None,
    };
    match name {
        "boolean" => Some(Kind::Bool),
        "integer" => Some(Kind::Int),
        "number" => Some(Kind::Number),
        "string" if schema.get("format").is_some_and(|f| f == "decimal") => Some(Kind::Number),
        "string" => Some(Kind::Text),
        "array" => Some(Kind::List),
        "object" => Some(Kind::Map),
        _ => None,
    }
}
