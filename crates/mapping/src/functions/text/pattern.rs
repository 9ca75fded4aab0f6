//! Regular expressions, which take time in proportion to the text: RE2's syntax, without
//! look-around and back references.

use super::bounded;
use crate::functions::{Function, fail, text};
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

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

pub const EXTRACT: Function = Function {
    name: "extract",
    signature: "extract(text: text, pattern: text) -> text?",
    doc: "The first part of the text that matches the regular expression, or, if it has a group, \
          what the first group matched; absent if there is none.",
    examples: &[
        (
            "extract('Order #4711, paid', '#([0-9]+)').value()",
            "\"4711\"",
        ),
        ("extract('a1b22', '[0-9]+').value()", "\"1\""),
        ("extract('none', '[0-9]+').orValue('')", "\"\""),
        ("extract('a', '[')", "!pattern"),
    ],
    run: |a, _| {
        let pattern = pattern(text(a, 1)).map_err(fail("extract"))?;
        let found = pattern.captures(text(a, 0));
        let part = found.and_then(|found| found.get(usize::from(found.len() > 1)));
        Ok(part.map(|part| part.as_str().into()).unwrap_or_default())
    },
};

pub const EXTRACT_ALL: Function = Function {
    name: "extract_all",
    signature: "extract_all(text: text, pattern: text) -> list",
    doc: "Every part of the text that matches the regular expression, or, if it has a group, what \
          the first group matched in each.",
    examples: &[
        (
            "extract_all('A-1, B-22', '[A-Z]-([0-9]+)')",
            r#"["1","22"]"#,
        ),
        ("extract_all('none', '[0-9]')", "[]"),
    ],
    run: |a, _| {
        let pattern = pattern(text(a, 1)).map_err(fail("extract_all"))?;
        let found = pattern.captures_iter(text(a, 0));
        let parts = found.filter_map(|found| found.get(usize::from(found.len() > 1)));
        crate::functions::list::collect("extract_all", parts.map(|part| part.as_str().into()))
    },
};

pub const REPLACE_PATTERN: Function = Function {
    name: "replace_pattern",
    signature: "replace_pattern(text: text, pattern: text, new: text) -> text",
    doc: "The text with each match of the regular expression replaced; ${1} in `new` is what the \
          first group matched, $$ a dollar sign.",
    examples: &[
        (
            "replace_pattern('+46 (8) 123', '[^0-9+]', '')",
            "\"+468123\"",
        ),
        (
            "replace_pattern('2026-01', '([0-9]+)-([0-9]+)', '${2}/${1}')",
            "\"01/2026\"",
        ),
    ],
    run: |a, _| {
        let fail = fail("replace_pattern");
        let pattern = pattern(text(a, 1)).map_err(fail)?;
        let (whole, new) = (text(a, 0), text(a, 2));
        let dollars = new.matches('$').count();
        let mut replaced = String::new();
        let mut from = 0;
        for found in pattern.captures_iter(whole) {
            let Some(part) = found.get(0) else {
                break;
            };
            replaced.push_str(&whole[from..part.start()]);
            // Each dollar sign may stand for as much as the whole match.
            let grown = dollars.saturating_mul(part.len()).saturating_add(new.len());
            bounded("replace_pattern", replaced.len().saturating_add(grown))?;
            found.expand(new, &mut replaced);
            from = part.end();
        }
        bounded("replace_pattern", replaced.len() + whole.len() - from)?;
        replaced.push_str(&whole[from..]);
        Ok(replaced.into())
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
