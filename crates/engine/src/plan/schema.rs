//! The JSON Schema of a flow with what this installation has: triggers, operations, their inputs.

use crate::books;
use connector::Registry;
use serde_json::{Map, Value, json};

/// The schema of a flow document, complete: names of triggers and operations with their docs, and
/// the input of each operation, so that an editor completes them.
pub fn schema(registry: Registry) -> Value {
    let mut schema = model::flow::schema();
    let mut conditions = Vec::new();
    let mut operations = Vec::new();
    let mut definitions = Map::new();
    let theirs = registry.connectors().flat_map(|c| c.operations.iter());
    let theirs = theirs.map(|o| (o.id(), o.title(), o.doc(), o.input_schema()));
    let ours = books::BOOKS.iter();
    let ours = ours.map(|b| (b.id(), b.title(), b.doc(), b.input_schema()));
    for (id, title, doc, input) in theirs.chain(ours) {
        operations.push(json!({"const": id, "title": title, "description": doc}));
        let with = super::known::Known::of_document(id, input);
        definitions.extend(
            with.defs
                .iter()
                .map(|(name, def)| (name.clone(), of_templates(def))),
        );
        conditions.push(json!({
            "if": {"properties": {"use": {"const": id}}, "required": ["use"]},
            "then": {"properties": {"with": of_templates(&with.schema)}},
        }));
    }
    let triggers = registry.connectors().flat_map(|c| c.triggers.iter());
    let triggers: Vec<Value> = triggers
        .map(|t| json!({"const": t.id, "title": t.title, "description": t.doc}))
        .collect();
    let defs = &mut schema["$defs"];
    defs["trigger"] = json!({"oneOf": triggers});
    defs["operation"] = json!({"oneOf": operations});
    defs["step"]["allOf"] = conditions.clone().into();
    defs["case"]["allOf"] = conditions.into();
    if let Some(defs) = defs.as_object_mut() {
        defs.extend(definitions);
    }
    schema
}

/// The schema of what is written in a flow for values of `schema`: a formula may stand wherever a
/// value does, and a list may be mapped.
fn of_templates(schema: &Value) -> Value {
    let formula = json!({"$ref": "#/$defs/formula"});
    let Value::Object(map) = schema else {
        return schema.clone();
    };
    let mut own = map.clone();
    for key in ["properties", "$defs"] {
        if let Some(Value::Object(members)) = own.get_mut(key) {
            members
                .values_mut()
                .for_each(|m| *m = or_formula(m, &formula));
        }
    }
    if let Some(item) = own.get_mut("items") {
        *item = or_formula(item, &formula);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(Value::Array(parts)) = own.get_mut(key) {
            parts.iter_mut().for_each(|part| *part = of_templates(part));
        }
    }
    let is_closed = own.contains_key("properties") && !own.contains_key("additionalProperties");
    if is_closed {
        own.insert("additionalProperties".into(), false.into());
    }
    Value::Object(own)
}

fn or_formula(schema: &Value, formula: &Value) -> Value {
    let inner = of_templates(schema);
    let is_list = schema.get("type").is_some_and(|t| t == "array");
    let mut ways = vec![inner, formula.clone()];
    if is_list {
        ways.push(json!({
            "type": "object", "required": ["each", "as", "to"],
            "properties": {"each": formula, "as": {"type": "string"}, "to": true},
            "additionalProperties": false,
        }));
    }
    let mut either = json!({"anyOf": ways});
    if let Some(description) = schema.get("description") {
        either["description"] = description.clone();
    }
    either
}
