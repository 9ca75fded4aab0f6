//! Texts. Lengths and places count characters, not bytes.

use super::{Function, fail, int, length, text};
use crate::fact::Stop;
use crate::limits;
use crate::value::Value;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

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

pub const TRIM: Function = Function {
    name: "trim",
    signature: "trim(text: text) -> text",
    doc: "The text without blanks at its ends.",
    examples: &[("trim('  Ada ')", "\"Ada\"")],
    run: |a, _| Ok(text(a, 0).trim().into()),
};

pub const TRUNCATE: Function = Function {
    name: "truncate",
    signature: "truncate(text: text, most: int) -> text",
    doc: "At most so many characters of the text, without a blank at the cut. \
          Cutting is a decision: nothing else in a mapping cuts.",
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

pub const SPLIT: Function = Function {
    name: "split",
    signature: "split(text: text, separator: text) -> list",
    doc: "The parts of the text between the separators.",
    examples: &[("'a,b,,c'.split(',')", r#"["a","b","","c"]"#)],
    run: |a, _| {
        let parts: Vec<Value> = match text(a, 1) {
            "" => text(a, 0)
                .chars()
                .map(|c| Value::text(c.to_string()))
                .collect(),
            separator => text(a, 0).split(separator).map(Value::from).collect(),
        };
        Ok(Value::list(parts))
    },
};

pub const SPLIT_LINES: Function = Function {
    name: "split_lines",
    signature: "split_lines(text: text, width: int, most?: int) -> list",
    doc: "The text in lines of at most `width` characters, broken at blanks where possible. \
          More lines than `most` are an error: nothing is cut.",
    examples: &[
        (
            "split_lines('Unter den Linden 77', 10)",
            r#"["Unter den","Linden 77"]"#,
        ),
        (
            "split_lines('Donaudampfschiff', 5)",
            r#"["Donau","dampf","schif","f"]"#,
        ),
        ("split_lines('', 5)", "[]"),
        ("split_lines('one two three', 5, 2)", "!3 lines"),
    ],
    run: |a, _| {
        let width = length("split_lines", a, 1)?;
        if width == 0 {
            return Err(Stop::failed(
                "split_lines: a line of 0 characters holds nothing",
            ));
        }
        let lines = lines_of(text(a, 0), width);
        if let Some(most) = int(a, 2)
            && i64::try_from(lines.len()).is_ok_and(|n| n > most)
        {
            return Err(Stop::failed(format!(
                "split_lines: the text takes {} lines of {width} characters, at most {most} fit",
                lines.len()
            )));
        }
        Ok(Value::list(lines.into_iter().map(Value::from).collect()))
    },
};

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

pub const MATCHES: Function = Function {
    name: "matches",
    signature: "matches(text: text, pattern: text) -> bool",
    doc: "Whether a part of the text matches the regular expression (RE2 syntax).",
    examples: &[
        ("'SE556677889901'.matches('^SE[0-9]{12}$')", "true"),
        ("'a'.matches('(')", "!pattern"),
    ],
    run: |a, _| {
        let pattern = pattern(text(a, 1)).map_err(fail("matches"))?;
        Ok(pattern.is_match(text(a, 0)).into())
    },
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
        let width = length("pad_left", a, 1)?;
        bounded("pad_left", width.saturating_mul(4))?;
        let with = text(a, 2).chars().next().unwrap_or(' ');
        let whole = text(a, 0);
        let lacking = width.saturating_sub(whole.chars().count());
        let mut padded: String = std::iter::repeat_n(with, lacking).collect();
        padded.push_str(whole);
        Ok(padded.into())
    },
};

/// The largest compiled pattern, in bytes, and how many are kept.
const PATTERN_BYTES: usize = 1 << 20;
const PATTERNS: usize = 128;

static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

/// Compiles a regular expression, or takes the one that was compiled before.
pub(crate) fn pattern(source: &str) -> Result<Regex, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pattern) = compiled.get(source) {
        return Ok(pattern.clone());
    }
    let pattern = RegexBuilder::new(source).size_limit(PATTERN_BYTES).build();
    let pattern =
        pattern.map_err(|_| "the pattern is no regular expression, or too large".to_owned())?;
    // A formula whose patterns come from data must not fill the memory.
    if compiled.len() >= PATTERNS {
        compiled.clear();
    }
    compiled.insert(source.to_owned(), pattern.clone());
    Ok(pattern)
}

/// Fails where a text would be larger than a formula may build.
pub(super) fn bounded(name: &str, bytes: usize) -> Result<(), Stop> {
    let most = limits::OUTPUT_BYTES;
    if bytes > most {
        return Err(fail(name)(format!(
            "the text would be longer than {most} bytes"
        )));
    }
    Ok(())
}

/// Breaks at blanks and at line ends; a word that is longer than a line is broken inside.
fn lines_of(whole: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in whole.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let long = word.chars().count();
            if used > 0 && used + 1 + long <= width {
                line.push(' ');
                line.push_str(word);
                used += 1 + long;
                continue;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
            }
            let characters: Vec<char> = word.chars().collect();
            let mut pieces = characters
                .chunks(width)
                .map(|piece| piece.iter().collect::<String>());
            let last = pieces.next_back().unwrap_or_default();
            lines.extend(pieces);
            used = last.chars().count();
            line = last;
        }
        if used > 0 {
            lines.push(line);
        }
    }
    lines
}
