//! The fields of what starts runs: how often each was there, and how long it was.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many paths are told; a sender may name members as it likes.
const PATHS_MAX: usize = 2_000;
/// So deep.
const DEPTH_MAX: usize = 16;

/// One field, over all events that were looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTraffic {
    /// `charge.billing_details.name`; `charge.lines[].amount` is that of a list's items.
    pub path: String,
    /// What it was: `text`, `number`, `boolean`, `list`, `map`.
    pub kinds: Vec<&'static str>,
    /// How often it had a value.
    pub present: usize,
    /// How often it could have had one: how many events there were, or items of the list.
    pub of: usize,
    /// The longest text, in characters.
    pub longest: Option<usize>,
}

#[derive(Default)]
struct Tally {
    kinds: BTreeSet<&'static str>,
    present: usize,
    items: usize,
    longest: Option<usize>,
}

/// The fields so far.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, Tally>);

impl Fields {
    /// Adds one subject.
    pub fn add(&mut self, name: &str, subject: &Value) {
        self.value(name, subject, 0);
    }

    fn value(&mut self, path: &str, value: &Value, depth: usize) {
        if value.is_null() || depth > DEPTH_MAX {
            return;
        }
        if self.0.len() >= PATHS_MAX && !self.0.contains_key(path) {
            return;
        }
        let tally = self.0.entry(path.to_owned()).or_default();
        tally.present += 1;
        tally.kinds.insert(match value {
            Value::Null | Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "map",
        });
        match value {
            Value::String(text) => {
                tally.longest = tally.longest.max(Some(text.chars().count()));
            }
            Value::Array(items) => {
                tally.items += items.len();
                for item in items {
                    self.value(&format!("{path}[]"), item, depth + 1);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.value(&format!("{path}.{name}"), member, depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub fn finish(self, events: usize) -> Vec<FieldTraffic> {
        let items = |path: &str| self.0.get(path).map_or(0, |tally| tally.items);
        let field = |(path, tally): (&String, &Tally)| FieldTraffic {
            path: path.clone(),
            kinds: tally.kinds.iter().copied().collect(),
            present: tally.present,
            of: match path.rfind("[]") {
                Some(list) => items(&path[..list]),
                None => events,
            },
            longest: tally.longest,
        };
        self.0.iter().map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_counted_among_events_and_those_of_items_among_items() {
        let mut fields = Fields::default();
        fields.add(
            "c",
            &json!({"id": "c1", "name": null, "lines": [{"n": 1}, {"n": null}]}),
        );
        fields.add("c", &json!({"id": "c_22", "name": "Zoë", "lines": []}));
        let told: Vec<String> = fields
            .finish(2)
            .into_iter()
            .map(|f| {
                let long = f.longest.map(|l| format!(" ≤{l}")).unwrap_or_default();
                format!(
                    "{} {} {}/{}{long}",
                    f.path,
                    f.kinds.join("|"),
                    f.present,
                    f.of
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "c map 2/2",
                "c.id text 2/2 ≤4",
                "c.lines list 2/2",
                "c.lines[] map 2/2",
                "c.lines[].n number 1/2",
                "c.name text 1/2 ≤3",
            ]
        );
    }
}
