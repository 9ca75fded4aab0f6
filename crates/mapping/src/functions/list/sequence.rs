//! Lists as they stand.

use super::bounded;
use crate::fact::Stop;
use crate::functions::{Function, fail, int, list, text};
use crate::value::Value;

pub const SIZE: Function = Function {
    name: "size",
    signature: "size(of: any) -> int",
    doc: "How many items, members or characters it has.",
    examples: &[
        ("size([1, 2])", "2"),
        ("'Zoë'.size()", "3"),
        ("size({'a': 1})", "1"),
    ],
    run: |a, _| {
        let size = match &a[0] {
            Value::List(items) => items.len(),
            Value::Map(members) => members.len(),
            Value::Text(text) => text.chars().count(),
            other => return Err(fail("size")(format!("{} has no size", other.kind()))),
        };
        Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
    },
};

pub const JOIN: Function = Function {
    name: "join",
    signature: "join(texts: list, separator?: text) -> text",
    doc: "The texts of the list one after the other, with the separator between them.",
    examples: &[
        ("join(['a', 'b'], ', ')", "\"a, b\""),
        ("['a', 'b'].join()", "\"ab\""),
        ("join([1], ' ')", "!only texts"),
    ],
    run: |a, _| {
        let mut joined = String::new();
        for (n, item) in list(a, 0).iter().enumerate() {
            let Value::Text(item) = item else {
                return Err(Stop::failed("join: only texts can be joined; use text(x)"));
            };
            if n > 0 {
                joined.push_str(text(a, 1));
            }
            crate::functions::text::bounded("join", joined.len() + item.len())?;
            joined.push_str(item);
        }
        Ok(joined.into())
    },
};

pub const FLATTEN: Function = Function {
    name: "flatten",
    signature: "flatten(lists: list) -> list",
    doc: "The items of the lists in the list, one after the other; other items as they are.",
    examples: &[("flatten([[1, 2], [], [3], 4])", "[1,2,3,4]")],
    run: |a, _| {
        let mut flat = Vec::new();
        for item in list(a, 0) {
            match item {
                Value::List(items) => flat.extend(items.iter().cloned()),
                other => flat.push(other.clone()),
            }
            bounded("flatten", flat.len())?;
        }
        Ok(Value::list(flat))
    },
};

pub const DISTINCT: Function = Function {
    name: "distinct",
    signature: "distinct(items: list) -> list",
    doc: "The items without those that were there before. At most 500 items.",
    examples: &[("distinct(['b', 'a', 'b'])", r#"["b","a"]"#)],
    run: |a, _| {
        const MOST: usize = 500;
        if list(a, 0).len() > MOST {
            return Err(fail("distinct")(format!("more than {MOST} items")));
        }
        let mut seen: Vec<Value> = Vec::new();
        for item in list(a, 0) {
            if !seen.contains(item) {
                seen.push(item.clone());
            }
        }
        Ok(Value::list(seen))
    },
};

pub const RANGE: Function = Function {
    name: "range",
    signature: "range(count: int) -> list",
    doc: "The whole numbers from 0 on, so many of them.",
    examples: &[("range(3)", "[0,1,2]"), ("range(1000000)", "!10000")],
    run: |a, _| {
        let count = int(a, 0).unwrap_or_default().max(0);
        bounded("range", usize::try_from(count).unwrap_or(usize::MAX))?;
        Ok(Value::list((0..count).map(Value::Int).collect()))
    },
};

pub const REVERSE: Function = Function {
    name: "reverse",
    signature: "reverse(of: any) -> any",
    doc: "The items, or the characters of a text, from the last to the first.",
    examples: &[
        ("reverse([1, 2, 3])", "[3,2,1]"),
        ("'Zoë'.reverse()", "\"ëoZ\""),
        ("reverse(1)", "!a whole number has no order"),
    ],
    run: |a, _| match &a[0] {
        Value::List(items) => Ok(Value::list(items.iter().rev().cloned().collect())),
        Value::Text(text) => Ok(Value::text(text.chars().rev().collect::<String>())),
        other => Err(fail("reverse")(format!("{} has no order", other.kind()))),
    },
};
