//! What is known of where a flow is to run, beyond what holds everywhere: what the bound connections
//! say of their fields, and what stands in the lookup tables.

use connector::Field;
use connector::Metadata;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where a flow is to run.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// What each bound connection says of its peer's fields, by the key of the
    /// [`Need`](super::Need).
    pub metadata: BTreeMap<String, Metadata>,
    /// What the rows of lookup tables give, as JSON schemas. If there is one, a table that is not
    /// among them is a problem.
    pub lookups: BTreeMap<String, Value>,
}

/// Schemas refer on; nothing sensible does more often than this.
const REFERENCES: usize = 8;

/// An operation's input schema with what a peer says of its fields, by their places.
pub(crate) fn narrowed(mut schema: Value, fields: &BTreeMap<String, Field>) -> Value {
    let document = schema.clone();
    for (place, field) in fields {
        let mut limit = Map::new();
        if let Some(most) = field.max_length {
            limit.insert("maxLength".into(), most.into());
        }
        if !field.codes.is_empty() {
            limit.insert("enum".into(), json!(field.codes));
        }
        if !limit.is_empty() {
            let names: Vec<&str> = place.split('.').collect();
            narrow(&document, &mut schema, &names, &limit.into(), REFERENCES);
        }
    }
    schema
}

/// Adds a limit to the texts at a place. What is referred to is copied, as others refer to it too;
/// items of a list share the place of the list.
fn narrow(document: &Value, schema: &mut Value, names: &[&str], limit: &Value, left: usize) {
    if left == 0 {
        return;
    }
    let target = schema.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| document.pointer(target.strip_prefix('#')?));
    if let (Some(Value::Object(target)), Value::Object(own)) = (target, &*schema) {
        let mut whole = target.clone();
        let own = own.iter().filter(|(key, _)| *key != "$ref");
        whole.extend(own.map(|(key, value)| (key.clone(), value.clone())));
        *schema = Value::Object(whole);
        return narrow(document, schema, names, limit, left - 1);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        let parts = schema.get_mut(key).and_then(Value::as_array_mut);
        for part in parts.into_iter().flatten() {
            narrow(document, part, names, limit, left - 1);
        }
    }
    if let Some(items) = schema.get_mut("items") {
        narrow(document, items, names, limit, left - 1);
    }
    match names {
        [] => {
            let is_text = |kind: &Value| kind == "string";
            let texts = match schema.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(is_text),
                kind => kind.is_some_and(is_text),
            };
            let is_decimal = schema.get("format").is_some_and(|f| f == "decimal");
            if let Value::Object(schema) = schema
                && texts
                && !is_decimal
            {
                let parts = schema.entry("allOf").or_insert_with(|| json!([]));
                if let Value::Array(parts) = parts {
                    parts.push(limit.clone());
                }
            }
        }
        [first, rest @ ..] => {
            let member = schema.get_mut("properties").and_then(|p| p.get_mut(*first));
            if let Some(member) = member {
                narrow(document, member, rest, limit, left);
            }
        }
    }
}

/// A text that does not fit its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    /// In characters.
    pub has: usize,
    pub takes: usize,
}

/// The text of a value that is most beyond what a schema takes, if one is.
pub(crate) fn too_long(
    document: &Value,
    schema: &Value,
    value: &mapping::Value,
) -> Option<TooLong> {
    use mapping::Value as Computed;
    let parts = parts(document, schema, REFERENCES);
    let of = |key: &str| {
        parts
            .iter()
            .filter_map(|part| part.get(key))
            .collect::<Vec<_>>()
    };
    let worst = |found: Vec<Option<TooLong>>| {
        let found = found.into_iter().flatten();
        found.max_by_key(|long| long.has.saturating_sub(long.takes))
    };
    match value {
        Computed::Text(text) => {
            let limits = of("maxLength").into_iter().filter_map(Value::as_u64);
            let takes = usize::try_from(limits.min()?).ok()?;
            let has = text.chars().count();
            (has > takes).then_some(TooLong { has, takes })
        }
        Computed::List(items) => {
            let inner = of("items").into_iter().next()?;
            worst(
                items
                    .iter()
                    .map(|item| too_long(document, inner, item))
                    .collect(),
            )
        }
        Computed::Map(members) => {
            let known = of("properties");
            let inner = |name: &str| known.iter().find_map(|members| members.get(name));
            let found = members
                .iter()
                .map(|(name, member)| too_long(document, inner(name)?, member));
            worst(found.collect())
        }
        Computed::Null | Computed::Bool(_) | Computed::Int(_) | Computed::Decimal(_) => None,
    }
}

