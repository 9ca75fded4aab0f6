//! What a regular expression of a schema says of the texts that match it.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// What is known of a text that matches a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The most characters; nothing if there is no end, or the pattern leaves one open.
    pub most: Option<usize>,
    pub ascii: bool,
}

/// A pattern that was met before.
#[derive(Clone)]
struct Met {
    reach: Reach,
    /// Nothing if it cannot be read, or is too large.
    pattern: Option<Regex>,
}

/// Schemas have few patterns, and each is met again and again.
const KEPT: usize = 256;
/// The largest compiled pattern, in bytes.
const BYTES: usize = 1 << 20;

static MET: LazyLock<Mutex<HashMap<Arc<str>, Met>>> = LazyLock::new(Mutex::default);

/// What `pattern` says of the length and the letters; nothing where it cannot be read.
pub fn reach(pattern: &Arc<str>) -> Reach {
    meet(pattern).reach
}

/// Whether a part of `text` matches, as JSON Schema means it; nothing where it cannot be read.
pub fn matches(pattern: &Arc<str>, text: &str) -> Option<bool> {
    Some(meet(pattern).pattern?.is_match(text))
}

fn meet(pattern: &Arc<str>) -> Met {
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = met.get(pattern) {
        return known.clone();
    }
    let new = Met {
        reach: read(pattern),
        pattern: RegexBuilder::new(pattern).size_limit(BYTES).build().ok(),
    };
    if met.len() >= KEPT {
        met.clear();
    }
    met.insert(Arc::clone(pattern), new.clone());
    new
}

fn read(pattern: &str) -> Reach {
    let Ok(hir) = regex_syntax::parse(pattern) else {
        return Reach::default();
    };
    let properties = hir.properties();
    let whole = properties.look_set_prefix().contains(Look::Start)
        && properties.look_set_suffix().contains(Look::End);
    if !whole {
        return Reach::default();
    }
    Reach {
        // Characters are not more than bytes.
        most: properties.maximum_len(),
        ascii: is_ascii(&hir),
    }
}

fn is_ascii(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.is_ascii(),
        HirKind::Class(Class::Unicode(class)) => class.is_ascii(),
        HirKind::Class(Class::Bytes(class)) => class.is_ascii(),
        HirKind::Repetition(repetition) => is_ascii(&repetition.sub),
        HirKind::Capture(capture) => is_ascii(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_ascii),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_bound_what_they_hold_on_both_ends() {
        for (pattern, most, ascii) in [
            ("^[A-Za-z]{3}$", Some(3), true),
            ("^ST[0-9A-Z]{1,18}$", Some(20), true),
            ("^(a|bcd)$", Some(3), true),
            ("^[a-z]+$", None, true),
            ("^.{4}$", Some(16), false),
            ("[A-Z]{3}", None, false),
            ("^a|b$", None, false),
            ("(", None, false),
        ] {
            assert_eq!(
                reach(&Arc::from(pattern)),
                Reach { most, ascii },
                "{pattern}"
            );
        }
    }
}
