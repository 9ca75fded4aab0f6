//! The fields of a step as it is written: every place where a value or a formula stands.

use crate::books;
use crate::plan::surroundings;
use connector::Registry;
use mapping::Coercions;
use serde_json::{Map, Value, json};

/// A step has so many fields at most; the rest is not looked at.
const FIELDS_MAX: usize = 2_000;

/// One place of a step.
#[derive(Debug)]
pub struct Field {
    /// From the step: `["with", "lines", "to", "item"]`.
    pub path: Vec<Value>,
    pub written: Value,
    /// What the place takes, if that is known.
    pub schema: Option<Value>,
    pub coercions: Coercions,
    /// The list mapping that it stands in, among those of [`Fields`].
    pub list: Option<usize>,
    /// Which list mapping it is the source of.
    pub source_of: Option<usize>,
}

/// A list mapping.
#[derive(Debug)]
pub struct List {
    pub path: Vec<Value>,
    pub variable: String,
}

/// The fields of a step; a list's source before what its items become.
#[derive(Debug, Default)]
pub struct Fields {
    pub fields: Vec<Field>,
    pub lists: Vec<List>,
}

/// Keys of steps that hold one formula each.
const SINGLE: [&str; 4] = ["when", "check", "each", "output"];

impl Fields {
    pub fn of(step: &Value, registry: Registry) -> Self {
        let mut fields = Self::default();
        if let Value::Object(step) = step {
            fields.block(step, &[], registry);
        }
        fields
    }

    fn block(&mut self, block: &Map<String, Value>, at: &[Value], registry: Registry) {
        let input = block.get("use").and_then(Value::as_str).and_then(|id| {
            let own = books::find(id).map(|book| book.input_schema());
            own.or_else(|| Some(registry.operation(id)?.1.input_schema()))
        });
        let coercions = match block.get("coerce") {
            None => Coercions::all(),
            Some(written) => Coercions::read(written, "").unwrap_or_else(|_| Coercions::all()),
        };
        let mut plain = Walk {
            fields: self,
            schema: None,
            coercions: Coercions::all(),
        };
        for key in SINGLE {
            if let Some(written) = block.get(key).filter(|written| !written.is_object()) {
                plain.value(written, &to(at, key), None, None);
            }
        }
        for (key, inner) in [("wait", "until"), ("approve", "show")] {
            if let Some(written) = block.get(key).and_then(|held| held.get(inner)) {
                plain.value(written, &to(&to(at, key), inner), None, None);
            }
        }
        if let Some(set) = block.get("set") {
            plain.value(set, &to(at, "set"), None, None);
        }
        if let Some(with) = block.get("with") {
            let mut walk = Walk {
                fields: self,
                schema: input.as_ref(),
                coercions,
            };
            walk.value(with, &to(at, "with"), Some(""), None);
        }
        let cases = block.get("choose").and_then(Value::as_array);
        for (n, case) in cases.into_iter().flatten().enumerate() {
            if let Value::Object(case) = case {
                let mut at = to(at, "choose");
                at.push(n.into());
                self.block(case, &at, registry);
            }
        }
    }
}

struct Walk<'a> {
    fields: &'a mut Fields,
    /// That of the operation's input.
    schema: Option<&'a Value>,
    coercions: Coercions,
}

impl Walk<'_> {
    /// `name` is the place in the operation's input, as its schema is asked: `lines[].item`.
    fn value(&mut self, written: &Value, path: &[Value], name: Option<&str>, list: Option<usize>) {
        match written {
            Value::Object(map) if map.contains_key("each") && map.contains_key("to") => {
                self.list(map, path, name, list);
            }
            Value::Object(map) if !map.contains_key("=number") => {
                for (key, member) in map {
                    let name = name.map(|name| join(name, key));
                    self.value(member, &to(path, key), name.as_deref(), list);
                }
            }
            Value::Array(items) => {
                let name = name.map(|name| format!("{name}[]"));
                for (n, item) in items.iter().enumerate() {
                    let mut path = path.to_vec();
                    path.push(n.into());
                    self.value(item, &path, name.as_deref(), list);
                }
            }
            _ => self.field(written, path, name, list, None),
        }
    }

    fn list(
        &mut self,
        map: &Map<String, Value>,
        path: &[Value],
        name: Option<&str>,
        list: Option<usize>,
    ) {
        let own = self.fields.lists.len();
        self.fields.lists.push(List {
            path: path.to_vec(),
            variable: map
                .get("as")
                .and_then(Value::as_str)
                .unwrap_or("item")
                .into(),
        });
        self.field(&map["each"], &to(path, "each"), None, list, Some(own));
        let name = name.map(|name| format!("{name}[]"));
        self.value(&map["to"], &to(path, "to"), name.as_deref(), Some(own));
    }

    fn field(
        &mut self,
        written: &Value,
        path: &[Value],
        name: Option<&str>,
        list: Option<usize>,
        source_of: Option<usize>,
    ) {
        if self.fields.fields.len() >= FIELDS_MAX {
            return;
        }
        let whole = self.schema;
        let schema = name.and_then(|name| {
            let mut found = surroundings::field(whole?, name)?.as_object()?.clone();
            for key in ["$defs", "definitions"] {
                if let Some(definitions) = whole?.get(key) {
                    found.insert(key.into(), definitions.clone());
                }
            }
            Some(Value::Object(found))
        });
        // A number that JSON readers may change is kept as its digits.
        let written = match written.get("=number") {
            Some(digits) => json!(digits),
            None => written.clone(),
        };
        self.fields.fields.push(Field {
            path: path.to_vec(),
            written,
            schema,
            coercions: self.coercions.clone(),
            list,
            source_of,
        });
    }
}

fn to(path: &[Value], key: &str) -> Vec<Value> {
    let mut path = path.to_vec();
    path.push(key.into());
    path
}

fn join(name: &str, key: &str) -> String {
    match name {
        "" => key.to_owned(),
        name => format!("{name}.{key}"),
    }
}
