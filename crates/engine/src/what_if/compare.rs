//! One run: what it did, held against what it would have done.

use super::difference::{Change, Difference, EffectDifference, fields};
use super::progress::Verdict;
use crate::dry::past::{End, Made, Walked, is_same};
use store::PastRun;

/// What becomes of a change, with both sides of it.
pub(super) struct Pair<'a> {
    pub was: Option<&'a Made>,
    pub would_be: Option<&'a Made>,
}

/// Both ways of a run.
pub(super) struct Ways<'a> {
    pub run: &'a PastRun,
    pub was: &'a Walked,
    pub was_end: &'a End,
    pub would_be: &'a Walked,
    pub other_key: Option<String>,
}

impl<'a> Ways<'a> {
    /// The changes that would be otherwise, those of today first.
    pub fn pairs(&self) -> Vec<Pair<'a>> {
        let mut found = Vec::new();
        let (was, would_be) = (&self.was.done.effects, &self.would_be.done.effects);
        let mut met = vec![false; was.len()];
        for new in would_be {
            let free = |(n, old): (usize, &Made)| !met[n] && is_same(old, new);
            let same = was.iter().enumerate().position(free);
            // A step that was moved or renamed does the same.
            let same = same.or_else(|| {
                let moved = |(n, old): (usize, &Made)| {
                    !met[n]
                        && old.identity.is_none()
                        && new.identity.is_none()
                        && old.operation == new.operation
                        && old.input == new.input
                };
                was.iter().enumerate().position(moved)
            });
            match same {
                Some(n) => {
                    met[n] = true;
                    if was[n].input != new.input {
                        found.push(Pair {
                            was: Some(&was[n]),
                            would_be: Some(new),
                        });
                    }
                }
                None => found.push(Pair {
                    was: None,
                    would_be: Some(new),
                }),
            }
        }
        for (n, old) in was.iter().enumerate() {
            if !met[n] && !self.is_hidden(old) {
                found.push(Pair {
                    was: Some(old),
                    would_be: None,
                });
            }
        }
        found
    }

    /// Whether nobody knows what would become of it.
    fn is_hidden(&self, old: &Made) -> bool {
        self.would_be.end == End::Unknown || self.would_be.hidden.contains(&old.operation)
    }

    /// Whether the run would end the same way.
    fn ends_the_same(&self) -> bool {
        match (self.was_end, &self.would_be.end) {
            (_, End::Unknown) => true,
            (End::Dead { at, .. }, End::Dead { at: other, .. }) => at.is_empty() || at == other,
            // It would come to where a person ended it.
            (End::Cancelled, End::Waiting { .. }) => true,
            (was, would_be) => was == would_be,
        }
    }

    /// What comes out, given the changes that would be otherwise.
    pub fn verdict(self, effects: Vec<EffectDifference>) -> Verdict {
        let ends_the_same = self.ends_the_same();
        let cannot_tell = self.would_be.cannot_tell.clone();
        if effects.is_empty() && ends_the_same {
            return match cannot_tell.is_empty() {
                true => Verdict::Same,
                false => Verdict::CannotTell(cannot_tell),
            };
        }
        let because = match &self.would_be.end {
            End::Dead { why, .. } => Some(why.clone()),
            End::Waiting { at } => Some(format!("step `{at}` waits")),
            _ => None,
        };
        let (was, would_be) = match ends_the_same {
            true if self.would_be.end != End::Unknown => (self.was_end, self.was_end),
            _ => (self.was_end, &self.would_be.end),
        };
        let difference = Difference {
            run: self.run.run.id,
            event: self.run.run.event,
            key: self.run.run.key.clone(),
            was: was.as_str().into(),
            would_be: would_be.as_str().into(),
            because: because.filter(|_| !ends_the_same),
            other_key: self.other_key,
            effects,
            more_effects: 0,
            cannot_tell,
            assumed: self.would_be.assumed.clone(),
        };
        Verdict::Differs(Box::new(difference))
    }
}

impl Pair<'_> {
    /// Without the entries.
    pub fn difference(&self) -> Option<EffectDifference> {
        let made = self.would_be.or(self.was)?;
        let (change, fields) = match (self.was, self.would_be) {
            (Some(was), Some(would_be)) => (Change::Changed, fields(&was.input, &would_be.input)),
            (None, _) => (Change::Made, Vec::new()),
            (_, None) => (Change::Dropped, Vec::new()),
        };
        let identity = made.identity.as_ref();
        Some(EffectDifference {
            change,
            step: made.step.clone(),
            operation: made.operation.clone(),
            identity: identity.map(|id| (id.kind.clone(), id.reference.clone())),
            fields,
            more_fields: 0,
            entry_was: None,
            entry_would_be: None,
        })
    }
}
