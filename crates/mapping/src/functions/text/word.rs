//! Words, blanks and digits.

use crate::functions::{Function, text};
use crate::value::Value;

pub const TRIM: Function = Function {
    name: "trim",
    signature: "trim(text: text) -> text",
    doc: "The text without blanks at its ends.",
    examples: &[("trim('  Ada ')", "\"Ada\"")],
    run: |a, _| Ok(text(a, 0).trim().into()),
};

pub const COLLAPSE: Function = Function {
    name: "collapse",
    signature: "collapse(text: text) -> text",
    doc: "The text with one blank wherever there are blanks or line ends, and none at its ends.",
    examples: &[("collapse('  Storgatan   1 ')", "\"Storgatan 1\"")],
    run: |a, _| {
        let words: Vec<&str> = text(a, 0).split_whitespace().collect();
        Ok(words.join(" ").into())
    },
};

pub const WORDS: Function = Function {
    name: "words",
    signature: "words(text: text) -> list",
    doc: "What stands between the blanks of the text.",
    examples: &[
        ("words(' Ada  King ')", r#"["Ada","King"]"#),
        ("words('')", "[]"),
    ],
    run: |a, _| {
        let words = text(a, 0).split_whitespace();
        crate::functions::list::collect("words", words.map(Value::from))
    },
};

pub const INITIALS: Function = Function {
    name: "initials",
    signature: "initials(text: text) -> text",
    doc: "The first letter or digit of each word, in upper case; words are also parted by hyphens.",
    examples: &[
        ("initials('Anne-Marie von Åkesson')", "\"AMVÅ\""),
        ("initials('(no name)')", "\"NN\""),
        ("initials('')", "\"\""),
    ],
    run: |a, _| {
        let words = text(a, 0).split(|c: char| c.is_whitespace() || c == '-');
        let first = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        Ok(first
            .flat_map(char::to_uppercase)
            .collect::<String>()
            .into())
    },
};

pub const DIGITS: Function = Function {
    name: "digits",
    signature: "digits(text: text) -> text",
    doc: "The digits 0 to 9 of the text alone, leading zeros included.",
    examples: &[
        ("digits('SE 55-6677')", "\"556677\""),
        ("digits('no. 007')", "\"007\""),
    ],
    run: |a, _| {
        let digits = text(a, 0).chars().filter(char::is_ascii_digit);
        Ok(digits.collect::<String>().into())
    },
};