/// What a schema at a place of a document is made of. Of several things that a value may be, all.
fn parts<'a>(document: &'a Value, schema: &'a Value, left: usize) -> Vec<&'a Value> {
    let mut found = vec![schema];
    if left == 0 {
        return found;
    }
    let target = schema.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| document.pointer(target.strip_prefix('#')?));
    let unions = ["allOf", "anyOf", "oneOf"].into_iter();
    let unions = unions.filter_map(|key| schema.get(key)?.as_array());
    for inner in target.into_iter().chain(unions.flatten()) {
        found.extend(parts(document, inner, left - 1));
    }
    found
}

/// The schema of a field within an operation's input, as [`mapping::Worked`] names it:
/// `lines[].item`.
pub(crate) fn field<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    let inner = |at: &'a Value, key: &str, name: Option<&str>| {
        let parts = parts(document, at, REFERENCES);
        parts.into_iter().find_map(|part| match name {
            Some(name) => part.get(key)?.get(name),
            None => part.get(key),
        })
    };
    let mut at = document;
    for part in name.split('.').filter(|part| !part.is_empty()) {
        let member = part.trim_end_matches("[]");
        if !member.is_empty() {
            at = inner(at, "properties", Some(member))?;
        }
        for _ in 0..part[member.len()..].len() / 2 {
            at = inner(at, "items", None)?;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peers_limits_are_met_where_the_schema_refers_on() {
        let schema = json!({
            "type": "object",
            "properties": {
                "from": {"$ref": "#/$defs/Address"},
                "to": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]},
                "parts": {"type": "array", "items": {"type": "object", "properties": {
                    "item": {"type": ["string", "null"]}}}},
            },
            "$defs": {"Address": {"type": "object", "properties": {
                "lines": {"type": "array", "items": {"type": "string"}},
                "country": {"type": "string"}}}},
        });
        let field_of = |max_length, codes: &[&str]| Field {
            name: None,
            max_length,
            codes: codes.iter().map(|c| (*c).to_owned()).collect(),
        };
        let fields = BTreeMap::from([
            ("to.lines".to_owned(), field_of(Some(3), &[])),
            ("to.country".to_owned(), field_of(None, &["SE"])),
            ("parts.item".to_owned(), field_of(Some(2), &[])),
        ]);
        let schema = narrowed(schema, &fields);
        let value = |json: Value| {
            mapping::Value::from_json(&json, &mapping::Shape::plain()).expect("a value")
        };
        let beyond =
            |json: Value| too_long(&schema, &schema, &value(json)).map(|l| (l.has, l.takes));
        assert_eq!(
            beyond(json!({"to": {"lines": ["a", "abcde"]}})),
            Some((5, 3))
        );
        assert_eq!(beyond(json!({"from": {"lines": ["abcde"]}})), None);
        assert_eq!(
            beyond(json!({"parts": [{"item": "ab"}, {"item": "abc"}]})),
            Some((3, 2))
        );
        let country = field(&schema, "to.country").expect("a field");
        assert_eq!(country["allOf"], json!([{"enum": ["SE"]}]));
        let item = field(&schema, "parts[].item").expect("a field");
        assert_eq!(item["allOf"], json!([{"maxLength": 2}]));
    }
}
