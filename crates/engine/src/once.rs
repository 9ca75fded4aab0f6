//! Effects that must happen once: the durable shell around [`connector::effect`].
//!
//! Before a call that changes something its intent is committed, together with everything that is
//! pending; after it the result waits for the next durable point. The rules are in
//! [`connector::effect`]; here is only when what is written.

use crate::catalog::Connection;
use crate::execute::{Begun, Execution};
use crate::plan::{CallWork, PlanStep};
use crate::seal::{Purpose, open, seal};
use crate::stop::{Death, Stop};
use connector::effect::{Act, Ledger, Progress, Wanted};
use connector::{Booking, Call, RecipeCx};
use model::{EffectId, EffectState, Fault, RunState, Timestamp};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::effect::wake_key;
use store::run::StepState;
use store::{EffectRecord, EffectWrite, EntryWrite, StepRecord};

/// After a lost answer the peer may still be working on the call for this long: the call's own
/// timeout and as much again.
const QUIET: Duration = Duration::from_secs(60);
/// A wait of a recipe that is no longer than this is slept through, without a commit.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// Another run holds the effect: look again then if nothing wakes us.
const HELD: Duration = Duration::from_secs(60);

/// An effect being worked on by a run.
struct Effect<'w> {
    work: &'w CallWork,
    connection: Arc<Connection>,
    id: Arc<EffectId>,
    /// The id's key.
    key: [u8; 32],
    /// The revision that is durable; none if no row is.
    durable: Option<i64>,
    begun_at: Timestamp,
    begun: &'w Begun,
    /// The ledger was not read: nothing is durable of it if nobody has made it. The first commit
    /// finds out.
    assumed: bool,
}

impl Effect<'_> {
    /// Whether it is still only assumed that the ledger has no row.
    const fn is_assumed(&self) -> bool {
        self.assumed && self.durable.is_none()
    }
}

/// Why the row must be read again.
enum Turn {
    Again,
    Stop(Stop),
}

impl From<Stop> for Turn {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Execution<'_> {
    /// Makes, goes on with, or meets the effect of `step`.
    pub(crate) async fn once(
        &mut self,
        step: &PlanStep,
        work: &CallWork,
        connection: &Arc<Connection>,
        begun: &Begun,
    ) -> Result<(), Stop> {
        let wanted = Wanted::new(work.operation, &begun.input).map_err(|f| self.failed(step, f))?;
        let identity = &wanted.identity;
        // A run that was never tried makes what nobody has made yet, nearly always; the commit of
        // its intent is refused if there is a row after all, and then the ledger is read.
        let mut assumed = self.is_first_try(step);
        loop {
            let peer = connection.session.peer();
            let record = if assumed {
                None
            } else {
                let (kind, reference) = (&identity.kind, &identity.reference);
                self.shared.store.effect(&peer, kind, reference).await?
            };
            if let Some(record) = &record {
                self.leave_to_its_holder(record).await?;
            }
            let id = record.as_ref().map_or_else(
                || {
                    Arc::new(EffectId {
                        peer,
                        kind: identity.kind.clone(),
                        reference: identity.reference.clone(),
                        generation: 0,
                    })
                },
                |r| Arc::clone(&r.id),
            );
            // A raised generation has a row without a body: nothing was begun under it yet.
            let current: Option<Progress> = match &record {
                Some(record) if !record.body.0.is_empty() => {
                    Some(open(self.key(), Purpose::Effect, &record.body)?)
                }
                _ => None,
            };
            let mut effect = Effect {
                work,
                connection: Arc::clone(connection),
                key: id.key(),
                id,
                durable: record.as_ref().map(|r| r.rev),
                begun_at: record.map_or_else(|| self.shared.clock.now(), |r| r.begun_at),
                begun,
                assumed,
            };
            match self.carry(step, &mut effect, current, &wanted).await {
                Ok(()) => return Ok(()),
                Err(Turn::Again) if assumed => {
                    self.pending.forget_entries(&effect.id);
                    assumed = false;
                }
                Err(Turn::Again) => {}
                Err(Turn::Stop(stop)) => return Err(stop),
            }
        }
    }

