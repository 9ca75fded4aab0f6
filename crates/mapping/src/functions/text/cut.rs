//! Texts and their lengths. Only `truncate`, `left` and `right` drop characters, as their names
//! say.

use crate::functions::{Function, fail, length, text};
use crate::value::Value;

pub const TRUNCATE: Function = Function {
    name: "truncate",
    signature: "truncate(text: text, most: int) -> text",
    doc: "At most so many characters of the text, without a blank at the cut. \
          Cutting is a decision: ask `fits` first, or let a text that is too long fail.",
    examples: &[
        ("truncate('Ada Lovelace', 4)", "\"Ada\""),
        ("truncate('Zoë', 3)", "\"Zoë\""),
        ("truncate('Zoë', -1)", "!no length"),
    ],
    run: |a, _| {
        let most = length("truncate", a, 1)?;
        let whole = text(a, 0);
        Ok(match whole.char_indices().nth(most) {
            None => a[0].clone(),
            Some((at, _)) => whole[..at].trim_end().into(),
        })
    },
};

pub const SUBSTRING: Function = Function {
    name: "substring",
    signature: "substring(text: text, from: int, to?: int) -> text",
    doc: "The characters from one place up to, without, another. A place past the end is an \
          error: `truncate` takes what is there.",
    examples: &[
        ("'tacocat'.substring(4)", "\"cat\""),
        ("'tacocat'.substring(0, 4)", "\"taco\""),
        ("'ab'.substring(0, 3)", "!past the end"),
    ],
    run: |a, _| {
        let characters: Vec<char> = text(a, 0).chars().collect();
        let from = length("substring", a, 1)?;
        let to = match a.len() {
            0..=2 => characters.len(),
            _ => length("substring", a, 2)?,
        };
        let part = characters.get(from..to).ok_or_else(|| {
            fail("substring")(format!("{from} to {to} is past the end or backwards"))
        })?;
        Ok(part.iter().collect::<String>().into())
    },
};

pub const LEFT: Function = Function {
    name: "left",
    signature: "left(text: text, count: int) -> text",
    doc: "The first so many characters; all of a shorter text. Blanks count and stay: `truncate` \
          drops one at the cut.",
    examples: &[
        ("left('556677-8899', 6)", "\"556677\""),
        ("left('ab', 6)", "\"ab\""),
        ("left('Ada Lovelace', 4)", "\"Ada \""),
    ],
    run: |a, _| {
        let count = length("left", a, 1)?;
        Ok(text(a, 0).chars().take(count).collect::<String>().into())
    },
};

pub const RIGHT: Function = Function {
    name: "right",
    signature: "right(text: text, count: int) -> text",
    doc: "The last so many characters; all of a shorter text.",
    examples: &[
        ("right('DE89370400440532013000', 4)", "\"3000\""),
        ("right('Zoë', 2)", "\"oë\""),
        ("right('ab', 6)", "\"ab\""),
    ],
    run: |a, _| {
        let count = length("right", a, 1)?;
        let whole = text(a, 0);
        let before = whole.chars().count().saturating_sub(count);
        Ok(whole.chars().skip(before).collect::<String>().into())
    },
};

pub const FITS: Function = Function {
    name: "fits",
    signature: "fits(text: text, most: int) -> bool",
    doc: "Whether the text has at most so many characters.",
    examples: &[
        ("fits('Ada', 3)", "true"),
        ("fits('Zoë', 3)", "true"),
        ("fits('Grace', 3)", "false"),
    ],
    run: |a, _| {
        let most = length("fits", a, 1)?;
        Ok(Value::Bool(text(a, 0).chars().nth(most).is_none()))
    },
};
