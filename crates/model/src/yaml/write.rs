//! Writes YAML in one way: block style, few quotes, lines of at most [`WIDTH`] columns where a
//! text can be broken.

use super::scalar;
use serde_json::Value;

/// The longest line that is written where it can be helped.
pub const WIDTH: usize = 100;

/// Writes maps and lists, line by line.
#[derive(Debug, Default)]
pub struct Emitter {
    out: String,
    indent: usize,
    /// The next key stands behind the dash of a list item.
    dash: bool,
}

impl Emitter {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// A line as it is.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// `key: value`.
    pub fn text(&mut self, key: &str, text: &str) {
        let used = self.key(key);
        self.scalar(text, used + 1);
    }

    /// `key: value` of any kind.
    pub fn value(&mut self, key: &str, value: &Value) {
        let used = self.key(key);
        self.any(value, used + 1);
    }

    /// `key: word`, for what is no text: a number, `true`.
    pub fn word(&mut self, key: &str, word: &str) {
        self.key(key);
        self.out.push(' ');
        self.line(word);
    }

    /// `key:` and what `inner` writes below it, one step further in.
    pub fn map(&mut self, key: &str, inner: impl FnOnce(&mut Self)) {
        self.key(key);
        self.below(inner);
    }

    /// `key:` and a list, one item for each of `items`. An empty list is `[]`.
    pub fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        let mut items = items.into_iter().peekable();
        self.key(key);
        if items.peek().is_none() {
            self.line(" []");
            return;
        }
        self.below(|e| {
            for item in items {
                e.item(|e| each(e, item));
            }
        });
    }

    /// An item of a list that is a map.
    fn item(&mut self, inner: impl FnOnce(&mut Self)) {
        self.start();
        self.out.push_str("- ");
        self.indent += 2;
        self.dash = true;
        inner(self);
        self.dash = false;
        self.indent -= 2;
    }

    /// An item of a list that is a value; called instead of keys.
    pub fn plain(&mut self, value: &Value) {
        self.dash = false;
        // What stands before the value is the dash with its blank, which was written.
        let used = self.indent;
        self.out.pop();
        self.any(value, used - 1);
    }

    fn below(&mut self, inner: impl FnOnce(&mut Self)) {
        self.line("");
        self.indent += 2;
        inner(self);
        self.indent -= 2;
    }

    fn start(&mut self) {
        if !std::mem::take(&mut self.dash) {
            let indent = self.indent;
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }

    /// Writes `key:` and says how many columns are used.
    fn key(&mut self, key: &str) -> usize {
        self.start();
        let key = one_line(key);
        self.out.push_str(&key);
        self.out.push(':');
        self.indent + key.chars().count() + 1
    }

    /// A value behind a key or a dash; `used` columns of its line are taken.
    fn any(&mut self, value: &Value, used: usize) {
        match value {
            Value::String(text) => self.scalar(text, used),
            Value::Object(map) if map.is_empty() => self.line(" {}"),
            Value::Array(items) if items.is_empty() => self.line(" []"),
            Value::Object(map) => {
                // A map that is the item of a list begins on the line of the dash.
                if self.out.ends_with('-') {
                    self.out.push(' ');
                    self.dash = true;
                    map.iter().for_each(|(key, value)| self.value(key, value));
                    return;
                }
                self.below(|e| map.iter().for_each(|(key, value)| e.value(key, value)));
            }
            Value::Array(items) => {
                let inner = |e: &mut Self| {
                    for item in items {
                        e.item(|e| e.plain(item));
                    }
                };
                if self.out.ends_with('-') {
                    self.out.push(' ');
                    self.dash = true;
                    inner(self);
                    return;
                }
                self.below(inner);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                self.out.push(' ');
                self.line(&value.to_string());
            }
        }
    }

    /// A text, in the plainest style that keeps it.
    fn scalar(&mut self, text: &str, used: usize) {
        let inner = self.indent + 2;
        if text.contains('\n') && fits_literal(text) {
            let trimmed = text.trim_end_matches('\n');
            self.line(match text.len() - trimmed.len() {
                0 => " |-",
                1 => " |",
                _ => " |+",
            });
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                let blanks = if line.is_empty() { 0 } else { inner };
                self.out.extend(std::iter::repeat_n(' ', blanks));
                self.line(line);
            }
            return;
        }
        let single = one_line(text);
        if used + 1 + single.chars().count() > WIDTH
            && let Some(lines) = folded(text, WIDTH.saturating_sub(inner))
        {
            self.line(" >-");
            for line in lines {
                self.out.extend(std::iter::repeat_n(' ', inner));
                self.line(line);
            }
            return;
        }
        self.out.push(' ');
        self.line(&single);
    }
}

/// Whether a literal block keeps the text exactly.
fn fits_literal(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    let starts_well = body.starts_with(|c: char| !c.is_whitespace());
    let lines_well = body
        .split('\n')
        .all(|l| l.is_empty() || !l.trim().is_empty());
    starts_well && lines_well && text.chars().all(|c| c == '\n' || is_plain_char(c))
}

/// The text in lines of at most `width`, if it can be folded and come back as it was: it is broken
/// only at single blanks.
fn folded(text: &str, width: usize) -> Option<Vec<&str>> {
    let ends_well = !text.starts_with(' ') && !text.ends_with(' ');
    if !ends_well || !text.chars().all(is_plain_char) {
        return None;
    }
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter_map(|(n, b)| {
        let single = *b == b' ' && bytes[n - 1] != b' ' && bytes[n + 1] != b' ';
        single.then_some(n)
    });
    let (mut lines, mut start, mut last) = (Vec::new(), 0, None);
    for at in breaks.chain([text.len()]) {
        if text[start..at].chars().count() > width
            && let Some(last) = last
        {
            lines.push(&text[start..last]);
            start = last + 1;
        }
        last = Some(at);
    }
    lines.push(&text[start..]);
    (lines.len() > 1).then_some(lines)
}

/// A value on one line, as it would be written: maps and lists in braces, as JSON.
pub fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => one_line(text),
        other => other.to_string(),
    }
}

/// The text on one line: plain if every reader takes it for the same text, quoted otherwise.
fn one_line(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let simple = text.chars().all(is_plain_char);
    if simple && !text.contains('\'') {
        return format!("'{text}'");
    }
    if simple && (text.contains('"') || text.contains('\\')) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_plain_char(c) => quoted.push(c),
            c if u32::from(c) <= 0xFFFF => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    const INDICATORS: &str = "-?:,[]{}#&*!|>'\"%@`";
    let first = text.chars().next().unwrap_or(' ');
    !first.is_whitespace()
        && !INDICATORS.contains(first)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && text.chars().all(is_plain_char)
        && !scalar::misread(text)
}

/// Characters that stand for themselves everywhere: printable, no line breaks, no tab, no mark of
/// byte order, no blank that editors do not show.
fn is_plain_char(c: char) -> bool {
    let odd = matches!(
        c,
        '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
    );
    let outside = matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(u32::from(c), 0xE000..=0xF8FF);
    !c.is_control() && !odd && !outside
}
