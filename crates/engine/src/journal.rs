//! What the journal says of the steps of a run, while it is worked.
//!
//! A step stands in a list, and a list that is worked for each item of another has an *instance*
//! per item. An instance is numbered by the items around it, 21 bits each, so that those of one
//! item are a range: 0 is the flow's own list, `(i + 1) << 42` the list of item `i` of an `each`,
//! and so on for two more within it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use store::StepRecord;
use store::run::StepState;

/// How deep an `each` may stand in others.
pub const DEPTH_MAX: u32 = 3;
/// How many items an `each` takes.
pub const ITEMS_MAX: usize = (1 << BITS) - 2;
const BITS: u32 = 21;

/// The instance of a list for item `item` of an `each` that stands in `scope`; none beyond
/// [`DEPTH_MAX`] or [`ITEMS_MAX`].
pub fn instance(scope: i64, item: usize) -> Option<i64> {
    if item >= ITEMS_MAX {
        return None;
    }
    let shift = (0..DEPTH_MAX)
        .map(|depth| BITS * (DEPTH_MAX - 1 - depth))
        .find(|shift| (scope >> shift) & MASK == 0)?;
    Some(scope | (i64::try_from(item + 1).ok()? << shift))
}

/// The items that a list instance stands in, the outermost first: its place in each `each` around.
pub fn items_of(scope: i64) -> Vec<i64> {
    let shifts = (0..DEPTH_MAX).map(|depth| BITS * (DEPTH_MAX - 1 - depth));
    let items = shifts.map(|shift| (scope >> shift) & MASK);
    items
        .take_while(|item| *item > 0)
        .map(|item| item - 1)
        .collect()
}

const MASK: i64 = (1 << BITS) - 1;

/// The instances of the items from `first` to `last`, and all within them.
pub fn instances(scope: i64, first: usize, last: usize) -> Option<RangeInclusive<i64>> {
    let (from, to) = (instance(scope, first)?, instance(scope, last)?);
    // What is within the last item has further bits below its own.
    let low = (from ^ scope).trailing_zeros() / BITS * BITS;
    Some(from..=to | ((1 << low) - 1))
}

/// Rows by instance, step and index.
#[derive(Default)]
pub struct Journal(BTreeMap<(i64, i64, i64), StepRecord>);

impl Journal {
    pub fn new(rows: Vec<StepRecord>) -> Self {
        let mut journal = Self::default();
        journal.extend(rows);
        journal
    }

    pub fn extend(&mut self, rows: Vec<StepRecord>) {
        let keyed = rows.into_iter().map(|r| ((r.scope, r.step, r.index), r));
        self.0.extend(keyed);
    }

    /// Notes a row. What it holds is needed again only after a restart, when it is read back.
    pub fn insert(&mut self, row: &StepRecord) {
        let light = StepRecord {
            scope: row.scope,
            step: row.step,
            index: row.index,
            state: row.state,
            output: None,
            effect: row.effect,
            reused: row.reused,
            started_at: row.started_at,
            ended_at: row.ended_at,
        };
        self.0.insert((row.scope, row.step, row.index), light);
    }

    pub fn get(&self, scope: i64, step: i64) -> Option<&StepRecord> {
        self.0.get(&(scope, step, 0))
    }

    pub fn state(&self, scope: i64, step: i64) -> Option<StepState> {
        self.get(scope, step).map(|row| row.state)
    }

    pub fn has(&self, scope: i64, step: i64) -> bool {
        self.0.contains_key(&(scope, step, 0))
    }

    pub fn remove(&mut self, scope: i64, step: i64) {
        self.0.remove(&(scope, step, 0));
    }

    /// The pages of an `each` that are finished, in order.
    pub fn pages(&self, scope: i64, step: i64) -> impl Iterator<Item = &StepRecord> {
        let range = (scope, step, 1)..=(scope, step, i64::MAX);
        self.0.range(range).map(|(_, row)| row)
    }

    /// Forgets what was noted in instances that are over.
    pub fn forget(&mut self, instances: &RangeInclusive<i64>) {
        let first = (*instances.start(), i64::MIN, i64::MIN);
        let mut rest = self.0.split_off(&first);
        let mut after = rest.split_off(&(instances.end().saturating_add(1), i64::MIN, i64::MIN));
        self.0.append(&mut after);
    }

    /// Takes out the rows for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(&StepRecord) -> bool) {
        self.0.retain(|_, row| keep(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_of_an_item_are_a_range_apart_from_the_others() {
        let outer = |n| instance(0, n).expect("few");
        assert!(outer(0) > 0);
        for (n, inner) in [(0, 0), (0, 5), (7, ITEMS_MAX - 1)] {
            let within = instance(outer(n), inner).expect("few");
            let deepest = instance(within, 3).expect("three deep");
            let range = instances(0, n, n).expect("few");
            for id in [outer(n), within, deepest] {
                assert!(range.contains(&id), "{n} {inner}");
                assert!(!instances(0, n + 1, n + 9).expect("few").contains(&id));
            }
            assert_eq!(instance(deepest, 0), None, "four deep");
        }
        let page = instances(outer(2), 100, 199).expect("few");
        assert!(page.contains(&instance(outer(2), 150).expect("few")));
        assert!(!page.contains(&instance(outer(2), 200).expect("few")));
        assert!(!page.contains(&outer(2)));
        assert_eq!(instance(0, ITEMS_MAX), None);
    }
}
