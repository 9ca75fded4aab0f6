//! Which run may work now: one per lane, in the order they came.
//!
//! A *lane* is all runs of one ordering key. Its head works or waits for its next try; the others
//! queue behind it. A run that waits for something to happen leaves its lane and queues again when
//! it is woken. Pure: time comes in as a parameter.

use hashbrown::HashMap;
use model::Timestamp;
use model::ids::RunId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a run does after it has worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// It has ended: the next of its lane may work.
    Ended,
    /// It keeps its place and works again then.
    Hold { until: Timestamp },
    /// It leaves its lane; at the latest then it queues again.
    Leave { until: Timestamp },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Queued,
    Working,
    /// Head of its lane until its timer fires.
    Holding(Timestamp),
    /// Outside its lane until its timer fires or it is woken.
    Outside(Timestamp),
    /// Woken while it was still working: it queues again at once when it is done.
    WokenWhileWorking,
}

/// The queues of one node.
#[derive(Default)]
pub struct Lanes {
    queues: HashMap<i64, VecDeque<RunId>>,
    runs: HashMap<RunId, (i64, Place)>,
    timers: BTreeSet<(Timestamp, RunId)>,
    /// Heads that may work and have not been handed out.
    eligible: VecDeque<RunId>,
    working: usize,
}

impl Lanes {
    /// Queues a run, unless it is known already.
    pub fn add(&mut self, run: RunId, lane: i64) {
        if self.runs.contains_key(&run) {
            self.wake(run);
            return;
        }
        self.runs.insert(run, (lane, Place::Queued));
        self.enqueue(run, lane);
    }

    /// Queues a run that nobody knows of; one that is known stays where it is.
    pub fn adopt(&mut self, run: RunId, lane: i64) -> bool {
        let unknown = !self.runs.contains_key(&run);
        if unknown {
            self.add(run, lane);
        }
        unknown
    }

    /// Puts a run that waits back to where it was before a restart.
    pub fn restore(&mut self, run: RunId, lane: i64, after: &After) {
        match after {
            After::Ended => self.add(run, lane),
            After::Hold { until } => {
                self.runs.insert(run, (lane, Place::Holding(*until)));
                self.queues.entry(lane).or_default().push_back(run);
                self.timers.insert((*until, run));
            }
            After::Leave { until } => {
                self.runs.insert(run, (lane, Place::Outside(*until)));
                self.timers.insert((*until, run));
            }
        }
    }

    fn enqueue(&mut self, run: RunId, lane: i64) {
        let queue = self.queues.entry(lane).or_default();
        queue.push_back(run);
        if queue.len() == 1 {
            self.eligible.push_back(run);
        }
    }

    /// The next run that may work; the caller works it and says [`Lanes::done`].
    pub fn take(&mut self) -> Option<RunId> {
        let run = self.eligible.pop_front()?;
        if let Some((_, place)) = self.runs.get_mut(&run) {
            *place = Place::Working;
        }
        self.working += 1;
        Some(run)
    }

    /// The run has worked.
    pub fn done(&mut self, run: RunId, after: &After) {
        self.working -= 1;
        let Some((lane, place)) = self.runs.get(&run).copied() else {
            return;
        };
        let woken = place == Place::WokenWhileWorking;
        match after {
            After::Ended => {
                self.runs.remove(&run);
                self.leave(run, lane);
            }
            After::Hold { .. } if woken => {
                self.runs.insert(run, (lane, Place::Queued));
                self.eligible.push_back(run);
            }
            After::Hold { until } => {
                self.runs.insert(run, (lane, Place::Holding(*until)));
                self.timers.insert((*until, run));
            }
            After::Leave { .. } if woken => {
                self.leave(run, lane);
                self.runs.insert(run, (lane, Place::Queued));
                self.enqueue(run, lane);
            }
            After::Leave { until } => {
                self.leave(run, lane);
                self.runs.insert(run, (lane, Place::Outside(*until)));
                self.timers.insert((*until, run));
            }
        }
    }

    fn leave(&mut self, run: RunId, lane: i64) {
        let Some(queue) = self.queues.get_mut(&lane) else {
            return;
        };
        queue.retain(|r| *r != run);
        match queue.front() {
            None => {
                self.queues.remove(&lane);
            }
            Some(head) => {
                let head = *head;
                if let Some((_, Place::Queued)) = self.runs.get(&head)
                    && !self.eligible.contains(&head)
                {
                    self.eligible.push_back(head);
                }
            }
        }
    }

