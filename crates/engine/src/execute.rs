//! Works one run: from its first unfinished step until it ends or must stop.
//!
//! Finished steps are in the journal; everything else is worked out anew, from the same event, the
//! same plan and the recorded outputs. Results are not written one by one: they wait in
//! [`Pending`](crate::pending::Pending) for the next durable point, which is the intent of the next
//! writing call or the end of the run.

use crate::books::{BookCx, BookStop};
use crate::catalog::{Connection, Deployment};
use crate::pending::{Pending, wait_key};
use crate::plan::{CallWork, PlanStep, Work};
use crate::seal::{Purpose, open, open_bytes, seal};
use crate::shared::Shared;
use crate::stop::{Death, Stop};
use connector::{Call, Effect, Last, Next, RecipeCx};
use mapping::{Fact, Facts, Names, Scope, Shape, Template, Value as Computed};
use model::flow::Else;
use model::{EffectId, Fault, FaultClass, RunState};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::run::StepState;
use store::{CallRecord, RunRecord, StartedRun, StepRecord};

/// How long a wait sleeps at most before it looks again by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// A run being worked.
pub(crate) struct Execution<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) run: RunRecord,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) names: Names,
    facts: Facts,
    outputs: std::collections::BTreeMap<Arc<str>, Computed>,
    /// What the journal says of each step, by ordinal.
    pub(crate) journal: HashMap<i64, StepRecord>,
    pub(crate) pending: Pending,
    /// Runs that a commit of this one made ready.
    pub(crate) ready: Vec<StartedRun>,
    /// Whether anything was changed at a peer or in our books.
    pub(crate) touched: bool,
    /// Revisions of the effects' rows that this execution has written.
    pub(crate) durable: HashMap<EffectId, i64>,
    /// The last commit was refused because another run had changed an effect.
    pub(crate) effect_was_stale: bool,
    subject: Value,
}