    fn is_first_try(&self, step: &PlanStep) -> bool {
        self.run.replay_of.is_none()
            && self.run.attempt == 0
            && !self.journal.has(self.scope, step.ordinal)
    }

    /// Another run that is alive works on it: wait outside the lane. A dead one loses it.
    async fn leave_to_its_holder(&self, record: &EffectRecord) -> Result<(), Stop> {
        let settled = matches!(record.state, EffectState::Confirmed | EffectState::Void);
        let Some(holder) = record.holder.filter(|h| *h != self.run.id && !settled) else {
            return Ok(());
        };
        if !self.shared.store.run(holder).await?.state.is_live() {
            return Ok(());
        }
        let until = self.shared.clock.now().plus(HELD);
        Err(Stop::Leave {
            key: wake_key(&record.id.key()),
            until,
            deadline: None,
        })
    }

    async fn carry(
        &mut self,
        step: &PlanStep,
        effect: &mut Effect<'_>,
        current: Option<Progress>,
        wanted: &Wanted,
    ) -> Result<(), Turn> {
        let attempt = Progress::next_attempt(current.as_ref());
        let fresh = current
            .as_ref()
            .is_none_or(|p| p.state == EffectState::Void);
        let begun = {
            let cx = self.cx(effect, attempt);
            let valid = if fresh {
                wanted.operation.validate(&cx)
            } else {
                Ok(())
            };
            valid.map(|()| self.ledger(effect, &cx, wanted).begin(current))
        };
        let (mut progress, mut act) = match begun {
            Ok(begun) => begun,
            // What exists already may be met with an input that would not be sent.
            Err(_) if effect.is_assumed() => return Err(Turn::Again),
            Err(fault) => return Err(self.failed(step, fault).into()),
        };
        if fresh && let Some(booking) = self.booking(effect, &progress, wanted)? {
            self.note_booking(effect, booking);
        }
        loop {
            if effect.is_assumed() && !matches!(act, Act::Send(_)) {
                return Err(Turn::Again);
            }
            (progress, act) = match act {
                Act::Send(call) => self.send_for(step, effect, progress, call, wanted).await?,
                Act::Find { not_before } => {
                    let now = self.shared.clock.now();
                    if now < not_before {
                        self.note_effect(effect, &progress, true)?;
                        return Err(Stop::Hold { until: not_before }.into());
                    }
                    let cx = self.cx(effect, progress.attempt);
                    let found = effect
                        .work
                        .operation
                        .find(&cx, &progress.input, &progress.recipe)
                        .await;
                    self.ledger(effect, &cx, wanted).found(progress, found)
                }
                Act::Wait(span) if span <= SHORT_WAIT => {
                    self.shared.clock.sleep(span).await;
                    let cx = self.cx(effect, progress.attempt);
                    self.ledger(effect, &cx, wanted).begin(Some(progress))
                }
                Act::Wait(span) => {
                    self.note_effect(effect, &progress, true)?;
                    let until = self.shared.clock.now().plus(span);
                    return Err(Stop::Hold { until }.into());
                }
                Act::Retry(fault) => {
                    self.note_effect(effect, &progress, true)?;
                    return Err(self.failed(step, fault).into());
                }
                Act::Again => {
                    self.note_effect(effect, &progress, true)?;
                    self.commit_effect().await?;
                    return Err(Turn::Again);
                }
                Act::Done {
                    output,
                    reused,
                    drift,
                } => {
                    return self.made(step, effect, &progress, (&output, reused, drift), wanted);
                }
                Act::Refuse(fault) => {
                    self.touched |= effect.durable.is_some();
                    self.refused(effect, &progress, wanted)?;
                    return Err(Stop::dead(fault).into());
                }
                Act::Conflict(fault) => return Err(Stop::dead(fault).into()),
                Act::Ask(fault) => {
                    self.note_effect(effect, &progress, false)?;
                    let question = Some(fault.message.clone());
                    let death = Death {
                        fault,
                        question,
                        missing_row: None,
                    };
                    return Err(Stop::Dead(Box::new(death)).into());
                }
            };
        }
    }