    /// Something that the run waits for has happened.
    pub fn wake(&mut self, run: RunId) {
        let Some((lane, place)) = self.runs.get(&run).copied() else {
            return;
        };
        match place {
            Place::Queued | Place::WokenWhileWorking => {}
            Place::Working => {
                self.runs.insert(run, (lane, Place::WokenWhileWorking));
            }
            Place::Holding(until) => {
                self.timers.remove(&(until, run));
                self.runs.insert(run, (lane, Place::Queued));
                if self.queues.get(&lane).and_then(VecDeque::front) == Some(&run) {
                    self.eligible.push_back(run);
                }
            }
            Place::Outside(until) => {
                self.timers.remove(&(until, run));
                self.runs.insert(run, (lane, Place::Queued));
                self.enqueue(run, lane);
            }
        }
    }

    /// Wakes every run whose time has come.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some(&(due, run)) = self.timers.first() {
            if due > now {
                return;
            }
            self.wake(run);
        }
    }

    /// Takes a run out, whatever it does; if it is working it ends by itself.
    pub fn forget(&mut self, run: RunId) {
        match self.runs.get(&run).copied() {
            None | Some((_, Place::Working | Place::WokenWhileWorking)) => {}
            Some((lane, place)) => {
                if let Place::Holding(until) | Place::Outside(until) = place {
                    self.timers.remove(&(until, run));
                }
                self.eligible.retain(|r| *r != run);
                self.runs.remove(&run);
                self.leave(run, lane);
            }
        }
    }

    /// How many runs work.
    pub const fn working(&self) -> usize {
        self.working
    }

    /// Whether a worker has the run right now.
    pub fn is_working(&self, run: RunId) -> bool {
        let place = self.runs.get(&run).map(|(_, place)| *place);
        matches!(place, Some(Place::Working | Place::WokenWhileWorking))
    }

    /// When the next timer fires.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Nothing works and nothing may work now.
    pub fn is_idle(&self) -> bool {
        self.working == 0 && self.eligible.is_empty()
    }

    /// How many runs are known, by what they do: queued, working, waiting.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::from([("queued", 0), ("working", 0), ("waiting", 0)]);
        for (_, place) in self.runs.values() {
            let name = match place {
                Place::Queued => "queued",
                Place::Working | Place::WokenWhileWorking => "working",
                Place::Holding(_) | Place::Outside(_) => "waiting",
            };
            *counts.entry(name).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: RunId = RunId(1);
    const B: RunId = RunId(2);
    const C: RunId = RunId(3);

    fn at(t: i64) -> Timestamp {
        Timestamp(t)
    }

    #[test]
    fn one_run_of_a_lane_works_at_a_time() {
        let mut lanes = Lanes::default();
        for (run, lane) in [(A, 1), (B, 1), (C, 2)] {
            lanes.add(run, lane);
        }
        assert_eq!(
            (lanes.take(), lanes.take(), lanes.take()),
            (Some(A), Some(C), None)
        );
        lanes.done(A, &After::Ended);
        assert_eq!(lanes.take(), Some(B));
        lanes.done(B, &After::Ended);
        lanes.done(C, &After::Ended);
        assert!(lanes.is_idle());
        assert_eq!(lanes.take(), None);
    }

    #[test]
    fn a_run_that_holds_keeps_its_lane_and_one_that_leaves_frees_it() {
        let mut lanes = Lanes::default();
        lanes.add(A, 1);
        lanes.add(B, 1);
        assert_eq!(lanes.take(), Some(A));
        lanes.done(A, &After::Hold { until: at(10) });
        assert_eq!(lanes.take(), None);
        lanes.tick(at(10));
        assert_eq!(lanes.take(), Some(A));
        lanes.done(A, &After::Leave { until: at(99) });
        assert_eq!(lanes.take(), Some(B));
        lanes.wake(A);
        assert_eq!(lanes.take(), None, "A queues behind B");
        lanes.done(B, &After::Ended);
        assert_eq!(lanes.take(), Some(A));
    }

    #[test]
    fn a_wake_that_comes_while_a_run_works_is_not_lost() {
        let mut lanes = Lanes::default();
        lanes.add(A, 1);
        assert_eq!(lanes.take(), Some(A));
        lanes.wake(A);
        lanes.done(
            A,
            &After::Leave {
                until: Timestamp::MAX,
            },
        );
        assert_eq!(lanes.take(), Some(A));
    }

    #[test]
    fn a_restored_head_keeps_others_of_its_lane_back() {
        let mut lanes = Lanes::default();
        lanes.restore(A, 1, &After::Hold { until: at(5) });
        lanes.add(B, 1);
        assert_eq!(lanes.take(), None);
        lanes.tick(at(5));
        assert_eq!(lanes.take(), Some(A));
        lanes.done(A, &After::Ended);
        assert_eq!(lanes.take(), Some(B));
    }

    #[test]
    fn a_forgotten_run_frees_its_lane() {
        let mut lanes = Lanes::default();
        lanes.restore(A, 1, &After::Hold { until: at(5) });
        lanes.add(B, 1);
        lanes.forget(A);
        assert_eq!(lanes.take(), Some(B));
    }
}
