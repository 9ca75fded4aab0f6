//! What is known of the outputs of steps, and of the other names that formulas see.

use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The schema of an output, and the definitions that it refers to, under names that no other
/// output's have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    pub schema: Arc<Value>,
    pub defs: Arc<Map<String, Value>>,
}

impl Known {
    pub fn anything() -> Self {
        Self::of(json!({}))
    }

    /// A schema without references.
    pub fn of(schema: Value) -> Self {
        Self {
            schema: Arc::new(schema),
            defs: Arc::default(),
        }
    }

    /// A schema with references into itself; `owner` keeps its definitions apart from others'.
    pub fn of_document(owner: &str, mut schema: Value) -> Self {
        let mut defs = Map::new();
        for key in ["$defs", "definitions"] {
            if let Some(Value::Object(own)) = schema.as_object_mut().and_then(|s| s.remove(key)) {
                defs.extend(own.into_iter().map(|(n, v)| (format!("{owner}:{n}"), v)));
            }
        }
        rename(&mut schema, owner);
        defs.values_mut().for_each(|def| rename(def, owner));
        Self {
            schema: Arc::new(schema),
            defs: Arc::new(defs),
        }
    }

    /// A list of such values.
    pub fn listed(&self) -> Self {
        Self {
            schema: Arc::new(json!({"type": "array", "items": *self.schema})),
            defs: Arc::clone(&self.defs),
        }
    }

    /// One of several. A member is certain only if it is certain in each of them.
    pub fn one_of(parts: &[Self]) -> Self {
        if let [one] = parts {
            return one.clone();
        }
        let required = |part: &Self| -> Vec<Value> {
            let names = part.schema.get("required").and_then(Value::as_array);
            names.cloned().unwrap_or_default()
        };
        let mut common = parts.first().map(required).unwrap_or_default();
        for part in parts {
            let own = required(part);
            common.retain(|name| own.contains(name));
        }
        let mut schemas: Vec<Value> = Vec::new();
        for part in parts {
            let mut schema = (*part.schema).clone();
            if schema.get("required").is_some() {
                schema["required"] = common.clone().into();
            }
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        }
        let schema = match schemas.len() {
            1 => schemas.remove(0),
            _ => json!({"anyOf": schemas}),
        };
        Self {
            schema: Arc::new(schema),
            defs: Arc::new(merged(parts)),
        }
    }

    /// A map of values, some of them certain.
    pub fn map(members: &[(String, Self, bool)]) -> Self {
        let schemas: Map<String, Value> = members
            .iter()
            .map(|(name, known, _)| (name.clone(), (*known.schema).clone()))
            .collect();
        let certain = members.iter().filter(|(.., certain)| *certain);
        let required: Vec<&String> = certain.map(|(name, ..)| name).collect();
        let parts: Vec<Self> = members.iter().map(|(_, known, _)| known.clone()).collect();
        Self {
            schema: Arc::new(json!({
                "type": "object", "properties": schemas, "required": required,
            })),
            defs: Arc::new(merged(&parts)),
        }
    }

    /// As a document of its own.
    pub fn document(&self) -> Value {
        let mut schema = (*self.schema).clone();
        if let Some(object) = schema.as_object_mut()
            && !self.defs.is_empty()
        {
            object.insert("$defs".into(), Value::Object((*self.defs).clone()));
        }
        schema
    }

    /// What is known of the items of a list.
    pub fn item(&self) -> Self {
        self.inner(|schema| schema.get("items"))
    }

    fn inner(&self, of: impl Fn(&Value) -> Option<&Value>) -> Self {
        let found = self.parts(&self.schema, 8).into_iter().find_map(&of);
        found.map_or_else(Self::anything, |schema| Self {
            schema: Arc::new(schema.clone()),
            defs: Arc::clone(&self.defs),
        })
    }

    /// A schema with what it refers to and is made of.
    fn parts<'a>(&'a self, schema: &'a Value, left: usize) -> Vec<&'a Value> {
        let mut parts = vec![schema];
        if left == 0 {
            return parts;
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        let named = target.and_then(|t| self.defs.get(t.strip_prefix("#/$defs/")?));
        parts.extend(named.into_iter().flat_map(|s| self.parts(s, left - 1)));
        for key in ["allOf", "anyOf", "oneOf"] {
            let unions = schema.get(key).and_then(Value::as_array);
            let inner = unions.into_iter().flatten();
            parts.extend(inner.flat_map(|s| self.parts(s, left - 1)));
        }
        parts
    }
}

fn merged(parts: &[Known]) -> Map<String, Value> {
    let all = parts.iter().flat_map(|part| part.defs.iter());
    all.map(|(name, def)| (name.clone(), def.clone())).collect()
}

/// Points references to where the definitions of `owner` are.
fn rename(schema: &mut Value, owner: &str) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let target = (key == "$ref").then(|| value.as_str()).flatten();
                let name = target.and_then(|t| {
                    t.strip_prefix("#/$defs/")
                        .or_else(|| t.strip_prefix("#/definitions/"))
                });
                match name {
                    Some(name) => *value = format!("#/$defs/{owner}:{name}").into(),
                    None => rename(value, owner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, owner)),
        _ => {}
    }
}

/// The names that every formula sees, besides what started the run and the steps before it.
pub(super) fn standard_names() -> [(&'static str, Value); 5] {
    let text = || json!({"type": "string"});
    [
        (
            "event",
            json!({"type": "object", "required": ["id", "type", "created"], "properties": {
                "id": text(), "type": text(), "created": {"type": "integer"}}}),
        ),
        (
            "run",
            json!({"type": "object", "required": ["id"], "properties": {"id": text()}}),
        ),
        (
            "env",
            json!({"type": "object", "required": ["name", "kind"], "properties": {
                "name": text(), "kind": {"type": "string", "enum": ["test", "live"]}}}),
        ),
        (
            "company",
            json!({"type": "object",
                "required": ["name", "currency", "books_zone", "collective_customer"],
                "properties": {"name": text(), "currency": text(), "books_zone": text(),
                               "collective_customer": text()},
                "additionalProperties": true}),
        ),
        (
            "connection",
            json!({"type": "object", "additionalProperties": true}),
        ),
    ]
}

/// What the steps of an `on_error` see as `error`.
pub(super) fn error() -> Value {
    let text = || json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["step", "class", "message"],
        "properties": {
            "step": text(), "class": text(), "message": text(), "code": text(), "field": text(),
        },
    })
}

/// What an `approve` gives.
pub(super) fn approval() -> Known {
    Known::of(json!({
        "type": "object",
        "required": ["by", "at"],
        "properties": {"by": {"type": "string"}, "at": {"type": "integer"}},
    }))
}
