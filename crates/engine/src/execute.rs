//! Works one run: from its first unfinished step until it ends or must stop.
//!
//! Finished steps are in the journal; everything else is worked out anew, from the same event, the
//! same plan and the recorded outputs. Results are not written one by one: they wait in
//! [`Pending`](crate::pending::Pending) for the next durable point, which is the intent of the next
//! writing call or the end of the run.

use crate::books::{BookCx, BookStop, View};
use crate::catalog::{Connection, Deployment};
use crate::journal::Journal;
use crate::lookups::{Meeting, failed};
use crate::pending::{Pending, wait_key};
use crate::plan::{CallWork, ENVELOPE, Plan, PlanStep, START, Work};
use crate::said::{KeepCalls, said};
use crate::seal::{Purpose, open, open_bytes, seal};
use crate::shared::Shared;
use crate::stop::Stop;
use connector::{Call, Effect, Last, Next, RecipeCx};
use mapping::record::Record;
use mapping::{Fact, Facts, Failure, Names, Scope, Shape, Template, Value as Computed};
use model::flow::Else;
use model::{EffectId, Fault, FaultClass, RunState};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::run::StepState;
use store::{CallRecord, RunRecord, StartedRun, StepRecord};
use vault::Sealed;

/// How long a wait sleeps at most before it looks again by itself.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// So many facts are kept from one page of items to the next.
const FACTS_MAX: usize = 1_000;

/// A run being worked.
pub(crate) struct Execution<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) run: RunRecord,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) names: Names,
    pub(crate) facts: Facts,
    pub(crate) meeting: Meeting,
    /// What the journal says of each step.
    pub(crate) journal: Journal,
    /// Which instance of a list is worked: 0, or an item of an `each`.
    pub(crate) scope: i64,
    pub(crate) pending: Pending,
    /// Runs that a commit of this one made ready.
    pub(crate) ready: Vec<StartedRun>,
    /// Whether anything was changed at a peer or in our books.
    pub(crate) touched: bool,
    /// Revisions of the rows that this execution has written of effects that it still works on.
    pub(crate) durable: Vec<(Arc<EffectId>, i64)>,
    /// The last commit was refused because another run had changed an effect.
    pub(crate) effect_was_stale: bool,
    /// What the flow gives, once it is worked out.
    pub(crate) output: Option<Computed>,
    /// The input of the step under way, until its first call is noted with it.
    asked: Option<Arc<Value>>,
    subject: Computed,
}

/// A step's begun row: what it was begun with.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Begun {
    pub(crate) case: Option<usize>,
    pub(crate) input: Arc<Value>,
}

impl<'a> Execution<'a> {
    /// Reads what is needed to go on.
    pub(crate) async fn load(
        shared: &'a Shared,
        run: RunRecord,
        steps: Vec<StepRecord>,
        body: Option<Arc<[u8]>>,
    ) -> Result<Self, Stop> {
        // A version that this release or configuration cannot load: its runs wait for one that can.
        let deployment = shared.catalog().deployment(run.deployment).ok_or_else(|| {
            tracing::error!(run.id = %run.id, deployment = %run.deployment, "it is not loaded");
            Stop::Hold {
                until: shared.clock.now().plus(LOOK_AGAIN),
            }
        })?;
        let key = &deployment.environment.key;
        let id = run.id.to_string();
        let fixed = &deployment.names;
        let (names, subject) = match body {
            Some(body) => names(&deployment.plan, fixed, &id, &body)?,
            None => {
                let event = shared.store.event(run.event).await?;
                let body = open_bytes(key, Purpose::Body, &event.body)?;
                names(&deployment.plan, fixed, &id, &body)?
            }
        };
        let touched = steps.iter().any(|s| has_written(&deployment, s));
        Ok(Self {
            shared,
            deployment,
            names,
            facts: Facts::default(),
            meeting: Meeting::default(),
            journal: Journal::new(steps),
            scope: 0,
            pending: Pending::default(),
            ready: Vec::new(),
            touched,
            durable: Vec::new(),
            effect_was_stale: false,
            run,
            output: None,
            asked: None,
            subject,
        })
    }

    /// Works until the run ends.
    pub(crate) async fn work(&mut self) -> Result<(), Stop> {
        let deployment = Arc::clone(&self.deployment);
        self.list(&deployment.plan.steps).await?;
        if let Some(output) = &deployment.plan.output {
            self.output = Some(self.evaluate(output, "output").await?);
        }
        Ok(())
    }

