//! Texts of a fixed width.

use super::bounded;
use crate::fact::Stop;
use crate::functions::{Function, length, text};
use crate::value::Value;

pub const PAD_LEFT: Function = Function {
    name: "pad_left",
    signature: "pad_left(text: text, width: int, with?: text) -> text",
    doc: "The text made `width` characters long by blanks, or another character, before it. \
          A longer text stays as it is.",
    examples: &[
        ("pad_left('42', 5, '0')", "\"00042\""),
        ("pad_left('C000001', 4)", "\"C000001\""),
    ],
    run: |a, _| {
        let mut padded = padding("pad_left", a)?;
        padded.push_str(text(a, 0));
        Ok(padded.into())
    },
};

pub const PAD_RIGHT: Function = Function {
    name: "pad_right",
    signature: "pad_right(text: text, width: int, with?: text) -> text",
    doc: "The text made `width` characters long by blanks, or another character, after it. \
          A longer text stays as it is.",
    examples: &[
        ("pad_right('42', 5)", "\"42   \""),
        ("pad_right('ab', 4, '.')", "\"ab..\""),
    ],
    run: |a, _| {
        let padding = padding("pad_right", a)?;
        Ok(format!("{}{padding}", text(a, 0)).into())
    },
};

fn padding(name: &str, arguments: &[Value]) -> Result<String, Stop> {
    let width = length(name, arguments, 1)?;
    bounded(name, width.saturating_mul(4))?;
    let with = text(arguments, 2).chars().next().unwrap_or(' ');
    let lacking = width.saturating_sub(text(arguments, 0).chars().count());
    Ok(std::iter::repeat_n(with, lacking).collect())
}
