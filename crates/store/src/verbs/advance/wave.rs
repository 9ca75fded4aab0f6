//! Which items of a batch can be decided together.

use super::Item;
use crate::entry::{DepositWrite, EntryWrite};
use hashbrown::HashSet;
use model::EffectId;

/// A row that an item reads or writes and that another item might too.
#[derive(PartialEq, Eq, Hash)]
enum Touched<'a> {
    Run(i64),
    Effect(&'a EffectId),
    Guard(&'a str, &'a str, &'a str),
    CrossReference(&'a str, &'a str),
    Entry(&'a str, &'a str),
    Deposit(&'a str),
    Exception(&'a str, &'a str),
}

/// The positions of the items, wave by wave.
pub struct Waves;

impl Waves {
    pub fn of(items: &[Item<'_>]) -> Vec<Vec<usize>> {
        let mut waves = Vec::new();
        let mut rest: Vec<usize> = (0..items.len()).collect();
        while rest.len() > 1 {
            let mut touched = HashSet::with_capacity(rest.len() * 3);
            let (mut wave, mut later) = (Vec::with_capacity(rest.len()), Vec::new());
            for at in rest {
                let mut free = true;
                // All keys are taken also by an item that is put off, so that order is kept.
                each(items[at], |key| free &= touched.insert(key));
                if free { &mut wave } else { &mut later }.push(at);
            }
            waves.push(wave);
            rest = later;
        }
        if !rest.is_empty() {
            waves.push(rest);
        }
        waves
    }
}

fn each<'a>((_, item): Item<'a>, mut touch: impl FnMut(Touched<'a>)) {
    // Of several that touch one row only one counts: an item is in no conflict with itself.
    touch(Touched::Run(item.run.0));
    for effect in super::latest(&item.effects, |e| &e.record.id) {
        touch(Touched::Effect(&effect.record.id));
    }
    for guard in super::latest(&item.guards, |g| (&g.peer, &g.kind, &g.reference)) {
        touch(Touched::Guard(&guard.peer.0, &guard.kind, &guard.reference));
    }
    for cross in super::latest(&item.cross_references, |c| (&c.kind, &c.id)) {
        touch(Touched::CrossReference(&cross.kind, &cross.id));
    }
    for entry in super::latest(&item.entries, entry_key) {
        let (reference, kind) = entry_key(entry);
        touch(Touched::Entry(reference, kind));
    }
    for deposit in super::latest(&item.deposits, deposit_key) {
        touch(Touched::Deposit(deposit_key(deposit)));
    }
    for exception in super::latest(&item.exceptions, |e| (&e.kind, &e.key)) {
        touch(Touched::Exception(&exception.kind, &exception.key));
    }
}

/// Reference and kind of the entry that is written.
pub fn entry_key(write: &EntryWrite) -> (&str, &str) {
    match write {
        EntryWrite::Insert { entry, .. } => (&entry.reference, &entry.kind),
        EntryWrite::State {
            reference, kind, ..
        }
        | EntryWrite::Withdraw { reference, kind } => (reference, kind),
    }
}

/// The charge of the deposit that is written.
pub fn deposit_key(write: &DepositWrite) -> &str {
    match write {
        DepositWrite::Open(deposit) => &deposit.charge,
        DepositWrite::Take { charge, .. } => charge,
    }
}
