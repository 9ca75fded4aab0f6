//! What is known and not yet durable: it waits for the next durable point of its run.

use crate::books::Booked;
use connector::SetGuard;
use model::{EffectId, Peer};
use store::advance::{CrossReferenceWrite, GuardWrite};
use store::{CallRecord, DepositWrite, EffectWrite, EntryWrite, ExceptionRecord, StepRecord};
use vault::Sealed;

/// What a run waits for that needs a cross reference.
pub(crate) fn wait_key(kind: &str, id: &str) -> String {
    format!("xref:{kind}:{id}")
}

/// Results that the next commit takes along.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) effects: Vec<EffectWrite>,
    pub(crate) guards: Vec<GuardWrite>,
    pub(crate) cross_references: Vec<CrossReferenceWrite>,
    pub(crate) entries: Vec<EntryWrite>,
    pub(crate) deposits: Vec<DepositWrite>,
    pub(crate) exceptions: Vec<ExceptionRecord>,
    pub(crate) wakes: Vec<String>,
    /// Which lookup tables and rows the run has met, all of them.
    pub(crate) lookups: Option<Sealed>,
}

impl Pending {
    /// Whether anything would be lost if the process ended now. Traces alone are not worth a commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
            && self.effects.is_empty()
            && self.guards.is_empty()
            && self.cross_references.is_empty()
            && self.entries.is_empty()
            && self.deposits.is_empty()
            && self.exceptions.is_empty()
    }

    /// The latest row of a step replaces an earlier one.
    pub(crate) fn step(&mut self, row: StepRecord) {
        let key = |r: &StepRecord| (r.scope, r.step, r.index);
        let known = self.steps.iter_mut().rev().find(|r| key(r) == key(&row));
        match known {
            Some(earlier) => *earlier = row,
            None => self.steps.push(row),
        }
    }

    pub(crate) fn forget(&mut self, scope: i64, ordinal: i64) {
        self.steps.retain(|s| (s.scope, s.step) != (scope, ordinal));
    }

    /// Takes back the entries that an effect would have booked.
    pub(crate) fn forget_entries(&mut self, of: &EffectId) {
        let own = |e: &EntryWrite| matches!(e, EntryWrite::Insert { effect, .. } if effect == of);
        self.entries.retain(|e| !own(e));
    }

    /// The latest row of an effect replaces an earlier one and keeps what that one expected.
    pub(crate) fn effect(&mut self, mut write: EffectWrite) {
        if let Some(earlier) = self
            .effects
            .iter()
            .position(|e| e.record.id == write.record.id)
        {
            let earlier = self.effects.remove(earlier);
            write.expected = earlier.expected;
            write.record.rev = earlier.record.rev;
        }
        self.effects.push(write);
    }

    pub(crate) fn guard(&mut self, peer: Peer, guard: SetGuard) {
        self.guards.push(GuardWrite {
            peer,
            kind: guard.kind,
            reference: guard.reference,
            as_of: guard.as_of,
        });
    }

    /// Takes along what an operation on our own books wrote.
    pub(crate) fn book(&mut self, booked: &Booked) {
        for write in &booked.cross_references {
            self.cross_reference(&write.kind, &write.id, &write.value);
        }
        self.deposits.extend(booked.deposits.iter().cloned());
        self.exceptions.extend(booked.exceptions.iter().cloned());
    }

    /// A cross reference, and the wake of who waits for it.
    pub(crate) fn cross_reference(&mut self, kind: &str, id: &str, value: &str) {
        self.wakes.push(wait_key(kind, id));
        self.cross_references.push(CrossReferenceWrite {
            kind: kind.into(),
            id: id.into(),
            value: value.into(),
        });
    }
}