    /// Works the steps of a list, in order.
    pub(crate) async fn list(&mut self, steps: &[PlanStep]) -> Result<(), Stop> {
        for step in steps {
            self.step(step).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &PlanStep) -> Result<(), Stop> {
        self.run.cursor = step.ordinal;
        match self.journal.state(self.scope, step.ordinal) {
            Some(StepState::Done) => return self.recall(step),
            Some(StepState::Skipped) => return Ok(()),
            // It failed for good, and the run went on.
            Some(StepState::Failed) => return self.after_failure(step).await,
            Some(StepState::Begun) | None => {}
        }
        let begun = self.begun(step)?;
        if begun.is_none()
            && let Some(when) = &step.when
            && !self.holds(when, "when").await?
        {
            self.skip(step);
            return Ok(());
        }
        match Box::pin(self.perform(step, &step.work, None, begun)).await {
            Ok(()) => {}
            Err(stop) => self.fail(step, stop).await?,
        }
        // A step that is done no longer counts its failures.
        self.run.attempt = 0;
        self.run.since = None;
        Ok(())
    }

    async fn perform(
        &mut self,
        step: &PlanStep,
        work: &Work,
        case: Option<usize>,
        begun: Option<Begun>,
    ) -> Result<(), Stop> {
        match work {
            Work::Set(template) => {
                let value = self.evaluate(template, "set").await?;
                self.finish_value(step, value)
            }
            Work::Check(condition, otherwise) => {
                if self.holds(condition, "check").await? {
                    return self.finish_value(step, Computed::Bool(true));
                }
                match otherwise {
                    Else::Skip => Err(Stop::Skip),
                    Else::Reject(sentence) => Err(Stop::dead(Fault::rejected(sentence.clone()))),
                }
            }
            Work::Wait(until, at_most) => self.wait(step, case, until, *at_most, begun).await,
            Work::Choose(cases) => {
                let begun_case = begun.as_ref().and_then(|b| b.case);
                for (n, (when, work)) in cases.iter().enumerate() {
                    let chosen = match (begun_case, when) {
                        (Some(case), _) => case == n,
                        (None, Some(when)) => self.holds(when, "when").await?,
                        (None, None) => true,
                    };
                    if chosen {
                        return Box::pin(self.perform(step, work, Some(n), begun)).await;
                    }
                }
                self.skip(step);
                Ok(())
            }
            Work::Book { book, with, shape } => {
                let input = self.compute(with).await?;
                let cx = BookCx {
                    books: View::Stored {
                        store: &self.shared.store,
                        environment: self.run.environment,
                    },
                    environment: self.run.environment,
                    now: self.shared.clock.now(),
                };
                let booked = match book.run(&cx, &input).await {
                    Ok(booked) => booked,
                    Err(BookStop::Store(error)) => return Err(error.into()),
                    Err(BookStop::Fault(fault)) => return Err(self.failed(step, fault)),
                    Err(BookStop::Await { kind, id }) => {
                        let key = wait_key(&kind, &id);
                        let until = self.shared.clock.now().plus(LOOK_AGAIN);
                        return Err(Stop::Leave {
                            key,
                            until,
                            deadline: None,
                        });
                    }
                };
                self.touched |= !book.is_read();
                self.pending.book(&booked);
                self.finish(step, &booked.output, shape, None, false)
            }
            Work::Call(call) => self.call(step, call, case, begun).await,
            Work::Steps(list) => self.steps(step, list, case).await,
            Work::Each(each) => self.each(step, each, case, begun).await,
            Work::Parallel(branches) => self.parallel(step, branches, case).await,
            Work::Approve(work) => self.ask(step, work, case, begun).await,
            Work::Flow(work) => self.call_flow(step, work).await,
        }
    }

    async fn call(
        &mut self,
        step: &PlanStep,
        call: &CallWork,
        case: Option<usize>,
        begun: Option<Begun>,
    ) -> Result<(), Stop> {
        let connection = self.connection(call)?;
        let input = match begun {
            Some(begun) => begun.input,
            None => Arc::new(self.compute(&call.with).await?),
        };
        self.asked = Some(Arc::clone(&input));
        match call.operation.effect() {
            Effect::Create | Effect::Append => {
                let begun = Begun { case, input };
                self.once(step, call, &connection, &begun).await
            }
            Effect::Set => {
                let guard = call
                    .operation
                    .as_of(&input)
                    .map_err(|f| self.failed(step, f))?;
                if let Some(guard) = &guard {
                    let peer = connection.session.peer();
                    let last = self
                        .shared
                        .store
                        .set_guard(&peer, &guard.kind, &guard.reference)
                        .await?;
                    if last.is_some_and(|last| last > guard.as_of) {
                        // Something newer was written already: an old one must not overwrite it.
                        self.skip(step);
                        return Ok(());
                    }
                }
                let output = self.plain(step, call, &connection, &input).await?;
                self.touched = true;
                if let Some(guard) = guard {
                    self.pending.guard(connection.session.peer(), guard);
                }
                self.finish(step, &output, &call.shape, None, false)
            }
            Effect::Read => {
                let output = self.plain(step, call, &connection, &input).await?;
                let output = Computed::take_json(output, &call.shape)
                    .map_err(|e| Stop::bug(format!("the output of `{}`: {e}", step.id)))?;
                self.finish_value(step, output)
            }
            Effect::None => {
                let output = self.plain(step, call, &connection, &input).await?;
                self.touched = true;
                self.finish(step, &output, &call.shape, None, false)?;
                // The peer would not notice a repeat, so what was done is written down at once.
                self.commit(RunState::Running).await
            }
        }
    }

    /// A recipe that needs no ledger: reads, and sets that may be repeated.
    async fn plain(
        &mut self,
        step: &PlanStep,
        work: &CallWork,
        connection: &Arc<Connection>,
        input: &Value,
    ) -> Result<Value, Stop> {
        let operation = work
            .operation
            .with(input)
            .map_err(|f| self.failed(step, f))?;
        let mut progress = Value::Null;
        let mut answer: Option<Result<Value, Fault>> = None;
        loop {
            let next = {
                let cx = RecipeCx {
                    session: &*connection.session,
                    effect: None,
                    now: self.shared.clock.now(),
                };
                if answer.is_none() {
                    operation.validate(&cx).map_err(|f| self.failed(step, f))?;
                }
                let last = match &answer {
                    None => Last::Nothing,
                    Some(Ok(reply)) => Last::Reply(reply),
                    Some(Err(fault)) => Last::Refused(fault),
                };
                operation.next(&cx, &mut progress, last)
            };
            match next.map_err(|f| self.failed(step, f))? {
                Next::Done(output) => return Ok(output),
                Next::Wait(span) => self.shared.clock.sleep(span).await,
                Next::Call(call) => {
                    let sent = self.send(step, connection, &call).await?;
                    answer = Some(match sent {
                        Err(fault) if is_refusal(&fault) => Err(fault),
                        Err(fault) => return Err(self.failed(step, fault)),
                        Ok(reply) => Ok(reply),
                    });
                }
            }
        }
    }

    /// Sends one call through the connection's gate and notes it for the trace.
    pub(crate) async fn send(
        &mut self,
        step: &PlanStep,
        connection: &Arc<Connection>,
        call: &Call,
    ) -> Result<Result<Value, Fault>, Stop> {
        let permit = match connection.gate.try_pass() {
            Some(permit) => permit,
            None => self.pass(connection).await?,
        };
        self.send_with(step, connection, call, permit).await
    }

    /// Sends one call whose turn has come.
    pub(crate) async fn send_with(
        &mut self,
        step: &PlanStep,
        connection: &Arc<Connection>,
        call: &Call,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<Result<Value, Fault>, Stop> {
        let started_at = self.shared.clock.now();
        Shared::count(&self.shared.counters.calls);
        let mut answer = match step.timeout {
            None => connection.session.send(call).await,
            Some(span) => self.send_within(span, connection, call).await,
        };
        drop(permit);
        let asked = self.asked.take();
        let is_kept = answer.is_err() || self.shared.options.keep_calls == KeepCalls::All;
        let body = is_kept.then(|| said(self.key(), asked.as_deref(), call, &answer));
        let body = body.transpose()?;
        if let Err(fault) = &mut answer {
            fault.answer = None;
        }
        let fault = answer.as_ref().err();
        self.pending.calls.push(CallRecord {
            step: step.ordinal,
            label: call.label.clone(),
            kind: call.kind.as_str().into(),
            started_at,
            ended_at: self.shared.clock.now(),
            fault: fault.map(|f| (f.class, f.message.clone())),
            status: fault.and_then(|f| f.status).map(i64::from),
            body,
        });
        match fault.map(|f| f.class) {
            Some(FaultClass::RateLimited) => connection.gate.slow_down(),
            Some(FaultClass::Unauthorized) => {
                let cause = fault.map(|f| f.message.clone()).unwrap_or_default();
                self.shared.pause(connection, cause).await?;
            }
            Some(_) => {}
            None => connection.gate.succeeded(),
        }
        Ok(answer)
    }

    /// Sends one call, whose answer is not waited for longer than the step says.
    async fn send_within(
        &self,
        span: Duration,
        connection: &Connection,
        call: &Call,
    ) -> Result<Value, Fault> {
        tokio::select! {
            biased;
            answer = connection.session.send(call) => answer,
            () = self.shared.clock.sleep(span) => {
                let message = format!("no answer within the step's {} s", span.as_secs());
                // What only reads or may be repeated freely needs no look at what it left.
                Err(match call.kind.needs_intent() {
                    true => Fault::unknown(message),
                    false => Fault::transient(message),
                })
            }
        }
    }

    /// Waits at the gate; what is already known is made durable first, because a result never waits
    /// for the next call's turn.
    pub(crate) async fn pass(
        &mut self,
        connection: &Arc<Connection>,
    ) -> Result<tokio::sync::OwnedSemaphorePermit, Stop> {
        if !self.pending.is_empty() {
            self.commit(RunState::Running).await?;
        }
        let passed = connection.gate.pass().await;
        passed.map_err(|_| Stop::Paused {
            connection: connection.id,
        })
    }

    /// What was asked for before may have come true since.
    pub(crate) fn ask_anew(&mut self) {
        self.facts
            .0
            .retain(|fact, value| !matches!(fact, Fact::Xref { .. }) || value.is_some());
    }

    /// Facts of many items would fill the memory.
    pub(crate) fn forget_facts(&mut self) {
        if self.facts.0.len() > FACTS_MAX {
            self.facts.0.clear();
        }
    }

    pub(crate) fn has_written(&self, row: &StepRecord) -> bool {
        has_written(&self.deployment, row)
    }

    /// The first cross reference that was asked for and is not there: what a wait waits for.
    pub(crate) fn absent_fact(&self) -> Option<String> {
        let mut absent: Vec<&Fact> = self
            .facts
            .0
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(fact, _)| fact)
            .collect();
        absent.sort();
        absent.iter().find_map(|fact| match fact {
            Fact::Xref { kind, id } => Some(wait_key(kind, id)),
            Fact::Lookup { .. } | Fact::Rules { .. } => None,
        })
    }

    async fn holds(&mut self, condition: &Template, what: &str) -> Result<bool, Stop> {
        match self.evaluate(condition, what).await? {
            Computed::Bool(holds) => Ok(holds),
            other => {
                let message = format!("`{what}` is {} instead of true or false", other.kind());
                Err(Stop::dead(Fault::rejected(message)))
            }
        }
    }

    async fn compute(&mut self, template: &Template) -> Result<Value, Stop> {
        Ok(self.evaluate(template, "with").await?.to_json())
    }

    /// Evaluates, fetching the facts that are asked for until none is missing.
    pub(crate) async fn evaluate(
        &mut self,
        template: &Template,
        what: &str,
    ) -> Result<Computed, Stop> {
        self.evaluate_by(template, what, Template::eval_value).await
    }

    /// The same for what is only looked at and may be large: a list that is gone through.
    pub(crate) async fn evaluate_shared(
        &mut self,
        template: &Template,
        what: &str,
    ) -> Result<Computed, Stop> {
        self.evaluate_by(template, what, Template::eval_shared)
            .await
    }

    async fn evaluate_by(
        &mut self,
        template: &Template,
        what: &str,
        eval: fn(&Template, &Scope<'_>) -> Result<Computed, Failure>,
    ) -> Result<Computed, Stop> {
        loop {
            let scope = Scope {
                names: &self.names,
                facts: &self.facts,
                company: &self.deployment.environment.company,
            };
            match eval(template, &scope) {
                Ok(value) => {
                    self.note_rules()?;
                    return Ok(value);
                }
                Err(Failure {
                    stop: mapping::Stop::Needs(needs),
                    ..
                }) => self.fetch(&needs).await?,
                Err(failure) => {
                    // Those that had won by then tell a part of why.
                    self.note_rules()?;
                    return Err(failed(failure, what, self.meeting.day()));
                }
            }
        }
    }

    /// What a fault means for the run. Before a transient one is tried again, the reads that the
    /// step depends on are forgotten, so that they are executed again.
    pub(crate) fn failed(&mut self, step: &PlanStep, fault: Fault) -> Stop {
        match fault.class {
            FaultClass::Transient | FaultClass::RateLimited | FaultClass::Unknown => {
                self.forget_reads(step);
                Stop::Retry(fault)
            }
            FaultClass::Unauthorized => {
                let bound = &self.deployment.bindings;
                let paused = bound.values().find(|c| c.gate.pause().is_some());
                match paused {
                    Some(connection) => Stop::Paused {
                        connection: connection.id,
                    },
                    None => Stop::Retry(fault),
                }
            }
            FaultClass::Rejected
            | FaultClass::NotFound
            | FaultClass::Conflict
            | FaultClass::Bug => Stop::dead(fault),
        }
    }

    /// Those of lists around this one stay: what they gave decides which items there are.
    fn forget_reads(&mut self, step: &PlanStep) {
        let deployment = Arc::clone(&self.deployment);
        for ordinal in &step.depends_on {
            let read = deployment.plan.step(*ordinal);
            if read.is_some_and(|read| read.scope == step.scope) {
                self.journal.remove(self.scope, *ordinal);
                self.pending.forget(self.scope, *ordinal);
            }
        }
    }

    pub(crate) fn connection(&self, work: &CallWork) -> Result<Arc<Connection>, Stop> {
        let bound = self.deployment.bindings.get(&work.need);
        bound.cloned().ok_or_else(|| {
            let message = format!("no connection is bound for `{}`", work.need);
            Stop::dead(Fault::rejected(message))
        })
    }

    pub(crate) fn key(&self) -> &vault::DataKey {
        &self.deployment.environment.key
    }

    fn begun(&self, step: &PlanStep) -> Result<Option<Begun>, Stop> {
        match self.journal.get(self.scope, step.ordinal) {
            Some(row) if row.state == StepState::Begun => row
                .output
                .as_ref()
                .map(|o| open(self.key(), Purpose::Step, o))
                .transpose(),
            _ => Ok(None),
        }
    }

    /// Binds the recorded output of a finished step.
    fn recall(&mut self, step: &PlanStep) -> Result<(), Stop> {
        let Some(row) = self.journal.get(self.scope, step.ordinal) else {
            return Ok(());
        };
        let output = match &row.output {
            Some(output) => self.opened(output)?,
            None => Computed::Null,
        };
        self.bind(&step.id, output);
        Ok(())
    }

    /// Opens what a step gave.
    pub(crate) fn opened(&self, output: &Sealed) -> Result<Computed, Stop> {
        let record: Value = open(self.key(), Purpose::Step, output)?;
        mapping::record::read(&record).map_err(|e| Stop::bug(format!("a recorded output: {e}")))
    }

    /// Notes the finished step of a value that was computed here.
    pub(crate) fn finish_value(&mut self, step: &PlanStep, value: Computed) -> Result<(), Stop> {
        let sealed = seal(self.key(), Purpose::Step, &Record(&value))?;
        self.note_done(step, sealed, None, false);
        self.bind(&step.id, value);
        Ok(())
    }

    /// Notes a finished step, for the next durable point, and binds its output.
    pub(crate) fn finish(
        &mut self,
        step: &PlanStep,
        output: &Value,
        shape: &Shape,
        effect: Option<[u8; 32]>,
        reused: bool,
    ) -> Result<(), Stop> {
        let value = Computed::from_json(output, shape)
            .map_err(|e| Stop::bug(format!("the output of `{}`: {e}", step.id)))?;
        let sealed = seal(self.key(), Purpose::Step, &Record(&value))?;
        self.note_done(step, sealed, effect, reused);
        self.bind(&step.id, value);
        Ok(())
    }

    fn note_done(
        &mut self,
        step: &PlanStep,
        output: Sealed,
        effect: Option<[u8; 32]>,
        reused: bool,
    ) {
        let now = self.shared.clock.now();
        let begun = self.journal.get(self.scope, step.ordinal);
        self.note(StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: 0,
            state: StepState::Done,
            started_at: begun.map_or(now, |r| r.started_at),
            output: Some(output),
            effect,
            reused,
            ended_at: Some(now),
        });
    }

    /// Notes what a step is begun with, so that it goes on with the same.
    pub(crate) fn note_begun(&mut self, step: &PlanStep, begun: &Begun) -> Result<(), Stop> {
        let output = Some(seal(self.key(), Purpose::Step, begun)?);
        self.note(StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: 0,
            state: StepState::Begun,
            output,
            effect: None,
            reused: false,
            started_at: self.shared.clock.now(),
            ended_at: None,
        });
        Ok(())
    }