/// A step's begun row: what it was begun with.
#[derive(serde::Serialize, serde::Deserialize)]
struct Begun {
    case: Option<usize>,
    input: Value,
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
        let body: Value = match body {
            Some(body) => serde_json::from_slice(&body),
            None => {
                let event = shared.store.event(run.event).await?;
                serde_json::from_slice(&open_bytes(key, Purpose::Body, &event.body)?)
            }
        }
        .map_err(|e| {
            Stop::dead(Fault::rejected(format!(
                "the event's body is not JSON: {e}"
            )))
        })?;
        let (names, subject) = names(&deployment, &run, &body)?;
        let touched = steps.iter().any(|s| s.effect.is_some());
        let mut execution = Self {
            shared,
            deployment,
            names,
            facts: Facts::default(),
            outputs: std::collections::BTreeMap::new(),
            journal: steps.into_iter().map(|s| (s.step, s)).collect(),
            pending: Pending::default(),
            ready: Vec::new(),
            touched,
            durable: HashMap::new(),
            effect_was_stale: false,
            run,
            subject,
        };
        execution.bind_outputs();
        Ok(execution)
    }

    /// Works until the run ends.
    pub(crate) async fn work(&mut self) -> Result<(), Stop> {
        let deployment = Arc::clone(&self.deployment);
        for step in &deployment.plan.steps {
            self.run.cursor = step.ordinal;
            match self.journal.get(&step.ordinal).map(|r| r.state) {
                Some(StepState::Done) => {
                    self.recall(step)?;
                    continue;
                }
                Some(StepState::Skipped) => continue,
                Some(StepState::Begun | StepState::Failed) | None => {}
            }
            let begun = self.begun(step)?;
            if begun.is_none()
                && let Some(when) = &step.when
                && !self.holds(when, "when").await?
            {
                self.skip(step);
                continue;
            }
            Box::pin(self.perform(step, &step.work, None, begun)).await?;
            // A step that is done no longer counts its failures.
            self.run.attempt = 0;
            self.run.since = None;
        }
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
                let value = self.compute(template).await?;
                self.finish_pure(step, &value)
            }
            Work::Check(condition, otherwise) => {
                if self.holds(condition, "check").await? {
                    return self.finish_pure(step, &json!(true));
                }
                match otherwise {
                    Else::Skip => Err(Stop::Skip),
                    Else::Reject(sentence) => Err(Stop::dead(Fault::rejected(sentence.clone()))),
                }
            }
            Work::Wait(until, at_most) => self.wait(step, until, *at_most).await,
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
                    store: &self.shared.store,
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
            // The plan refuses them (`not_executable_yet`).
            Work::Steps(_)
            | Work::Each(_)
            | Work::Parallel(_)
            | Work::Approve(_)
            | Work::Flow(_) => Err(Stop::bug(format!("`{}` cannot be worked yet", step.id))),
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
            None => self.compute(&call.with).await?,
        };
        match call.operation.effect() {
            Effect::Create | Effect::Append => {
                let begun = seal(
                    self.key(),
                    Purpose::Step,
                    &Begun {
                        case,
                        input: input.clone(),
                    },
                )?;
                self.once(step, call, &connection, &input, begun).await
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
            Effect::Read | Effect::None => {
                let output = self.plain(step, call, &connection, &input).await?;
                self.finish(step, &output, &call.shape, None, false)
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
                    work.operation
                        .validate(&cx, input)
                        .map_err(|f| self.failed(step, f))?;
                }
                let last = match &answer {
                    None => Last::Nothing,
                    Some(Ok(reply)) => Last::Reply(reply),
                    Some(Err(fault)) => Last::Refused(fault),
                };
                work.operation.next(&cx, input, &mut progress, last)
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
        let answer = connection.session.send(call).await;
        drop(permit);
        let fault = answer.as_ref().err();
        self.pending.calls.push(CallRecord {
            step: step.ordinal,
            label: call.label.clone(),
            kind: call.kind.as_str().into(),
            started_at,
            ended_at: self.shared.clock.now(),
            fault: fault.map(|f| (f.class, f.message.clone())),
            status: fault.and_then(|f| f.status).map(i64::from),
        });
        match fault.map(|f| f.class) {
            Some(FaultClass::RateLimited) => connection.gate.slow_down(),
            Some(FaultClass::Unauthorized) => {
                let cause = fault.map(|f| f.message.clone()).unwrap_or_default();
                self.shared.pause(connection, cause).await?;
            }
            _ => {}
        }
        Ok(answer)
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

    async fn wait(
        &mut self,
        step: &PlanStep,
        until: &Template,
        at_most: Duration,
    ) -> Result<(), Stop> {
        // What was asked for before may have come true since.
        self.facts
            .0
            .retain(|fact, value| !matches!(fact, Fact::Xref { .. }) || value.is_some());
        let now = self.shared.clock.now();
        let deadline = self.run.deadline.unwrap_or_else(|| now.plus(at_most));
        let value = self.evaluate(until, "wait.until").await?;
        if !matches!(value, Computed::Null | Computed::Bool(false)) {
            self.run.deadline = None;
            return self.finish_pure(step, &value.to_json());
        }
        let key = self.absent_fact().unwrap_or_default();
        if now >= deadline {
            let days = at_most.as_secs() / 86_400;
            let message = format!("nothing came within {days} days of waiting for {key}");
            return Err(Stop::dead(Fault::rejected(message)));
        }
        let until = deadline.min(now.plus(LOOK_AGAIN));
        Err(Stop::Leave {
            key,
            until,
            deadline: Some(deadline),
        })
    }

    /// The first cross reference that was asked for and is not there: what a wait waits for.
    fn absent_fact(&self) -> Option<String> {
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
            Fact::Lookup { .. } => None,
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
    async fn evaluate(&mut self, template: &Template, what: &str) -> Result<Computed, Stop> {
        loop {
            let scope = Scope {
                names: &self.names,
                facts: &self.facts,
                company: &self.deployment.environment.company,
            };
            match template.eval_value(&scope) {
                Ok(value) => return Ok(value),
                Err(failure) => match failure.stop {
                    mapping::Stop::Needs(needs) => {
                        let found = self.shared.facts(self.run.environment, &needs).await?;
                        for (fact, value) in found {
                            self.facts.insert(fact, value);
                        }
                    }
                    mapping::Stop::MissingRow { table, key } => {
                        let fault = Fault::rejected(format!(
                            "the lookup table `{table}` has no row `{key}`; add it and replay"
                        ))
                        .with_code("missing_row")
                        .with_field(failure.path);
                        let missing_row = Some((table, key));
                        return Err(Stop::Dead(Box::new(Death {
                            fault,
                            question: None,
                            missing_row,
                        })));
                    }
                    mapping::Stop::Mismatch { message, cure } => {
                        let fault = Fault::rejected(format!("{}: {message}; {cure}", failure.path))
                            .with_code("type_mismatch")
                            .with_field(failure.path);
                        return Err(Stop::dead(fault));
                    }
                    mapping::Stop::Failed { message } => {
                        let path = if failure.path.is_empty() {
                            what
                        } else {
                            &failure.path
                        };
                        let fault = Fault::rejected(format!("{path}: {message}"))
                            .with_code("formula")
                            .with_field(path);
                        return Err(Stop::dead(fault));
                    }
                },
            }
        }
    }

    /// What a fault means for the run. Before a transient one is tried again, the reads that the
    /// step depends on are forgotten, so that they are executed again.
    pub(crate) fn failed(&mut self, step: &PlanStep, fault: Fault) -> Stop {
        match fault.class {
            FaultClass::Transient | FaultClass::RateLimited | FaultClass::Unknown => {
                for ordinal in &step.depends_on {
                    self.journal.remove(ordinal);
                    self.pending.forget(*ordinal);
                }
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

    pub(crate) fn connection(&self, work: &CallWork) -> Result<Arc<Connection>, Stop> {
        let bound = self.deployment.bindings.get(work.connector.id);
        bound.cloned().ok_or_else(|| {
            let message = format!("no connection is bound for `{}`", work.connector.id);
            Stop::dead(Fault::rejected(message))
        })
    }

    pub(crate) fn key(&self) -> &vault::DataKey {
        &self.deployment.environment.key
    }

    fn begun(&self, step: &PlanStep) -> Result<Option<Begun>, Stop> {
        match self.journal.get(&step.ordinal) {
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
        let Some(row) = self.journal.get(&step.ordinal) else {
            return Ok(());
        };
        let output: Value = match &row.output {
            Some(output) => open(self.key(), Purpose::Step, output)?,
            None => Value::Null,
        };
        self.bind(&step.id, &output, &step.shape)
    }

    fn finish_pure(&mut self, step: &PlanStep, output: &Value) -> Result<(), Stop> {
        self.finish(step, output, &step.shape, None, false)
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
        let now = self.shared.clock.now();
        let sealed = seal(self.key(), Purpose::Step, output)?;
        self.note(StepRecord {
            scope: 0,
            step: step.ordinal,
            index: 0,
            state: StepState::Done,
            output: Some(sealed),
            effect,
            reused,
            started_at: self
                .journal
                .get(&step.ordinal)
                .map_or(now, |r| r.started_at),
            ended_at: Some(now),
        });
        self.bind(&step.id, output, shape)
    }

    fn skip(&mut self, step: &PlanStep) {
        let now = self.shared.clock.now();
        self.note(StepRecord {
            scope: 0,
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
        self.journal.insert(row.step, row.clone());
        self.pending.step(row);
    }

    fn bind(&mut self, id: &str, output: &Value, shape: &Shape) -> Result<(), Stop> {
        let value = Computed::from_json(output, shape)
            .map_err(|e| Stop::bug(format!("the output of `{id}`: {e}")))?;
        self.outputs.insert(id.into(), value);
        self.bind_outputs();
        Ok(())
    }

    fn bind_outputs(&mut self) {
        self.names
            .set("steps", Computed::Map(Arc::new(self.outputs.clone())));
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
        let amount = self.subject.pointer(amount).and_then(Value::as_i64);
        let currency = self.subject.pointer(currency).and_then(Value::as_str);
        (amount, currency.map(str::to_uppercase))
    }
}

pub(crate) fn is_refusal(fault: &Fault) -> bool {
    matches!(
        fault.class,
        FaultClass::Rejected | FaultClass::NotFound | FaultClass::Conflict
    )
}

/// The names that formulas see before any step has run.
fn names(deployment: &Deployment, run: &RunRecord, body: &Value) -> Result<(Names, Value), Stop> {
    let trigger = deployment.plan.triggers.first();
    let at = trigger.map_or("", |t| t.subject_at);
    let subject = body.pointer(at).cloned().ok_or_else(|| {
        Stop::dead(Fault::rejected(format!(
            "the event has no subject at `{at}`"
        )))
    })?;
    let environment = &deployment.environment;
    let mut names = Names::new();
    let plain = Shape::plain();
    let event = json!({
        "id": body.get("id"), "type": body.get("type"), "created": body.get("created"),
    });
    let env = json!({"name": environment.name, "kind": environment.kind.as_str()});
    let this = json!({"id": run.id.to_string()});
    let parts = [
        (deployment.plan.subject, &subject),
        ("event", &event),
        ("env", &env),
        ("run", &this),
        ("connection", &deployment.connection_settings),
    ];
    for (name, json) in parts {
        let value = Computed::from_json(json, &plain)
            .map_err(|e| Stop::dead(Fault::rejected(format!("`{name}` cannot be read: {e}"))))?;
        names.set(name, value);
    }
    Ok((names, subject))
}
