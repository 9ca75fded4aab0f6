//! Parts of a text around another.

use super::bounded;
use crate::functions::{Function, text};
use crate::value::Value;

pub const REPLACE: Function = Function {
    name: "replace",
    signature: "replace(text: text, old: text, new: text) -> text",
    doc: "The text with each `old` replaced by `new`.",
    examples: &[("replace('a-b-c', '-', ' ')", "\"a b c\"")],
    run: |a, _| {
        let (whole, old, new) = (text(a, 0), text(a, 1), text(a, 2));
        let found = whole.matches(old).count();
        bounded(
            "replace",
            whole.len().saturating_add(found.saturating_mul(new.len())),
        )?;
        Ok(whole.replace(old, new).into())
    },
};

pub const BEFORE: Function = Function {
    name: "before",
    signature: "before(text: text, separator: text) -> text?",
    doc: "What stands before the first separator; absent if there is none.",
    examples: &[
        ("before('ada@example.com', '@').value()", "\"ada\""),
        ("before('ada', '@').orValue('?')", "\"?\""),
    ],
    run: |a, _| {
        Ok(optional(
            text(a, 0).split_once(text(a, 1)).map(|(before, _)| before),
        ))
    },
};

pub const AFTER: Function = Function {
    name: "after",
    signature: "after(text: text, separator: text) -> text?",
    doc: "What stands after the first separator; absent if there is none.",
    examples: &[
        ("after('a:b:c', ':').value()", "\"b:c\""),
        ("after('abc', ':').hasValue()", "false"),
    ],
    run: |a, _| {
        Ok(optional(
            text(a, 0).split_once(text(a, 1)).map(|(_, after)| after),
        ))
    },
};

pub const BEFORE_LAST: Function = Function {
    name: "before_last",
    signature: "before_last(text: text, separator: text) -> text?",
    doc: "What stands before the last separator; absent if there is none.",
    examples: &[("before_last('INV-2026-7', '-').value()", "\"INV-2026\"")],
    run: |a, _| {
        Ok(optional(
            text(a, 0).rsplit_once(text(a, 1)).map(|(before, _)| before),
        ))
    },
};

pub const AFTER_LAST: Function = Function {
    name: "after_last",
    signature: "after_last(text: text, separator: text) -> text?",
    doc: "What stands after the last separator; absent if there is none.",
    examples: &[("after_last('INV-2026-7', '-').value()", "\"7\"")],
    run: |a, _| {
        Ok(optional(
            text(a, 0).rsplit_once(text(a, 1)).map(|(_, after)| after),
        ))
    },
};

fn optional(part: Option<&str>) -> Value {
    part.map(Value::from).unwrap_or_default()
}
