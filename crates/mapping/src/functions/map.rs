//! Maps as wholes.

use super::{Function, fail, list};
use crate::fact::Stop;
use crate::value::{Map, Value};
use std::sync::Arc;

pub const KEYS: Function = Function {
    name: "keys",
    signature: "keys(of: map) -> list",
    doc: "The names of the members, in their order.",
    examples: &[("keys({'b': 1, 'a': 2})", r#"["a","b"]"#)],
    run: |a, _| {
        Ok(Value::list(
            members(a, 0).keys().cloned().map(Value::Text).collect(),
        ))
    },
};

pub const VALUES: Function = Function {
    name: "values",
    signature: "values(of: map) -> list",
    doc: "The values of the members, in the order of their names.",
    examples: &[("values({'b': 1, 'a': 2})", "[2,1]")],
    run: |a, _| Ok(Value::list(members(a, 0).values().cloned().collect())),
};

pub const ENTRIES: Function = Function {
    name: "entries",
    signature: "entries(of: map) -> list",
    doc: "The members as a list of {key, value}, in the order of their names.",
    examples: &[(
        "entries({'b': 1, 'a': 2}).map(e, e.key + '=' + text(e.value))",
        r#"["a=2","b=1"]"#,
    )],
    run: |a, _| {
        let entry = |(name, value): (&Arc<str>, &Value)| {
            Value::map([
                ("key", Value::Text(Arc::clone(name))),
                ("value", value.clone()),
            ])
        };
        Ok(Value::list(members(a, 0).iter().map(entry).collect()))
    },
};

pub const MERGE: Function = Function {
    name: "merge",
    signature: "merge(first: map, others...: map) -> map",
    doc: "The members of all maps; of two with the same name the later counts.",
    examples: &[("merge({'a': 1, 'b': 1}, {'b': 2})", r#"{"a":1,"b":2}"#)],
    run: |a, _| {
        let mut merged = members(a, 0).clone();
        for n in 1..a.len() {
            merged.extend(
                members(a, n)
                    .iter()
                    .map(|(k, v)| (Arc::clone(k), v.clone())),
            );
        }
        Ok(Value::Map(Arc::new(merged)))
    },
};

pub const PICK: Function = Function {
    name: "pick",
    signature: "pick(of: map, names: list) -> map",
    doc: "The members with these names; one that is not there is left out.",
    examples: &[("pick({'a': 1, 'b': 2}, ['a', 'c'])", r#"{"a":1}"#)],
    run: |a, _| {
        let names = names("pick", a)?;
        Ok(filtered(members(a, 0), |name| names.contains(&name)))
    },
};

pub const WITHOUT: Function = Function {
    name: "without",
    signature: "without(of: map, names: list) -> map",
    doc: "The members apart from those with these names.",
    examples: &[
        ("without({'a': 1, 'b': 2}, ['b', 'c'])", r#"{"a":1}"#),
        ("without({'a': 1}, [1])", "!is a text"),
    ],
    run: |a, _| {
        let names = names("without", a)?;
        Ok(filtered(members(a, 0), |name| !names.contains(&name)))
    },
};

static NONE: Map = Map::new();

fn members(arguments: &[Value], n: usize) -> &Map {
    arguments.get(n).and_then(Value::as_map).unwrap_or(&NONE)
}

fn names<'a>(function: &'static str, arguments: &'a [Value]) -> Result<Vec<&'a str>, Stop> {
    let names: Option<Vec<&str>> = list(arguments, 1).iter().map(Value::as_text).collect();
    names.ok_or_else(|| fail(function)("the name of a member is a text".to_owned()))
}

fn filtered(members: &Map, keep: impl Fn(&str) -> bool) -> Value {
    let kept = members.iter().filter(|(name, _)| keep(name));
    Value::Map(Arc::new(
        kept.map(|(k, v)| (Arc::clone(k), v.clone())).collect(),
    ))
}
