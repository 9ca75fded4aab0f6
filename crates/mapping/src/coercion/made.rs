//! Conversions that were made, told from a value before and after.

use super::Rule;
use crate::template::join;
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// A conversion that an evaluation made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Which field, in the template's result: `lines[2].quantity`.
    pub field: String,
    pub rule: Rule,
}

/// Adds what was converted between `before` and `after`, the same value as it was and as it went to
/// its place, which is `field`.
pub(crate) fn between(before: &Value, after: &Value, field: &str, found: &mut Vec<Made>) {
    let rule = match (before, after) {
        (Value::List(before), Value::List(after)) => {
            for (n, (before, after)) in before.iter().zip(after.iter()).enumerate() {
                between(before, after, &format!("{field}[{n}]"), found);
            }
            return;
        }
        (Value::Map(before), Value::Map(after)) => {
            for (name, before) in before.iter() {
                if let Some(after) = after.get(name) {
                    between(before, after, &join(field, name), found);
                }
            }
            return;
        }
        (Value::Text(_), Value::Int(_) | Value::Decimal(_)) => Rule::TextToNumber,
        (Value::Int(_) | Value::Decimal(_), Value::Text(_)) => Rule::NumberToText,
        (Value::Int(_), Value::Decimal(_)) => Rule::IntegerToDecimal,
        (Value::Text(before), Value::Text(after)) if before != after => Rule::DateToBasic,
        _ => return,
    };
    found.push(Made {
        field: field.to_owned(),
        rule,
    });
}
