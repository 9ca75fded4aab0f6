//! What differs between two versions of a flow, in sentences.
//!
//! Steps are met by their id, then by their likeness: a step under another id, whose references
//! follow, is one change. A difference of form (the order of keys, quotes, line breaks) is none, and
//! neither is a step that was moved away and back.

mod block;
mod changes;
mod document;
mod head;
mod lists;
mod matching;
mod order;
mod reference;
mod say;
mod tree;
mod value;

pub use changes::{Change, ChangeKind};
pub use document::{diff_samples, diff_values};

use super::document::{Flow, Step};
use changes::{Changes, Spot};
use lists::Lists;
use tree::Tree;

/// What became otherwise from one version to the other, from top to bottom: the flow's own keys,
/// the steps, the output. Of what is moved, added or removed together with the step that holds it,
/// only that step is told.
pub fn diff(from: &Flow, to: &Flow) -> Vec<Change> {
    let pairs = matching::pairs(&Tree::new(&from.steps), &Tree::new(&to.steps));
    // With the references of the old version brought to the new ids, only what differs otherwise
    // is left.
    let from = reference::follow(from, to, &pairs);
    let old = Tree::new(&from.steps);
    let new = Tree::new(&to.steps);
    let lists = Lists::pair(&old, &new, &pairs);
    let mut changes = Changes::default();
    head::flow(&mut changes, &from, to);
    for (n, node) in new.nodes.iter().enumerate() {
        changes.position = (n + 1, 0);
        match pairs.old_of(n) {
            Some(o) => {
                let before = old.nodes[o].step;
                changes.renamed(before, node.step);
                lists.moved(&mut changes, o, n);
                block::step(&mut changes, before, node.step);
            }
            None => lists.added(&mut changes, n),
        }
    }
    lists.removed(&mut changes);
    changes.position = (usize::MAX, 0);
    let output = Spot::key("output");
    value::optional(
        &mut changes,
        &output,
        from.output.as_ref(),
        to.output.as_ref(),
    );
    changes.in_order()
}

impl Changes {
    fn renamed(&mut self, before: &Step, after: &Step) {
        if before.id == after.id {
            return;
        }
        let spot = Spot::step(&after.id);
        let sentence = format!("step `{}` renamed to `{}`", before.id, after.id);
        let (before, after) = (before.id.clone().into(), after.id.clone().into());
        self.add(
            &spot,
            ChangeKind::Renamed,
            sentence,
            Some(before),
            Some(after),
        );
    }
}
