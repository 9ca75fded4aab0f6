//! The durable points of a run.

use crate::execute::Execution;
use crate::pending::Pending;
use crate::shared::Shared;
use crate::stop::{Death, Stop};
use model::{Fault, RunState, Timestamp};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::run::StepState;
use store::{Advance, Advanced, Answered, DeadLetter, EffectWrite, EntryWrite, RunRecord};

/// A paused connection is looked at this often even if nothing wakes its runs.
const PAUSED: Duration = Duration::from_secs(600);
/// The store could not take it: begin again then.
const STORE_AWAY: Duration = Duration::from_secs(1);

/// What the scheduler does with the run.
pub(crate) use crate::lanes::After;

/// A commit that brings `run`, as it stands, to `state` and takes along what is pending.
fn advance_of(run: &RunRecord, state: RunState, now: Timestamp, pending: Pending) -> Box<Advance> {
    Box::new(Advance {
        run: run.id,
        shard: run.shard,
        rev: run.rev,
        state,
        cursor: run.cursor,
        attempt: run.attempt,
        since: run.since,
        due_at: run.due_at,
        deadline: run.deadline,
        wait_for: run.wait_for.clone(),
        fault: run.fault.clone(),
        now,
        steps: pending.steps,
        calls: pending.calls,
        effects: pending.effects,
        guards: pending.guards,
        cross_references: pending.cross_references,
        entries: pending.entries,
        deposits: pending.deposits,
        exceptions: pending.exceptions,
        dead_letter: None,
        lookups: pending.lookups,
        wakes: pending.wakes,
        release_key: false,
    })
}