    fn skip(&mut self, step: &PlanStep) {
        let now = self.shared.clock.now();
        self.note(StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: 0,
            state: StepState::Skipped,
            output: None,
            effect: None,
            reused: false,
            started_at: now,
            ended_at: Some(now),
        });
    }

    pub(crate) fn note(&mut self, row: StepRecord) {
        self.journal.insert(&row);
        self.pending.step(row);
    }

    fn bind(&mut self, id: &str, value: Computed) {
        if let Some(Computed::Map(steps)) = self.names.own_mut("steps") {
            // Nearly always nobody else holds the map, and nothing is copied.
            Arc::make_mut(steps).insert(id.into(), value);
        }
    }

    /// Money at stake, from the event's subject.
    pub(crate) fn stake(&self) -> (Option<i64>, Option<String>) {
        let at = self
            .deployment
            .plan
            .triggers
            .iter()
            .find_map(|t| t.money_at);
        let Some((amount, currency)) = at else {
            return (None, None);
        };
        let amount = self.subject.at(amount).and_then(Computed::as_int);
        let currency = self.subject.at(currency).and_then(Computed::as_text);
        (amount, currency.map(str::to_uppercase))
    }
}

/// Whether a step of an earlier execution may have changed something.
fn has_written(deployment: &Deployment, row: &StepRecord) -> bool {
    let step = deployment.plan.step(row.step);
    let writes = step.is_some_and(|s| s.work.has_effect());
    row.effect.is_some() || (row.state == StepState::Done && writes)
}

