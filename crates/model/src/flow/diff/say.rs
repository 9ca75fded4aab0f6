//! Values in sentences: on one line, and not too long.

use crate::yaml::inline;
use serde_json::Value;

/// The longest value in a sentence, in characters.
const CHARS: usize = 60;
/// How many characters are kept before the first that differs.
const BEFORE: usize = 20;

/// A value by itself.
pub fn one(value: &Value) -> String {
    cut(&inline(value).chars().collect::<Vec<_>>(), 0)
}

/// Two values that differ, both from a little before where they do.
pub fn both(before: &Value, after: &Value) -> (String, String) {
    let (before, after): (Vec<char>, Vec<char>) = (
        inline(before).chars().collect(),
        inline(after).chars().collect(),
    );
    if before.len() <= CHARS && after.len() <= CHARS {
        return (before.into_iter().collect(), after.into_iter().collect());
    }
    let same = before.iter().zip(&after).take_while(|(b, a)| b == a);
    let start = same.count().saturating_sub(BEFORE);
    (cut(&before, start), cut(&after, start))
}

/// A condition as the name of its case.
pub fn short(value: &Value) -> String {
    let text = inline(value);
    let bare = text.strip_prefix('=').unwrap_or(&text);
    cut(&bare.chars().collect::<Vec<_>>(), 0)
}

fn cut(chars: &[char], start: usize) -> String {
    let end = chars.len().min(start + CHARS);
    let kept: String = chars[start.min(end)..end].iter().collect();
    let (head, tail) = (start > 0, end < chars.len());
    let mark = |is_cut| if is_cut { "…" } else { "" };
    format!("{}{kept}{}", mark(head), mark(tail))
}
