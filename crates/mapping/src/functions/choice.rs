//! What to do about values that may be absent.

use super::{Function, fail, list, text};
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

pub const IS_BLANK: Function = Function {
    name: "is_blank",
    signature: "is_blank(text: text?) -> bool",
    doc: "Whether the text is absent or has nothing but blanks.",
    examples: &[
        ("is_blank('  ')", "true"),
        ("is_blank(charge.billing_details.?email)", "true"),
        ("is_blank('0')", "false"),
    ],
    run: |a, _| Ok(text(a, 0).trim().is_empty().into()),
};

pub const FIRST_FILLED: Function = Function {
    name: "first_filled",
    signature: "first_filled(first: text?, others...: text?) -> text",
    doc: "The first text that has more than blanks; an error if none has. Absent texts are passed \
          with `.?`.",
    examples: &[
        (
            "first_filled(charge.billing_details.?email, ' ', 'none@example.com')",
            "\"none@example.com\"",
        ),
        ("first_filled('', ' ')", "!blank or absent"),
    ],
    run: |a, _| {
        let filled = |value: &&Value| value.as_text().is_some_and(|t| !t.trim().is_empty());
        let found = a.iter().find(filled).cloned();
        found.ok_or_else(|| Stop::failed("first_filled: every text is blank or absent"))
    },
};

pub const SWITCH: Function = Function {
    name: "switch",
    signature: "switch(value: any, cases: map, otherwise?: any) -> any",
    doc: "What the cases say for the value: a text, or a whole number, true or false by its text. \
          Without `otherwise`, a value that no case names is an error.",
    examples: &[
        ("switch('visa', {'visa': 'V', 'amex': 'A'})", "\"V\""),
        ("switch(2, {'1': 'low', '2': 'high'})", "\"high\""),
        ("switch('jcb', {'visa': 'V', 'amex': 'A'}, '?')", "\"?\""),
        (
            "switch('jcb', {'visa': 'V', 'amex': 'A'})",
            "!no case `jcb`: amex, visa",
        ),
    ],
    run: |a, _| {
        let key = super::convert::to_text(&a[0]).map_err(fail("switch"))?;
        let key = key.as_text().unwrap_or_default();
        let found = a[1].get(key).or(a.get(2));
        found.cloned().ok_or_else(|| {
            let cases = a[1].as_map().into_iter().flat_map(|cases| cases.keys());
            let cases: Vec<&str> = cases.take(20).map(AsRef::as_ref).collect();
            let shown = crate::number::shorten(key);
            fail("switch")(format!("there is no case `{shown}`: {}", cases.join(", ")))
        })
    },
};

pub const ONE_OF: Function = Function {
    name: "one_of",
    signature: "one_of(value: any, allowed: list) -> any",
    doc: "The value, if the list has it; an error that names what is allowed, otherwise.",
    examples: &[
        ("one_of('eur', ['eur', 'sek'])", "\"eur\""),
        (
            "one_of('usd', ['eur', 'sek'])",
            "!`usd` is not allowed: eur, sek",
        ),
    ],
    run: |a, _| {
        if list(a, 1).contains(&a[0]) {
            return Ok(a[0].clone());
        }
        let shown = |value: &Value| match super::convert::to_text(value) {
            Ok(text) => crate::number::shorten(text.as_text().unwrap_or_default()),
            Err(_) => value.kind().to_string(),
        };
        let allowed: Vec<String> = list(a, 1).iter().take(20).map(shown).collect();
        let message = format!("`{}` is not allowed: {}", shown(&a[0]), allowed.join(", "));
        Err(fail("one_of")(message))
    },
};