pub(crate) fn is_refusal(fault: &Fault) -> bool {
    matches!(
        fault.class,
        FaultClass::Rejected | FaultClass::NotFound | FaultClass::Conflict
    )
}

/// The names that formulas see before any step has run, and the subject. `fixed` are those that
/// all runs of a deployment have.
pub(crate) fn names(
    plan: &Plan,
    fixed: &Arc<Names>,
    run: &str,
    body: &[u8],
) -> Result<(Names, Computed), Stop> {
    let body = read(&plan.reads, body)?;
    names_in(plan, fixed, run, &body)
}

/// What a mask leaves of an event's body.
pub(crate) fn read(mask: &mapping::Mask, body: &[u8]) -> Result<Computed, Stop> {
    let dead = |e| format!("the event's body cannot be read: {e}");
    let body = mask.read(body).map_err(dead);
    body.map_err(|message| Stop::dead(Fault::rejected(message)))
}

/// The same for a body that is read.
pub(crate) fn names_in(
    plan: &Plan,
    fixed: &Arc<Names>,
    run: &str,
    body: &Computed,
) -> Result<(Names, Computed), Stop> {
    let dead = |message: String| Stop::dead(Fault::rejected(message));
    let (name, at) = started_by(plan, body);
    let subject = body
        .at(at)
        .ok_or_else(|| dead(format!("the event has no subject at `{at}`")))?;
    let member = |name| (name, body.get(name).cloned().unwrap_or_default());
    let mut names = Names::within(Arc::clone(fixed));
    for other in &plan.subjects {
        names.set(*other, Computed::Map(Arc::default()));
    }
    let subject = match name {
        // A decimal comes as a text.
        "input" => &crate::input::typed(&plan.flow, &subject.to_json())
            .map_err(|e| dead(format!("the inputs cannot be read: {e}")))?,
        _ => subject,
    };
    names.set(name, subject.clone());
    names.set("event", Computed::map(ENVELOPE.map(member)));
    let id = Computed::text(run);
    names.set("run", Computed::map([("id", id)]));
    names.set("steps", Computed::Map(Arc::default()));
    Ok((names, subject.clone()))
}

/// The subject's name, and where it stands in the body.
fn started_by(plan: &Plan, body: &Computed) -> (&'static str, &'static str) {
    match body.get(START).and_then(Computed::as_text) {
        Some("schedule") => ("schedule", "/schedule"),
        Some(_) => ("input", "/input"),
        None => plan
            .triggers
            .first()
            .map_or(("subject", ""), |t| (t.subject, t.subject_at)),
    }
}