    fn cx<'b>(&'b self, effect: &'b Effect<'_>, attempt: i64) -> RecipeCx<'b> {
        RecipeCx {
            session: &*effect.connection.session,
            effect: Some((&effect.id, attempt)),
            now: self.shared.clock.now(),
        }
    }

    fn ledger<'b>(
        &self,
        effect: &Effect<'b>,
        cx: &'b RecipeCx<'b>,
        wanted: &'b Wanted,
    ) -> Ledger<'b> {
        Ledger {
            operation: effect.work.operation,
            cx,
            wanted,
            quiet: QUIET.min(self.shared.options.quiet),
        }
    }

    async fn send_for(
        &mut self,
        step: &PlanStep,
        effect: &mut Effect<'_>,
        progress: Progress,
        call: Call,
        wanted: &Wanted,
    ) -> Result<(Progress, Act), Turn> {
        if call.kind.needs_intent() {
            let permit = match effect.connection.gate.try_pass() {
                Some(permit) => permit,
                // What exists already needs no turn.
                None if effect.is_assumed() => return Err(Turn::Again),
                None => {
                    // The turn of the next call may be far away: what is known must not wait for it.
                    if effect.durable.is_some() {
                        let mut known = progress.clone();
                        if known.state != EffectState::Uncertain {
                            known.inflight = None;
                        }
                        self.note_effect(effect, &known, true)?;
                    }
                    let connection = Arc::clone(&effect.connection);
                    let passed = self.pass(&connection).await;
                    self.learn_durable(effect);
                    passed?
                }
            };
            if !self.journal.has(self.scope, step.ordinal) {
                self.note_begun_effect(step, effect)?;
            }
            self.note_effect(effect, &progress, true)?;
            self.commit_effect().await?;
            self.learn_durable(effect);
            self.touched = true;
            self.shared.options.points.pass("call.intended");
            let answer = self
                .send_with(step, &effect.connection.clone(), &call, permit)
                .await?;
            self.shared.options.points.pass("call.answered");
            return Ok(self.answered(effect, progress, &call, &answer, wanted));
        }
        let connection = Arc::clone(&effect.connection);
        let answer = self.send(step, &connection, &call).await?;
        self.learn_durable(effect);
        Ok(self.answered(effect, progress, &call, &answer, wanted))
    }

    fn answered(
        &self,
        effect: &Effect<'_>,
        progress: Progress,
        call: &Call,
        answer: &Result<Value, Fault>,
        wanted: &Wanted,
    ) -> (Progress, Act) {
        let cx = self.cx(effect, progress.attempt);
        self.ledger(effect, &cx, wanted).answered(
            progress,
            call,
            answer.as_ref().map_err(Clone::clone),
        )
    }

    /// The revision of the row after the last commit.
    fn learn_durable(&self, effect: &mut Effect<'_>) {
        let known = self.durable.iter().find(|(id, _)| *id == effect.id);
        if let Some((_, rev)) = known {
            effect.durable = Some(*rev);
        }
    }

    fn made(
        &mut self,
        step: &PlanStep,
        effect: &Effect<'_>,
        progress: &Progress,
        (output, reused, drift): (&Value, bool, bool),
        wanted: &Wanted,
    ) -> Result<(), Turn> {
        self.touched = true;
        if !reused {
            self.note_effect(effect, progress, false)?;
        }
        if drift {
            tracing::info!(
                run.id = %self.run.id, effect = %effect.id,
                "met an effect that was made with another input; its guarded fields are the same"
            );
        }
        if let Some(booking) = self.booking(effect, progress, wanted)? {
            self.note_posting(effect, booking, output)?;
        }
        let key = Some(effect.key);
        Ok(self.finish(step, output, &effect.work.shape, key, reused)?)
    }

    /// What the effect books, with the input that it was begun with.
    fn booking(
        &self,
        effect: &Effect<'_>,
        progress: &Progress,
        wanted: &Wanted,
    ) -> Result<Option<Booking>, Stop> {
        let cx = self.cx(effect, progress.attempt);
        if progress.input == wanted.input {
            return Ok(wanted.operation.booking(&cx));
        }
        let operation = effect.work.operation;
        operation.booking(&cx, &progress.input).map_err(Stop::dead)
    }

    /// The entry that the effect books is noted when it begins and follows the effect's state.
    fn note_booking(&mut self, effect: &Effect<'_>, booking: Booking) {
        booking.entry.assert_balanced();
        self.pending.entries.push(EntryWrite::Insert {
            entry: booking.entry,
            effect: EffectId::clone(&effect.id),
            sent_reference: booking.sent_reference,
        });
    }

    fn note_posting(
        &mut self,
        effect: &Effect<'_>,
        booking: Booking,
        output: &Value,
    ) -> Result<(), Stop> {
        let state = effect.work.operation.posting(output).map_err(Stop::dead)?;
        let (reference, kind) = (booking.entry.reference, booking.entry.kind);
        self.pending
            .cross_reference("entry", &reference, &effect.id.reference);
        self.pending.entries.push(EntryWrite::State {
            reference,
            kind,
            state: state.as_str().into(),
            voucher: None,
        });
        Ok(())
    }

    fn refused(
        &mut self,
        effect: &Effect<'_>,
        progress: &Progress,
        wanted: &Wanted,
    ) -> Result<(), Stop> {
        self.pending.forget_entries(&effect.id);
        if effect.durable.is_none() {
            // Nothing was ever intended: there is no row to settle.
            return Ok(());
        }
        self.note_effect(effect, progress, false)?;
        if progress.state == EffectState::Void
            && let Some(booking) = self.booking(effect, progress, wanted)?
        {
            let (reference, kind) = (booking.entry.reference, booking.entry.kind);
            self.pending
                .entries
                .push(EntryWrite::Withdraw { reference, kind });
        }
        Ok(())
    }

    /// Puts the effect's row among what the next commit writes.
    fn note_effect(
        &mut self,
        effect: &Effect<'_>,
        progress: &Progress,
        holding: bool,
    ) -> Result<(), Stop> {
        let body = seal(self.key(), Purpose::Effect, progress)?;
        let settled = matches!(progress.state, EffectState::Confirmed | EffectState::Void);
        let orphans = (!progress.orphans.is_empty()).then(|| progress.orphans.join("; "));
        if settled || !holding {
            self.pending.wakes.push(wake_key(&effect.key));
        }
        self.pending.effect(EffectWrite {
            expected: effect.durable,
            record: EffectRecord {
                id: Arc::clone(&effect.id),
                environment: self.run.environment,
                rev: effect.durable.unwrap_or(0) + 1,
                state: progress.state,
                operation: effect.work.operation.id().into(),
                connection: effect.connection.id,
                attempt: progress.attempt,
                holder: (holding && !settled).then_some(self.run.id),
                body,
                inflight: progress.inflight.as_ref().map(|i| i.call.label.clone()),
                inflight_at: progress.inflight.as_ref().map(|i| i.at),
                question: progress.question.clone(),
                orphans,
                begun_at: effect.begun_at,
                updated_at: self.shared.clock.now(),
            },
        });
        Ok(())
    }

    fn note_begun_effect(&mut self, step: &PlanStep, effect: &Effect<'_>) -> Result<(), Stop> {
        let begun = seal(self.key(), Purpose::Step, effect.begun)?;
        self.note(StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: 0,
            state: StepState::Begun,
            output: Some(begun),
            effect: Some(effect.key),
            reused: false,
            started_at: self.shared.clock.now(),
            ended_at: None,
        });
        Ok(())
    }

    /// Commits; an effect that someone else changed meanwhile is read again.
    async fn commit_effect(&mut self) -> Result<(), Turn> {
        match self.commit(RunState::Running).await {
            Ok(()) => Ok(()),
            Err(Stop::Lost) if self.effect_was_stale => {
                self.effect_was_stale = false;
                Err(Turn::Again)
            }
            Err(stop) => Err(stop.into()),
        }
    }
}
