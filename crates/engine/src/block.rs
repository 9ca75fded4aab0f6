//! The blocks that hold steps: cases, items, branches; waiting; and what a failure leads to.
//!
//! Lists within a run take turns: one that waits, or is to be tried again, does not hold up the
//! others, and the run stops when none can go on. Nothing of that is written: after a restart the
//! journal says which steps are done, and the lists are gone through again.

use crate::approve::{Asked, approval_key, decision};
use crate::call::{self, Called};
use crate::execute::{Begun, Execution, LOOK_AGAIN};
use crate::journal::{DEPTH_MAX, ITEMS_MAX, instance, instances};
use crate::plan::{ApproveWork, EachWork, FlowWork, OnError, PlanStep, StepList};
use crate::seal::{Purpose, seal};
use crate::stop::{Death, Stop};
use mapping::record::Record;
use mapping::{Template, Value as Computed};
use model::{Fault, FaultClass, RunState, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::StepRecord;
use store::run::StepState;

/// So many items of an `each` are kept together once they are done.
const PAGE: usize = 100;
/// What all items of an `each` give may take so many bytes.
const GIVEN_MAX_BYTES: usize = 64 << 20;
/// Several lists wait for different things, and a run is woken by one: look again then.
const SEVERAL: Duration = Duration::from_secs(30);

impl Execution<'_> {
    /// Works a list within the present step. `bound` is a name that only its steps see. Gives what
    /// the list gives.
    async fn inner(
        &mut self,
        list: &StepList,
        scope: i64,
        bound: Option<(&str, Computed)>,
    ) -> Result<Computed, Stop> {
        let (names, around) = (self.names.clone(), self.scope);
        self.scope = scope;
        if let Some((name, value)) = bound {
            self.names.set(name, value);
        }
        let worked = match Box::pin(self.list(&list.steps)).await {
            Ok(()) => self.given(list).await,
            Err(stop) => Err(stop),
        };
        self.names = names;
        self.scope = around;
        worked
    }

    async fn given(&mut self, list: &StepList) -> Result<Computed, Stop> {
        if let Some(output) = &list.output {
            return self.evaluate(output, "output").await;
        }
        let last = list.steps.last().map(|s| s.id.as_str());
        let steps = self.names.get("steps");
        let output = last.and_then(|id| steps?.get(id)).cloned();
        Ok(output.unwrap_or_default())
    }

    /// The steps of a case.
    pub(crate) async fn steps(
        &mut self,
        step: &PlanStep,
        list: &StepList,
        case: Option<usize>,
    ) -> Result<(), Stop> {
        self.pin(step, case, Value::Null)?;
        let value = self.inner(list, self.scope, None).await?;
        self.finish_value(step, value)
    }

    /// Notes what a block is begun with, unless it is begun already.
    fn pin(&mut self, step: &PlanStep, case: Option<usize>, input: Value) -> Result<(), Stop> {
        if self.journal.has(self.scope, step.ordinal) {
            return Ok(());
        }
        let input = Arc::new(input);
        self.note_begun(step, &Begun { case, input })
    }

    /// The branches of a `parallel`.
    pub(crate) async fn parallel(
        &mut self,
        step: &PlanStep,
        branches: &[(String, StepList)],
        case: Option<usize>,
    ) -> Result<(), Stop> {
        self.pin(step, case, Value::Null)?;
        let mut given = Vec::with_capacity(branches.len());
        let mut waiting = Waiting::default();
        for (name, list) in branches {
            match self.inner(list, self.scope, None).await {
                Ok(value) => given.push((name, value)),
                Err(stop) => waiting.add(stop)?,
            }
        }
        self.run.cursor = step.ordinal;
        waiting.over(self.shared.clock.now())?;
        self.finish_value(step, Computed::map(given))
    }

    /// The items of an `each`. What a page of them gave is kept in one row, so that neither the
    /// memory of a run nor what is read after a restart grows with the rows of its items.
    pub(crate) async fn each(
        &mut self,
        step: &PlanStep,
        each: &EachWork,
        case: Option<usize>,
        begun: Option<Begun>,
    ) -> Result<(), Stop> {
        let items = self.items(step, each, case, begun.as_ref()).await?;
        let mut given: Vec<Computed> = Vec::new();
        let (mut pages, mut bytes, mut done) = (0, 0, 0);
        let kept: Vec<_> = (self.journal.pages(self.scope, step.ordinal))
            .filter_map(|row| row.output.clone())
            .collect();
        for page in kept {
            bytes += page.0.len();
            let Computed::List(outputs) = self.opened(&page)? else {
                return Err(Stop::bug("a page of an `each` is no list"));
            };
            (pages, done) = (pages + 1, done + outputs.len());
            if each.is_read {
                given.extend(outputs.iter().cloned());
            }
        }
        if begun.is_some() {
            self.read_page(done, items.len()).await?;
        }
        while done < items.len() {
            let first = done;
            let last = (first + PAGE).min(items.len()) - 1;
            let page = self.page(step, each, &items, first, last).await?;
            pages += 1;
            bytes += self.keep_page(step, pages, &page)?;
            if each.is_read && bytes > GIVEN_MAX_BYTES {
                let message = format!(
                    "`{}`: what the items give takes more than {GIVEN_MAX_BYTES} bytes; give less \
                     with `output:`",
                    step.id
                );
                return Err(Stop::dead(Fault::rejected(message)));
            }
            done += page.len();
            if each.is_read {
                given.extend(page);
            }
            if items.len() > PAGE {
                self.run.cursor = step.ordinal;
                self.commit(RunState::Running).await?;
                self.forget_facts();
            }
            if let Some(over) = instances(self.scope, first, last) {
                self.journal.forget(&over);
            }
        }
        self.run.cursor = step.ordinal;
        if each.is_read {
            return self.finish_value(step, Computed::list(given));
        }
        // What each gave is in the rows of its pages; nothing reads it here.
        let count = i64::try_from(done).unwrap_or(i64::MAX);
        self.finish_value(step, Computed::map([("items", Computed::Int(count))]))
    }

    async fn items(
        &mut self,
        step: &PlanStep,
        each: &EachWork,
        case: Option<usize>,
        begun: Option<&Begun>,
    ) -> Result<Arc<Vec<Computed>>, Stop> {
        let refused = |message: String| Err(Stop::dead(Fault::rejected(message)));
        let items = match self.evaluate_shared(&each.list, "each").await? {
            Computed::List(items) => items,
            Computed::Null => Arc::default(),
            other => return refused(format!("`each` needs a list, it is {}", other.kind())),
        };
        if items.len() > ITEMS_MAX {
            return refused(format!("{} items, at most {ITEMS_MAX}", items.len()));
        }
        if instance(self.scope, 0).is_none() {
            return refused(format!("an `each` stands in {DEPTH_MAX} others at most"));
        }
        match begun.map(|b| b.input["items"].as_u64()) {
            Some(known) if known != u64::try_from(items.len()).ok() => refused(format!(
                "`{}` was begun with another list; replay it from the start",
                step.id
            )),
            Some(_) => Ok(items),
            None => {
                self.pin(step, case, json!({"items": items.len()}))?;
                Ok(items)
            }
        }
    }

    /// After a restart: the rows of the items that were under way.
    async fn read_page(&mut self, first: usize, count: usize) -> Result<(), Stop> {
        let last = (first + PAGE).min(count).saturating_sub(1);
        if let Some(range) = instances(self.scope, first, last).filter(|_| first < count) {
            let rows = self.shared.store.steps_within(self.run.id, range).await?;
            self.touched |= rows.iter().any(|row| self.has_written(row));
            self.journal.extend(rows);
        }
        Ok(())
    }

    /// The items from `first` to `last`, of which `at_once` may wait.
    async fn page(
        &mut self,
        step: &PlanStep,
        each: &EachWork,
        items: &[Computed],
        first: usize,
        last: usize,
    ) -> Result<Vec<Computed>, Stop> {
        let mut given = Vec::with_capacity(last - first + 1);
        let mut waiting = Waiting::default();
        for (n, item) in items.iter().enumerate().take(last + 1).skip(first) {
            let Some(scope) = instance(self.scope, n) else {
                return Err(Stop::bug(format!("`{}`: item {n} has no place", step.id)));
            };
            let bound = Some((each.name.as_str(), item.clone()));
            match self.inner(&each.body, scope, bound).await {
                Ok(value) => given.push(value),
                // There is nothing to do for this item; the others are not concerned.
                Err(Stop::Skip) => given.push(Computed::Null),
                Err(stop) => waiting.add(stop)?,
            }
            if waiting.count >= each.at_once {
                break;
            }
        }
        waiting.over(self.shared.clock.now())?;
        Ok(given)
    }

    fn keep_page(&mut self, step: &PlanStep, page: i64, given: &[Computed]) -> Result<usize, Stop> {
        let record = Computed::list(given.to_vec());
        let output = seal(self.key(), Purpose::Step, &Record(&record))?;
        let size = output.0.len();
        let now = self.shared.clock.now();
        let row = StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: page,
            state: StepState::Done,
            output: Some(output),
            effect: None,
            reused: false,
            started_at: now,
            ended_at: Some(now),
        };
        self.pending.step(row);
        Ok(size)
    }

    /// Waits, outside the lane, until a formula has a value.
    pub(crate) async fn wait(
        &mut self,
        step: &PlanStep,
        case: Option<usize>,
        until: &Template,
        at_most: Duration,
        begun: Option<Begun>,
    ) -> Result<(), Stop> {
        self.ask_anew();
        let now = self.shared.clock.now();
        let value = self.evaluate(until, "wait.until").await?;
        if !matches!(value, Computed::Null | Computed::Bool(false)) {
            return self.finish_value(step, value);
        }
        let known = begun.and_then(|b| b.input["deadline"].as_i64());
        let deadline = known.map_or_else(|| now.plus(at_most), Timestamp);
        self.pin(step, case, json!({"deadline": deadline.0}))?;
        let key = self.absent_fact().unwrap_or_default();
        if now >= deadline {
            let days = at_most.as_secs() / 86_400;
            let message = format!("nothing came within {days} days of waiting for {key}");
            return Err(Stop::dead(Fault::rejected(message)));
        }
        let until = deadline.min(now.plus(LOOK_AGAIN));
        let deadline = Some(deadline);
        Err(Stop::Leave {
            key,
            until,
            deadline,
        })
    }

    /// Asks a person, outside the lane. What is shown is worked out each time: another value is
    /// another question.
    pub(crate) async fn ask(
        &mut self,
        step: &PlanStep,
        work: &ApproveWork,
        case: Option<usize>,
        begun: Option<Begun>,
    ) -> Result<(), Stop> {
        let show = match &work.show {
            Some(show) => self.evaluate(show, "approve.show").await?.to_json(),
            None => Value::Null,
        };
        let now = self.shared.clock.now();
        let before = begun.and_then(|b| Asked::deserialize(&*b.input).ok());
        let deadline = match &before {
            Some(asked) => asked.deadline,
            None => now.plus(work.at_most),
        };
        let asked = Asked::new(show, &work.by, deadline);
        let key = approval_key(self.run.id, self.scope, step.ordinal, &asked.hash);
        if let Some(decided) = decision(self.shared, self.run.environment, &key).await? {
            if decided.approved {
                let by = ("by", Computed::text(&decided.by));
                let at = ("at", Computed::Int(decided.at));
                return self.finish_value(step, Computed::map([by, at]));
            }
            let message = format!("declined by {}: {}", decided.by, decided.reason);
            return Err(Stop::dead(Fault::rejected(message).with_code("declined")));
        }
        if now >= deadline {
            let fault = Fault::rejected("nobody decided in time").with_code("not_decided");
            return Err(Stop::dead(fault));
        }
        if before.as_ref() != Some(&asked) {
            let input = serde_json::to_value(&asked).map_err(|e| Stop::bug(e.to_string()))?;
            let input = Arc::new(input);
            self.note_begun(step, &Begun { case, input })?;
        }
        let until = deadline.min(now.plus(LOOK_AGAIN));
        let deadline = Some(deadline);
        Err(Stop::Leave {
            key,
            until,
            deadline,
        })
    }

    /// Has another flow worked as a run of its own, and goes on when that has ended.
    pub(crate) async fn call_flow(&mut self, step: &PlanStep, work: &FlowWork) -> Result<(), Stop> {
        let input = self.evaluate(&work.with, "with").await?.to_json();
        let (shared, deployment) = (self.shared, Arc::clone(&self.deployment));
        let (scope, ordinal) = (self.scope, step.ordinal);
        let called = call::call_flow(shared, &self.run, &deployment, scope, ordinal, work, input);
        match called.await? {
            Called::Done(output) => {
                self.touched = true;
                self.finish_value(step, output)
            }
            Called::Wait { key } => Err(Stop::Leave {
                key,
                until: self.shared.clock.now().plus(LOOK_AGAIN),
                deadline: None,
            }),
        }
    }

    /// What becomes of a run whose step has stopped it: a failure for good may be answered by the
    /// flow, everything else is passed on.
    pub(crate) async fn fail(&mut self, step: &PlanStep, stop: Stop) -> Result<(), Stop> {
        let death = match self.given_up(step, stop) {
            Stop::Dead(death) if may_go_on(&death, step) => death,
            stop => return Err(stop),
        };
        tracing::warn!(
            run.id = %self.run.id, step = %step.id, error = %death.fault,
            "a step failed; the flow goes on"
        );
        let failure = failure(step, &death.fault);
        let output = seal(self.key(), Purpose::Step, &Record(&failure))?;
        let now = self.shared.clock.now();
        self.note(StepRecord {
            scope: self.scope,
            step: step.ordinal,
            index: 0,
            state: StepState::Failed,
            output: Some(output),
            effect: None,
            reused: false,
            started_at: now,
            ended_at: Some(now),
        });
        self.recover(step, failure).await
    }

    /// The step failed for good before a restart, and the flow goes on.
    pub(crate) async fn after_failure(&mut self, step: &PlanStep) -> Result<(), Stop> {
        let row = self.journal.get(self.scope, step.ordinal);
        let failure = match row.and_then(|row| row.output.clone()) {
            Some(output) => self.opened(&output)?,
            None => Computed::Null,
        };
        self.recover(step, failure).await
    }

    async fn recover(&mut self, step: &PlanStep, failure: Computed) -> Result<(), Stop> {
        match &step.on_error {
            OnError::Stop | OnError::Continue => Ok(()),
            OnError::Steps(list) => {
                let bound = Some(("error", failure));
                self.inner(list, self.scope, bound).await.map(drop)
            }
        }
    }

    /// A failure that was retried for as long as the step allows is one for good.
    fn given_up(&self, step: &PlanStep, stop: Stop) -> Stop {
        let (Stop::Retry(fault), Some(since)) = (&stop, self.run.since) else {
            return stop;
        };
        let span = step.retry.unwrap_or(self.shared.options.retry.span);
        if self.shared.clock.now().since(since) < span {
            return stop;
        }
        Stop::dead(crate::commit::given_up(fault.clone(), span))
    }
}

