//! Whether and where a text has another in it.

use crate::functions::{Function, text};
use crate::value::Value;

pub const CONTAINS: Function = Function {
    name: "contains",
    signature: "contains(text: text, part: text) -> bool",
    doc: "Whether the text has the part in it.",
    examples: &[("'annual plan'.contains('plan')", "true")],
    run: |a, _| Ok(text(a, 0).contains(text(a, 1)).into()),
};

pub const STARTS_WITH: Function = Function {
    name: "startsWith",
    signature: "startsWith(text: text, prefix: text) -> bool",
    doc: "Whether the text begins so.",
    examples: &[("'cus_1'.startsWith('cus_')", "true")],
    run: |a, _| Ok(text(a, 0).starts_with(text(a, 1)).into()),
};

pub const ENDS_WITH: Function = Function {
    name: "endsWith",
    signature: "endsWith(text: text, suffix: text) -> bool",
    doc: "Whether the text ends so.",
    examples: &[("'a.pdf'.endsWith('.pdf')", "true")],
    run: |a, _| Ok(text(a, 0).ends_with(text(a, 1)).into()),
};

pub const INDEX_OF: Function = Function {
    name: "indexOf",
    signature: "indexOf(text: text, part: text) -> int",
    doc: "The place of the first such part, counted from 0; -1 if there is none.",
    examples: &[("'a:b'.indexOf(':')", "1"), ("'ab'.indexOf(':')", "-1")],
    run: |a, _| {
        let whole = text(a, 0);
        let place = whole.find(text(a, 1)).map(|at| whole[..at].chars().count());
        Ok(Value::Int(
            place.and_then(|n| i64::try_from(n).ok()).unwrap_or(-1),
        ))
    },
};
