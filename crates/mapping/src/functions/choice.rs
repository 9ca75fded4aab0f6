//! What to do about values that may be absent.

use super::Function;
use crate::fact::Stop;
use crate::value::Value;

pub const COALESCE: Function = Function {
    name: "coalesce",
    signature: "coalesce(first: any?, others...: any?) -> any",
    doc: "The first value that is there; an error if none is. Absent values are passed with `.?`.",
    examples: &[
        ("coalesce({'a': 1}.?b, {'a': 1}.?a, 3)", "1"),
        ("coalesce({}.?a)", "!none"),
    ],
    run: |a, _| {
        let found = a.iter().find(|value| !value.is_null());
        found
            .cloned()
            .ok_or_else(|| Stop::failed("coalesce: none of the values is there"))
    },
};

pub const IS_NULL: Function = Function {
    name: "is_null",
    signature: "is_null(value: any?) -> bool",
    doc: "Whether the value is absent. A null in a document counts as absent.",
    examples: &[("is_null({'a': 1}.?b)", "true"), ("is_null(0)", "false")],
    run: |a, _| Ok(Value::Bool(a[0].is_null())),
};
