//! What would be otherwise about one run.

use finance::journal::JournalEntry;
use model::ids::{EventId, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many fields of an effect are shown.
const FIELDS_MAX: usize = 50;
/// So many effects of a run are shown.
const EFFECTS_MAX: usize = 50;
/// So many characters of a value are shown.
const CHARS_MAX: usize = 300;

/// A run that would go otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub run: RunId,
    pub event: EventId,
    /// The run's business key.
    pub key: String,
    /// How the run ended, and how it would: `done`, `skipped`, `dead`, `waiting`, `cancelled`,
    /// `unknown`.
    pub was: String,
    pub would_be: String,
    /// Why, where it is a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The business key, if it would be another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_key: Option<String>,
    pub effects: Vec<EffectDifference>,
    /// Effects that are not shown, being too many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_effects: usize,
    /// What could not be told about the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cannot_tell: Vec<String>,
    /// What was taken for granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

/// What would become of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It would be made with another content.
    Changed,
    /// It would be made, and was not.
    Made,
    /// It was made, and would not be.
    Dropped,
}

impl Change {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Made => "made",
            Self::Dropped => "dropped",
        }
    }
}

/// A change that would be otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectDifference {
    pub change: Change,
    pub step: String,
    pub operation: String,
    /// Kind and reference of what is made once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<(String, String)>,
    pub fields: Vec<FieldDifference>,
    /// Fields that are not shown, being too many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_fields: usize,
    /// What was booked, and what would be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_was: Option<JournalEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_would_be: Option<JournalEntry>,
}

/// A field of a change's input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// `lines[0].item`.
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_be: Option<Value>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Difference {
    /// Leaves out what is too much; counts it.
    pub(super) fn limit(&mut self) {
        if self.effects.len() > EFFECTS_MAX {
            self.more_effects = self.effects.len() - EFFECTS_MAX;
            self.effects.truncate(EFFECTS_MAX);
        }
        for effect in &mut self.effects {
            if effect.fields.len() > FIELDS_MAX {
                effect.more_fields = effect.fields.len() - FIELDS_MAX;
                effect.fields.truncate(FIELDS_MAX);
            }
        }
    }

    /// Whether anything would be booked otherwise.
    pub(super) fn is_of_books(&self) -> bool {
        self.effects
            .iter()
            .any(|effect| effect.entry_was != effect.entry_would_be)
    }
}

/// The fields in which two inputs differ.
pub(super) fn fields(was: &Value, would_be: &Value) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    compare("", Some(was), Some(would_be), &mut found);
    found
}

fn compare(
    path: &str,
    was: Option<&Value>,
    would_be: Option<&Value>,
    found: &mut Vec<FieldDifference>,
) {
    if was == would_be {
        return;
    }
    let (a, b) = (
        was.and_then(Value::as_object),
        would_be.and_then(Value::as_object),
    );
    if a.or(b).is_some() && is_like(was, would_be, Value::is_object) {
        let names = a.into_iter().flatten().map(|(name, _)| name);
        let new = b.into_iter().flatten().map(|(name, _)| name);
        let new = new.filter(|name| a.is_none_or(|a| !a.contains_key(*name)));
        for name in names.chain(new) {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let member = |of: Option<&serde_json::Map<String, Value>>| {
                of.and_then(|map| map.get(name)).cloned()
            };
            compare(&path, member(a).as_ref(), member(b).as_ref(), found);
        }
        return;
    }
    let (a, b) = (
        was.and_then(Value::as_array),
        would_be.and_then(Value::as_array),
    );
    if a.or(b).is_some() && is_like(was, would_be, Value::is_array) {
        let count = a.map_or(0, Vec::len).max(b.map_or(0, Vec::len));
        for n in 0..count {
            let (a, b) = (a.and_then(|a| a.get(n)), b.and_then(|b| b.get(n)));
            compare(&format!("{path}[{n}]"), a, b, found);
        }
        return;
    }
    found.push(FieldDifference {
        path: path.to_owned(),
        was: was.map(shown),
        would_be: would_be.map(shown),
    });
}

/// Both are of a kind, or one is and the other is not there.
fn is_like(a: Option<&Value>, b: Option<&Value>, of: impl Fn(&Value) -> bool) -> bool {
    a.is_none_or(&of) && b.is_none_or(&of)
}

fn shown(value: &Value) -> Value {
    let Value::String(text) = value else {
        return match value {
            // Of another kind than the other side: its text says enough.
            Value::Object(_) | Value::Array(_) => shown(&Value::String(value.to_string())),
            value => value.clone(),
        };
    };
    let count = text.chars().count();
    if count <= CHARS_MAX {
        return value.clone();
    }
    let cut: String = text.chars().take(CHARS_MAX).collect();
    Value::String(format!("{cut}… ({count} characters)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_told_leaf_by_leaf() {
        let was = json!({"terms": "N00", "lines": [{"item": "A", "n": 1}], "old": {"x": 1}});
        let would = json!({"lines": [{"item": "B", "n": 1}, {"item": "C"}], "terms": "N30",
            "old": "text"});
        let found: Vec<String> = fields(&was, &would)
            .into_iter()
            .map(|f| format!("{} {:?} {:?}", f.path, f.was, f.would_be))
            .collect();
        assert_eq!(
            found,
            [
                r#"terms Some(String("N00")) Some(String("N30"))"#,
                r#"lines[0].item Some(String("A")) Some(String("B"))"#,
                r#"lines[1].item None Some(String("C"))"#,
                r#"old Some(String("{\"x\":1}")) Some(String("text"))"#,
            ]
        );
        assert_eq!(
            fields(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})),
            []
        );
    }
}
