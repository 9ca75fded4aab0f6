//! Two versions of other documents than flows.

use super::changes::{Change, Changes, Spot};
use super::value::value;
use crate::flow::sample::{Sample, write_sample};
use crate::yaml::{Node, load};

/// What became otherwise from one version of a sample to the other, by the keys of its document.
pub fn diff_samples(from: &Sample, to: &Sample) -> Vec<Change> {
    let read = |sample: &Sample| {
        let root = load(&write_sample(sample)).root;
        root.as_ref().map(Node::to_value)
    };
    let mut changes = Changes::default();
    if let (Some(before), Some(after)) = (read(from), read(to)) {
        let spot = Spot::document(&format!("sample {}", to.id));
        value(&mut changes, &spot, &before, &after);
    }
    changes.in_order()
}

/// What became otherwise from one value to the other: maps by their keys, lists by their items.
/// `name` is said before what differs, if it is not empty.
pub fn diff_values(name: &str, from: &serde_json::Value, to: &serde_json::Value) -> Vec<Change> {
    let mut changes = Changes::default();
    value(&mut changes, &Spot::document(name), from, to);
    changes.in_order()
}
