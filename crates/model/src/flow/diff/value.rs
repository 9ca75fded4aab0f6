//! Templates: what an operation is given, what a `set` computes.

use super::changes::{ChangeKind, Changes, Spot};
use super::order::rising;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Two values that may be absent.
pub fn optional(changes: &mut Changes, spot: &Spot, before: Option<&Value>, after: Option<&Value>) {
    match (before, after) {
        (Some(before), Some(after)) => value(changes, spot, before, after),
        (before, after) => changes.value(spot, before, after),
    }
}

/// Two values: maps by their keys, lists by their items, all else as a whole.
pub fn value(changes: &mut Changes, spot: &Spot, before: &Value, after: &Value) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => map(changes, spot, before, after),
        (Value::Array(before), Value::Array(after)) => list(changes, spot, before, after),
        _ => changes.value(spot, Some(before), Some(after)),
    }
}

fn map(
    changes: &mut Changes,
    spot: &Spot,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    let is_list = |map: &Map<String, Value>| {
        let keys = ["each", "as", "to"];
        map.len() == keys.len() && keys.iter().all(|key| map.contains_key(*key))
    };
    // The fields of a list's items are called `lines.item`, and the rest `lines each`.
    let at = |key: &str| match (is_list(before) && is_list(after), key) {
        (true, "to") => spot.silent(key),
        (true, key) => spot.property(key),
        (false, key) => spot.field(key),
    };
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key));
    for (key, value) in gone {
        changes.value(&at(key), Some(value), None);
    }
    for (key, value) in after {
        optional(changes, &at(key), before.get(key), Some(value));
    }
}

/// Items that are equal stay; of the others the first is compared with the first, and so on.
fn list(changes: &mut Changes, spot: &Spot, before: &[Value], after: &[Value]) {
    let mut equal: HashMap<String, Vec<usize>> = HashMap::new();
    for (o, item) in before.iter().enumerate().rev() {
        equal.entry(sorted(item)).or_default().push(o);
    }
    let met: Vec<Option<usize>> = after
        .iter()
        .map(|item| equal.get_mut(&sorted(item)).and_then(Vec::pop))
        .collect();
    let kept: Vec<usize> = met.iter().flatten().copied().collect();
    let mut stays = rising(&kept).into_iter();
    let mut is_kept = vec![false; before.len()];
    kept.iter().for_each(|o| is_kept[*o] = true);
    let mut left = (0..before.len()).filter(|o| !is_kept[*o]);
    for (n, (item, met)) in after.iter().zip(&met).enumerate() {
        let at = spot.item(n);
        match met {
            Some(_) if stays.next() == Some(true) => {}
            Some(o) => {
                let was = spot.item(*o);
                let sentence = format!("{}{} moved to {}", was.label, at.within, at.label);
                let (was, now) = (was.path.into(), at.path.clone().into());
                changes.add(&at, ChangeKind::Moved, sentence, Some(was), Some(now));
            }
            None => match left.next() {
                Some(o) => value(changes, &at, &before[o], item),
                None => changes.value(&at, None, Some(item)),
            },
        }
    }
    for o in left {
        changes.value(&spot.item(o), Some(&before[o]), None);
    }
}

/// The value as a text that does not depend on the order of keys.
fn sorted(value: &Value) -> String {
    fn sort(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut keys: Vec<_> = map.iter().map(|(key, v)| (key.clone(), sort(v))).collect();
                keys.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(keys.into_iter().collect())
            }
            Value::Array(items) => items.iter().map(sort).collect(),
            other => other.clone(),
        }
    }
    sort(value).to_string()
}
