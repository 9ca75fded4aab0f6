//! Numbers and truth values out of texts that people or other systems wrote.
//!
//! Strict: what is not written as the locale writes it is an error that proposes what to do. A text
//! that looks like a code (leading zeros) is never made a number.

use super::locale::{self, Locale};
use super::{Function, fail, text};
use crate::number::{self, shorten};
use crate::value::Value;
use rust_decimal::Decimal;

pub const PARSE_NUMBER: Function = Function {
    name: "parse_number",
    signature: "parse_number(text: text, locale: text) -> number",
    doc: "The number that a text says as the locale writes it: its decimal sign, its groups of \
          three digits, a sign before or after. Leading zeros are refused: they make a code, which \
          stays a text.",
    examples: &[
        ("parse_number('1.234,56', 'de')", "\"1234.56\""),
        ("parse_number('1,234.56', 'en-US')", "\"1234.56\""),
        ("parse_number('1 234,5', 'sv')", "\"1234.5\""),
        ("parse_number(\"1'234.50\", 'de-CH')", "\"1234.50\""),
        ("parse_number('12,34,567', 'en-IN')", "\"1234567\""),
        ("parse_number('-12', 'en')", "\"-12\""),
        ("parse_number('12,50-', 'de')", "\"-12.50\""),
        ("parse_number('0,5', 'fr')", "\"0.5\""),
        ("parse_number('1.5', 'de')", "!write 1,5"),
        ("parse_number('1,234', 'de') == number('1.234')", "true"),
        ("parse_number('007', 'en')", "!keep it as text"),
        ("parse_number('(5)', 'en')", "!as -5"),
        (
            "parse_number('EUR 5', 'de')",
            "!take the words and signs away",
        ),
        ("parse_number('', 'en')", "!is empty"),
        ("parse_number('1', 'xx')", "!no locale"),
    ],
    run: |a, _| {
        let fail = || fail("parse_number");
        let locale = locale::find(text(a, 1)).map_err(fail())?;
        parse_number(text(a, 0), locale, text(a, 1))
            .map(Value::Decimal)
            .map_err(fail())
    },
};

fn parse_number(whole: &str, locale: &Locale, tag: &str) -> Result<Decimal, String> {
    let trimmed = whole.trim();
    let shown = shorten(whole);
    if trimmed.is_empty() {
        return Err("the text is empty; is_blank(x) asks for that first".to_owned());
    }
    if let Some(inner) = trimmed.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        let inner = shorten(inner);
        return Err(format!("`{shown}`: write a negative number as -{inner}"));
    }
    let (negative, digits) = sign(trimmed);
    let (integer, fraction) = match digits.split_once(locale.decimal) {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (digits, None),
    };
    let plain = ungrouped(integer, locale);
    let well = fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    let Some(plain) = plain.filter(|_| well) else {
        return Err(format!(
            "`{shown}` is not written as {tag} writes numbers; {}",
            cure(digits, locale)
        ));
    };
    if plain.len() > 1 && plain.starts_with('0') {
        return Err(format!(
            "`{shown}` has leading zeros, so it is a code: keep it as text"
        ));
    }
    let sign = if negative { "-" } else { "" };
    let written = match fraction {
        Some(fraction) => format!("{sign}{plain}.{fraction}"),
        None => format!("{sign}{plain}"),
    };
    number::parse(&written)
}

/// Whether the number is negative, and what is left without its one sign.
fn sign(text: &str) -> (bool, &str) {
    const MINUS: [char; 2] = ['-', '\u{2212}'];
    if let Some(rest) = text.strip_prefix(MINUS) {
        return (true, rest.trim_start());
    }
    match text.strip_suffix(MINUS) {
        Some(rest) => (true, rest.trim_end()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits without the signs between their groups, if the groups are whole ones.
fn ungrouped(integer: &str, locale: &Locale) -> Option<String> {
    let blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}');
    let is_group = |c: char| locale.group.contains(&if blank(c) { ' ' } else { c });
    let groups: Vec<&str> = integer.split(is_group).collect();
    let all_digits = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let signs: Vec<char> = integer.chars().filter(|c| is_group(*c)).collect();
    let one_sign = signs.windows(2).all(|pair| pair[0] == pair[1]);
    let [first, middle @ .., last] = groups.as_slice() else {
        return all_digits.then(|| integer.to_owned());
    };
    let size = if locale.lakh { 2 } else { 3 };
    let sizes = first.len() <= size && last.len() == 3 && middle.iter().all(|g| g.len() == size);
    (all_digits && one_sign && sizes).then(|| groups.concat())
}

/// What was probably meant.
fn cure(digits: &str, locale: &Locale) -> String {
    if digits
        .chars()
        .any(|c| c.is_alphabetic() || !c.is_ascii() && !c.is_whitespace())
    {
        return "take the words and signs away first: extract(x, '[0-9.,]+')".to_owned();
    }
    let other = if locale.decimal == ',' { '.' } else { ',' };
    match digits.split_once(other) {
        Some((integer, fraction))
            if !fraction.contains([',', '.']) && integer.bytes().all(|b| b.is_ascii_digit()) =>
        {
            let decimal = locale.decimal;
            format!("for a fraction write {integer}{decimal}{fraction}, or name another locale")
        }
        _ => "name the locale that it was written in".to_owned(),
    }
}

pub const PARSE_BOOL: Function = Function {
    name: "parse_bool",
    signature: "parse_bool(text: text) -> bool",
    doc: "The truth value that a text says: true, yes, y, on, 1 or false, no, n, off, 0, in either \
          case. Anything else is an error.",
    examples: &[
        ("parse_bool('Yes')", "true"),
        ("parse_bool('0')", "false"),
        ("parse_bool('ja')", "!switch(x, {'ja': true, …})"),
        ("parse_bool('')", "!neither"),
    ],
    run: |a, _| {
        let whole = text(a, 0);
        match whole.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "n" | "off" | "0" => Ok(Value::Bool(false)),
            _ => Err(fail("parse_bool")(format!(
                "`{}` is neither true, yes, y, on, 1 nor false, no, n, off, 0; for other words \
                 write switch(x, {{'ja': true, …}})",
                shorten(whole)
            ))),
        }
    },
};
