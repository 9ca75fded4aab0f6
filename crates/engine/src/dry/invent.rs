//! Values made up from a schema: what an operation might give.

use serde_json::{Map, Value, json};

/// Nothing sensible is deeper.
const DEPTH: usize = 8;

/// A value of the least content that fits `schema`: what is required, with one item in each list, so
/// that what is made of the items is seen too. What the input has under the same name is taken from
/// there.
pub(super) fn invent(schema: &Value, input: &Value) -> Value {
    let mut made = of(schema, schema, "value", DEPTH);
    if let (Some(made), Some(input)) = (made.as_object_mut(), input.as_object()) {
        for (name, value) in made.iter_mut() {
            let same = input.get(name).filter(|given| is_alike(given, value));
            if let Some(same) = same {
                *value = same.clone();
            }
        }
    }
    made
}

fn is_alike(a: &Value, b: &Value) -> bool {
    matches!(
        (a, b),
        (Value::String(_), Value::String(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::Bool(_), Value::Bool(_))
    )
}

fn of(document: &Value, schema: &Value, name: &str, left: usize) -> Value {
    if left == 0 {
        return Value::Null;
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if let Some(found) = text("$ref")
        .and_then(|target| target.strip_prefix('#'))
        .and_then(|pointer| document.pointer(pointer))
    {
        return of(document, found, name, left - 1);
    }
    if let Some(value) = schema.get("const").or_else(|| schema.get("default")) {
        return value.clone();
    }
    let first = |key: &str| schema.get(key)?.as_array()?.first();
    if let Some(value) = first("enum").or_else(|| first("examples")) {
        return value.clone();
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(part) = first(key) {
            return of(document, part, name, left - 1);
        }
    }
    let kind = text("type").or_else(|| schema.get("type")?.get(0)?.as_str());
    match kind {
        Some("string") => json!(word(text("format"), name)),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
        Some("boolean") => json!(false),
        Some("array") => list(document, schema, name, left),
        Some("object") => object(document, schema, left),
        None if schema.get("properties").is_some() => object(document, schema, left),
        _ => Value::Null,
    }
}

fn word(format: Option<&str>, name: &str) -> String {
    match format {
        Some("decimal") => "0.00".into(),
        Some("date") => "2026-01-01".into(),
        Some("date-time") => "2026-01-01T00:00:00Z".into(),
        _ => format!("<{name}>"),
    }
}

fn list(document: &Value, schema: &Value, name: &str, left: usize) -> Value {
    let item = schema.get("items");
    let item = item.map_or(Value::Null, |item| of(document, item, name, left - 1));
    match item {
        Value::Null => json!([]),
        item => json!([item]),
    }
}

fn object(document: &Value, schema: &Value, left: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let member = |name: &str| {
        let schema = schema.get("properties")?.get(name)?;
        Some((name.to_owned(), of(document, schema, name, left - 1)))
    };
    Value::Object(names.filter_map(member).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_required_is_made_up_and_what_the_input_says_is_kept() {
        let schema = json!({
            "type": "object", "required": ["number", "total", "lines", "any", "state", "held", "left"],
            "$defs": {"State": {"enum": ["staged", "posted"]}},
            "properties": {
                "number": {"type": "string"},
                "total": {"type": "string", "format": "decimal"},
                "lines": {"type": "array", "items": {"type": "string"}},
                "any": {"type": "array"},
                "state": {"$ref": "#/$defs/State"},
                "held": {"type": "boolean"},
                "left": {"type": ["integer", "null"]},
                "note": {"type": "string"},
            },
        });
        let made = invent(&schema, &json!({"number": 7, "held": true, "note": "x"}));
        let expected = json!({"number": "<number>", "total": "0.00",
            "lines": ["<lines>"], "any": [], "state": "staged", "held": true, "left": 0});
        assert_eq!(made, expected);
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({"type": "object", "required": ["next"],
            "properties": {"next": {"$ref": "#"}}});
        assert!(invent(&schema, &json!({})).is_object());
    }
}