/// An effect that may or may not exist is a question to a person, and a defect is ours: neither is
/// passed over.
pub(crate) fn may_go_on(death: &Death, step: &PlanStep) -> bool {
    !matches!(step.on_error, OnError::Stop)
        && death.question.is_none()
        && death.fault.class != FaultClass::Bug
}

/// What formulas see as `error`.
pub(crate) fn failure(step: &PlanStep, fault: &Fault) -> Computed {
    let text = |text: &Option<String>| text.as_ref().map(Computed::text).unwrap_or_default();
    Computed::map([
        ("step", Computed::text(&step.id)),
        ("class", Computed::text(fault.class.as_str())),
        ("message", Computed::text(&fault.message)),
        ("code", text(&fault.code)),
        ("field", text(&fault.field)),
    ])
}

/// Lists that cannot go on now.
#[derive(Default)]
struct Waiting {
    count: u32,
    stop: Option<Stop>,
}

impl Waiting {
    /// Notes a list that waits; what stops the whole run is passed on.
    fn add(&mut self, stop: Stop) -> Result<(), Stop> {
        if !matches!(
            stop,
            Stop::Retry(_) | Stop::Hold { .. } | Stop::Leave { .. }
        ) {
            return Err(stop);
        }
        self.count += 1;
        self.stop = Some(match self.stop.take() {
            None => stop,
            Some(other) => sooner(other, stop),
        });
        Ok(())
    }