impl Execution<'_> {
    fn advance(&mut self, state: RunState) -> Box<Advance> {
        let pending = std::mem::take(&mut self.pending);
        advance_of(&self.run, state, self.shared.clock.now(), pending)
    }

    /// Makes everything pending durable.
    pub(crate) async fn commit(&mut self, state: RunState) -> Result<(), Stop> {
        let advance = self.advance(state);
        self.write(advance).await.map(drop)
    }

    async fn write(&mut self, advance: Box<Advance>) -> Result<bool, Stop> {
        let state = advance.state;
        self.shared.options.points.pass("commit.before");
        let Answered { advanced, item } = self.shared.advance(advance).await?;
        self.shared.options.points.pass("commit.after");
        match advanced {
            Advanced::Done {
                rev,
                ready,
                ready_at_once,
            } => {
                self.run.rev = rev;
                self.run.state = state;
                for EffectWrite { record, .. } in item.effects {
                    self.durable.retain(|(id, _)| *id != record.id);
                    // What nobody works on any more is not asked for again.
                    if record.holder.is_some() {
                        self.durable.push((record.id, record.rev));
                    }
                }
                self.ready.extend(ready);
                Ok(ready_at_once)
            }
            Advanced::EffectStale(id) => {
                tracing::debug!(run.id = %self.run.id, effect = %id, "changed by another run");
                self.effect_was_stale = true;
                self.restore(item, |kept| {
                    kept.effects.retain(|e| *e.record.id != id);
                    kept.entries.retain(
                        |e| !matches!(e, EntryWrite::Insert { effect, .. } if *effect == id),
                    );
                    let key = id.key();
                    kept.steps
                        .retain(|s| s.effect != Some(key) || s.state != StepState::Begun);
                });
                let key = id.key();
                self.journal
                    .retain(|s| s.state != StepState::Begun || s.effect != Some(key));
                Err(Stop::Lost)
            }
            Advanced::DepositStale(charge) => {
                let (scope, cursor) = (self.scope, self.run.cursor);
                self.restore(item, |kept| {
                    kept.deposits.clear();
                    kept.steps.retain(|s| (s.scope, s.step) != (scope, cursor));
                });
                let message = format!("the deposit of {charge} was changed by another run");
                Err(Stop::Retry(Fault::transient(message)))
            }
            Advanced::Stale | Advanced::Fenced => Err(Stop::Lost),
            Advanced::Refused(reason) => {
                tracing::error!(run.id = %self.run.id, reason, "the store refused a commit");
                Err(Stop::bug(format!("the store refused a commit: {reason}")))
            }
        }
    }

    /// Puts what a refused commit held back among the pending, less what it was refused for: a
    /// commit that is refused because of one effect must not lose the others' results.
    fn restore(&mut self, mut kept: Box<Advance>, less: impl FnOnce(&mut Advance)) {
        less(&mut kept);
        self.pending = Pending {
            steps: kept.steps,
            calls: kept.calls,
            effects: kept.effects,
            guards: kept.guards,
            cross_references: kept.cross_references,
            entries: kept.entries,
            deposits: kept.deposits,
            exceptions: kept.exceptions,
            wakes: kept.wakes,
            lookups: kept.lookups,
        };
    }

    /// Writes down how the work ended and tells the scheduler what to do with the run.
    pub(crate) async fn end(&mut self, result: Result<(), Stop>) -> After {
        let mut outcome = self.settle(result).await;
        // A refused commit is itself a reason to end, but only once: what is pending is lost then.
        for _ in 0..2 {
            match outcome {
                Ok(after) => return after,
                Err(stop) => outcome = self.settle(Err(stop)).await,
            }
        }
        outcome.unwrap_or_else(|_| self.later(STORE_AWAY))
    }

    fn later(&self, span: Duration) -> After {
        After::Hold {
            until: self.shared.clock.now().plus(span),
        }
    }

    async fn settle(&mut self, result: Result<(), Stop>) -> Result<After, Stop> {
        let now = self.shared.clock.now();
        match result {
            Ok(()) => self.ended(RunState::Done, !self.touched).await,
            Err(Stop::Skip) => self.ended(RunState::Skipped, !self.touched).await,
            Err(Stop::Lost) => Ok(self.lost().await),
            Err(Stop::Store(error)) => {
                tracing::warn!(run.id = %self.run.id, error = %error, "the store cannot take it now");
                Ok(self.later(STORE_AWAY))
            }
            Err(Stop::Hold { until }) => {
                self.run.due_at = until;
                self.commit(RunState::Retry).await?;
                Ok(After::Hold { until })
            }
            Err(Stop::Leave {
                key,
                until,
                deadline,
            }) => {
                self.run.wait_for = Some(key);
                self.run.due_at = until;
                self.run.deadline = deadline;
                let advance = self.advance(RunState::Waiting);
                let at_once = self.write(advance).await?;
                self.run.wait_for = None;
                Ok(After::Leave {
                    until: if at_once { now } else { until },
                })
            }
            Err(Stop::Paused { connection }) => {
                // The clock of the 72 hours stands still while the connection is paused.
                self.run.since = None;
                self.run.attempt = 0;
                self.run.wait_for = Some(format!("connection:{}", connection.0));
                self.run.due_at = now.plus(PAUSED);
                let until = self.run.due_at;
                self.commit(RunState::Parked).await?;
                self.run.wait_for = None;
                Ok(After::Hold { until })
            }
            Err(Stop::Retry(fault)) => self.retry(fault, now).await,
            Err(Stop::Dead(death)) => self.dead(*death).await,
        }
    }

    async fn ended(&mut self, state: RunState, release_key: bool) -> Result<After, Stop> {
        self.run.fault = None;
        let output = self.output.take();
        crate::call::finish_call(self, output.as_ref())?;
        let mut advance = self.advance(state);
        advance.cursor = self.deployment.plan.count;
        advance.release_key = release_key;
        self.write(advance).await?;
        Ok(After::Ended)
    }

    /// Someone else advanced it. If it is still ours to work, begin again from what is durable.
    async fn lost(&self) -> After {
        match self.shared.store.run(self.run.id).await {
            Ok(run) if run.state.is_live() => self.later(STORE_AWAY),
            Ok(_) => After::Ended,
            Err(_) => self.later(STORE_AWAY),
        }
    }

    async fn retry(&mut self, fault: Fault, now: Timestamp) -> Result<After, Stop> {
        let policy = self.policy();
        let since = *self.run.since.get_or_insert(now);
        let next = policy.next(self.run.attempt, since, now, &fault, &self.shared.entropy);
        let Some(until) = next else {
            let fault = given_up(fault, policy.span);
            return self
                .dead(Death {
                    fault,
                    question: None,
                    missing_row: None,
                })
                .await;
        };
        self.run.attempt += 1;
        self.run.due_at = until;
        self.run.fault = Some((fault.class, fault.message.clone()));
        tracing::warn!(
            run.id = %self.run.id, flow.name = %self.deployment.plan.flow.id,
            step = %self.step_name(), attempt = self.run.attempt, error = %fault,
            "a step failed and is tried again"
        );
        self.commit(RunState::Retry).await?;
        Ok(After::Hold { until })
    }

    fn policy(&self) -> crate::retry::RetryPolicy {
        let mut policy = self.shared.options.retry;
        let step = self.deployment.plan.step(self.run.cursor);
        if let Some(span) = step.and_then(|s| s.retry) {
            policy.span = span;
        }
        policy
    }

    fn step_name(&self) -> String {
        let step = self.deployment.plan.step(self.run.cursor);
        step.map_or_else(String::new, |s| s.id.clone())
    }

    async fn dead(&mut self, death: Death) -> Result<After, Stop> {
        let step = self.step_name();
        let flow = &self.deployment.plan.flow.id;
        let fault = &death.fault;
        tracing::error!(
            run.id = %self.run.id, flow.name = %flow, step = %step, class = %fault.class,
            error = %fault, "a run became a dead letter"
        );
        let (amount_minor, currency) = self.stake();
        let letter = DeadLetter {
            fingerprint: fingerprint(flow, &step, fault, death.missing_row.as_ref()),
            class: fault.class,
            step,
            message: fault.message.clone(),
            amount_minor,
            currency,
            question: death.question,
            missing_row: death.missing_row,
        };
        self.run.fault = Some((fault.class, fault.message.clone()));
        let mut advance = self.advance(RunState::Dead);
        advance.dead_letter = Some(letter);
        self.write(advance).await?;
        Ok(After::Ended)
    }
}

