//! Some items of a list.

use super::path::member;
use crate::functions::{Function, fail, length, list, text};
use crate::value::Value;

pub const FIRST: Function = Function {
    name: "first",
    signature: "first(items: list) -> any?",
    doc: "The first item; absent if there is none.",
    examples: &[
        ("first([1, 2]).value()", "1"),
        ("first([]).orValue('none')", "\"none\""),
    ],
    run: |a, _| Ok(list(a, 0).first().cloned().unwrap_or_default()),
};

pub const LAST: Function = Function {
    name: "last",
    signature: "last(items: list) -> any?",
    doc: "The last item; absent if there is none.",
    examples: &[("last([1, 2]).value()", "2")],
    run: |a, _| Ok(list(a, 0).last().cloned().unwrap_or_default()),
};

pub const TAKE: Function = Function {
    name: "take",
    signature: "take(items: list, count: int) -> list",
    doc: "The first so many items; all of a shorter list.",
    examples: &[("take([1, 2, 3], 2)", "[1,2]"), ("take([1], 2)", "[1]")],
    run: |a, _| {
        let count = length("take", a, 1)?;
        Ok(Value::list(
            list(a, 0).iter().take(count).cloned().collect(),
        ))
    },
};

pub const FIND: Function = Function {
    name: "find",
    signature: "find(items: list, path: text, value: any) -> any?",
    doc: "The first item whose member equals the value; absent if there is none. An item without \
          the member is none.",
    examples: &[
        (
            "find([{'id': 'a', 'n': 1}, {'id': 'b', 'n': 2}], 'id', 'b').value().n",
            "2",
        ),
        (
            "find([{'tax': {'rate': 25}}], 'tax.rate', 25).hasValue()",
            "true",
        ),
        ("find([{'n': 1}], 'id', 'b').hasValue()", "false"),
    ],
    run: |a, _| {
        super::check_path(text(a, 1)).map_err(fail("find"))?;
        let mut items = list(a, 0).iter();
        let found = items.find(|item| member(item, text(a, 1)).ok() == Some(&a[2]));
        Ok(found.cloned().unwrap_or_default())
    },
};
