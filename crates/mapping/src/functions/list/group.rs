//! Items with the same key.

use super::path::{Key, members};
use crate::functions::{Function, fail, list, text};
use crate::value::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const GROUP_BY: Function = Function {
    name: "group_by",
    signature: "group_by(items: list, path: text) -> list",
    doc: "The items that have the same value at the path, together: [{key, items}], in the order \
          in which the keys first appear.",
    examples: &[
        (
            "group_by([{'p': 'b', 'n': 1}, {'p': 'a', 'n': 2}, {'p': 'b', 'n': 3}], 'p')\
             .map(g, g.key + text(sum_by(g.items, 'n')))",
            r#"["b4","a2"]"#,
        ),
        ("group_by([], 'p')", "[]"),
        (
            "group_by([{'p': 1}, {'q': 1}], 'p')",
            "!item 1: `p` is missing",
        ),
    ],
    run: |a, _| {
        let fail = || fail("group_by");
        super::check_path(text(a, 1)).map_err(fail())?;
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
        for found in members(list(a, 0), text(a, 1)) {
            let (item, member) = found.map_err(fail())?;
            let place = *places
                .entry(Key::of(member).map_err(fail())?)
                .or_insert(groups.len());
            if place == groups.len() {
                groups.push((member.clone(), Vec::new()));
            }
            groups[place].1.push(item.clone());
        }
        let group = |(key, items)| Value::map([("key", key), ("items", Value::list(items))]);
        Ok(Value::list(groups.into_iter().map(group).collect()))
    },
};

pub const INDEX_BY: Function = Function {
    name: "index_by",
    signature: "index_by(items: list, path: text) -> map",
    doc: "A map from the text or number at the path to the item that has it. Two items with the \
          same one are an error.",
    examples: &[
        (
            "index_by([{'id': 'a', 'n': 1}, {'id': 'b', 'n': 2}], 'id').b.n",
            "2",
        ),
        (
            "index_by([{'id': 'a'}, {'id': 'a'}], 'id')",
            "!two items have `a`",
        ),
    ],
    run: |a, _| {
        let fail = || fail("index_by");
        super::check_path(text(a, 1)).map_err(fail())?;
        let mut index = Map::new();
        for found in members(list(a, 0), text(a, 1)) {
            let (item, member) = found.map_err(fail())?;
            let key = Key::of(member).map_err(fail())?;
            let name = match &key {
                Key::Text(text) => Arc::clone(text),
                Key::Number(number) => Arc::from(number.normalize().to_string()),
                Key::Bool(value) => Arc::from(value.to_string()),
            };
            if index.insert(name, item.clone()).is_some() {
                let cure = "take group_by or unique_by";
                return Err(fail()(format!(
                    "two items have `{key}` at `{}`; {cure}",
                    crate::number::shorten(text(a, 1))
                )));
            }
        }
        Ok(Value::Map(Arc::new(index)))
    },
};

pub const UNIQUE_BY: Function = Function {
    name: "unique_by",
    signature: "unique_by(items: list, path: text) -> list",
    doc: "The items without those whose value at the path an earlier item had.",
    examples: &[
        (
            "unique_by([{'id': 1, 'n': 'a'}, {'id': 1, 'n': 'b'}, {'id': 2, 'n': 'c'}], 'id')\
             .map(i, i.n)",
            r#"["a","c"]"#,
        ),
        ("unique_by(['x', 'y', 'x'], '')", r#"["x","y"]"#),
        ("unique_by([{'id': [1]}], 'id')", "!a list is no key"),
    ],
    run: |a, _| {
        let fail = || fail("unique_by");
        super::check_path(text(a, 1)).map_err(fail())?;
        let mut seen = std::collections::BTreeSet::new();
        let mut unique = Vec::new();
        for found in members(list(a, 0), text(a, 1)) {
            let (item, member) = found.map_err(fail())?;
            if seen.insert(Key::of(member).map_err(fail())?) {
                unique.push(item.clone());
            }
        }
        Ok(Value::list(unique))
    },
};
