//! Two versions of a sample.

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
        let spot = Spot {
            path: String::new(),
            label: format!("sample {}", to.id),
            within: String::new(),
            step: None,
        };
        value(&mut changes, &spot, &before, &after);
    }
    changes.in_order()
}
