//! Upper and lower case.

use crate::functions::{Function, text};

pub const UPPER: Function = Function {
    name: "upper",
    signature: "upper(text: text) -> text",
    doc: "The text in upper case.",
    examples: &[
        ("upper('eur')", "\"EUR\""),
        ("upper('straße')", "\"STRASSE\""),
    ],
    run: |a, _| Ok(text(a, 0).to_uppercase().into()),
};

pub const LOWER: Function = Function {
    name: "lower",
    signature: "lower(text: text) -> text",
    doc: "The text in lower case.",
    examples: &[("lower('EUR')", "\"eur\"")],
    run: |a, _| Ok(text(a, 0).to_lowercase().into()),
};

pub const UPPER_ASCII: Function = Function {
    name: "upperAscii",
    signature: "upperAscii(text: text) -> text",
    doc: "The text with its letters a to z in upper case; others stay. CEL's own name.",
    examples: &[("'é-a'.upperAscii()", "\"é-A\"")],
    run: |a, _| Ok(text(a, 0).to_ascii_uppercase().into()),
};

pub const LOWER_ASCII: Function = Function {
    name: "lowerAscii",
    signature: "lowerAscii(text: text) -> text",
    doc: "The text with its letters A to Z in lower case; others stay. CEL's own name.",
    examples: &[("'É-A'.lowerAscii()", "\"É-a\"")],
    run: |a, _| Ok(text(a, 0).to_ascii_lowercase().into()),
};

pub const TITLE: Function = Function {
    name: "title",
    signature: "title(text: text) -> text",
    doc: "The text with the first letter of each word in upper case and the others in lower case. \
          A word begins after what is no letter, digit or apostrophe. Names such as McDonald lose \
          their inner capitals.",
    examples: &[
        ("title('STORGATAN 1B')", "\"Storgatan 1b\""),
        ("title('anne-marie o’neill')", "\"Anne-Marie O’neill\""),
        ("title('ÅRE')", "\"Åre\""),
    ],
    run: |a, _| {
        let mut title = String::with_capacity(text(a, 0).len());
        let mut inside = false;
        for letter in text(a, 0).chars() {
            if inside {
                title.extend(letter.to_lowercase());
            } else {
                title.extend(letter.to_uppercase());
            }
            inside = letter.is_alphanumeric() || matches!(letter, '\'' | '’');
        }
        Ok(title.into())
    },
};