/// The failure of what was tried for all of its time.
pub(crate) fn given_up(mut fault: Fault, span: Duration) -> Fault {
    let hours = span.as_secs() / 3600;
    fault.message = format!("given up after {hours} h of tries: {}", fault.message);
    fault
}

/// Groups dead letters of one cause: flow, step, class, the peer's code or the message with its
/// numbers and quoted values taken out.
fn fingerprint(
    flow: &str,
    step: &str,
    fault: &Fault,
    missing_row: Option<&(String, String)>,
) -> String {
    let mut hash = Sha256::new();
    let cause = match (&fault.code, missing_row) {
        (_, Some((table, key))) => format!("{table}\0{key}"),
        (Some(code), None) => {
            format!("{code}\0{}", fault.field.as_deref().unwrap_or_default())
        }
        (None, None) => shape(&fault.message),
    };
    for part in [flow, step, fault.class.as_str(), &cause] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    model::ids::crockford(&hash.finalize()[..10])
}

/// A message without what differs from case to case: words that hold a digit.
fn shape(message: &str) -> String {
    let word = |w: &str| {
        if w.contains(|c: char| c.is_ascii_digit()) {
            "#".into()
        } else {
            w.to_owned()
        }
    };
    message
        .split_whitespace()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

impl Shared {
    /// A run that cannot even be begun becomes a dead letter.
    pub(crate) async fn bury(&self, run: &RunRecord, death: Death) -> After {
        let later = || After::Hold {
            until: self.clock.now().plus(STORE_AWAY),
        };
        let fault = death.fault;
        tracing::error!(run.id = %run.id, error = %fault, "a run cannot be begun");
        let letter = DeadLetter {
            fingerprint: fingerprint(&run.flow.to_string(), "", &fault, None),
            class: fault.class,
            step: String::new(),
            message: fault.message.clone(),
            amount_minor: None,
            currency: None,
            question: None,
            missing_row: None,
        };
        let now = self.clock.now();
        let mut advance = advance_of(run, RunState::Dead, now, Pending::default());
        advance.deadline = None;
        advance.wait_for = None;
        advance.fault = Some((fault.class, fault.message));
        advance.dead_letter = Some(letter);
        match self.advance(advance).await {
            Ok(Answered {
                advanced: Advanced::Done { .. },
                ..
            }) => After::Ended,
            _ => later(),
        }
    }

    /// One advance through the store's group commit.
    pub(crate) async fn advance(&self, advance: Box<Advance>) -> Result<Answered, Stop> {
        let fence = self.fence(advance.shard);
        Ok(self.store.advance_one(fence, advance).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::FaultClass;

    #[test]
    fn letters_of_one_cause_share_a_fingerprint() {
        let fault = |message: &str| Fault::new(FaultClass::Rejected, message);
        let print = |f: &Fault| fingerprint("order-to-cash", "order", f, None);
        assert_eq!(
            print(&fault("Item number MUG-77 does not exist")),
            print(&fault("Item number MUG-78 does not exist"))
        );
        assert_ne!(
            print(&fault("Item is blocked")),
            print(&fault("Customer is blocked"))
        );
        let coded = fault("Kund 7 finns inte").with_code("XIM0002");
        assert_eq!(
            print(&coded),
            print(&fault("Customer 8 is invalid").with_code("XIM0002"))
        );
    }
}