    /// Stops the run, if some list waits.
    fn over(self, now: Timestamp) -> Result<(), Stop> {
        let is_one = self.count == 1;
        match self.stop {
            None => Ok(()),
            Some(Stop::Leave {
                key,
                until,
                deadline,
            }) if !is_one => Err(Stop::Leave {
                key,
                until: until.min(now.plus(SEVERAL)),
                deadline,
            }),
            Some(stop) => Err(stop),
        }
    }
}

/// Of two waits the one that brings the run back sooner; a failure before both.
fn sooner(a: Stop, b: Stop) -> Stop {
    match (a, b) {
        (Stop::Retry(fault), _) | (_, Stop::Retry(fault)) => Stop::Retry(fault),
        (Stop::Hold { until: a }, Stop::Hold { until: b }) => Stop::Hold { until: a.min(b) },
        (Stop::Hold { until: a }, Stop::Leave { until: b, .. })
        | (Stop::Leave { until: b, .. }, Stop::Hold { until: a }) => Stop::Hold { until: a.min(b) },
        (
            Stop::Leave {
                key,
                until,
                deadline,
            },
            Stop::Leave {
                key: another,
                until: other,
                deadline: others,
            },
        ) => Stop::Leave {
            // Who may decide finds the run by what it waits for.
            key: match another.starts_with(crate::approve::WAITS) {
                true => another,
                false => key,
            },
            until: until.min(other),
            deadline: deadline.min(others).or(deadline).or(others),
        },
        (stop, _) => stop,
    }
}
