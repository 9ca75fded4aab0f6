//! The walk through the steps: what [`Execution`](crate::execute) does, without journal, ledger and
//! commits.

use super::look::Looking;
use super::past::{Past, Unknown};
use super::place::Place;
use super::trace::{Ended, Origin, StepEnd, StepTrace, Trace, WouldBe};
use super::{DryError, DryRun};
use crate::block::{failure, may_go_on};
use crate::execute::names;
use crate::lookups::failed;
use crate::plan::{OnError, Plan, PlanStep, Work};
use crate::stop::Stop;
use mapping::table::day::Date;
use mapping::{Facts, Failure, Made, Names, Scope, Shape, Template, Value as Computed};
use model::flow::Else;
use model::{Fault, FaultClass, Problem, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// A dry run shows so many steps at most, those of all items together.
const STEPS_MAX: usize = 5_000;
/// What it shows takes so many bytes at most.
const BYTES_MAX: usize = 16 << 20;
/// What formulas see as `run.id`.
const RUN: &str = "run_dry";

/// A dry run under way.
pub(super) struct Walk<'a> {
    pub plan: &'a Plan,
    pub place: &'a Place<'a>,
    pub dry: &'a DryRun,
    pub names: Names,
    pub facts: Facts,
    /// At which revision the environment's tables of rules were met.
    pub revisions: BTreeMap<String, i64>,
    /// The event's books date, once it was asked for.
    pub day: Option<Date>,
    /// Where the present list stands: `lines[2].`; nothing for the flow's own.
    pub at: String,
    pub steps: Vec<StepTrace>,
    /// The present step, among them.
    pub row: usize,
    pub effects: Vec<WouldBe>,
    /// What formulas take for the present.
    pub now: Timestamp,
    /// If it goes by what a run was answered.
    pub past: Option<Past<'a>>,
    /// If a step is looked at on the way.
    pub look: Option<Looking<'a>>,
    bytes: usize,
}

/// Why a dry run does not go on.
pub(super) enum Halt {
    /// A run would stop here.
    Stop(Stop),
    /// The step that was asked for is worked.
    Reached,
    /// It is too long.
    Cut(String),
    /// Nobody knows how it would go on: an answer that it needs was not recorded.
    Unknown(Unknown),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<store::Error> for Halt {
    fn from(error: store::Error) -> Self {
        Self::Stop(error.into())
    }
}

impl<'a> Walk<'a> {
    /// Reads the body.
    pub fn new(plan: &'a Plan, place: &'a Place<'a>, dry: &'a DryRun) -> Result<Self, DryError> {
        let unreadable = |message: String| {
            let cure = "give the whole event as the peer sends it, with its envelope";
            DryError::Problems(vec![Problem::error("body", "no_event", message, cure)])
        };
        let body = serde_json::to_vec(&dry.body).map_err(|e| unreadable(e.to_string()))?;
        Self::of_body(plan, place, dry, RUN, &body).map_err(|stop| match stop {
            Stop::Dead(death) => unreadable(death.fault.message),
            other => unreadable(format!("{other:?}")),
        })
    }

    /// Reads a body as it was received; formulas see `run` as the run's id.
    pub fn of_body(
        plan: &'a Plan,
        place: &'a Place<'a>,
        dry: &'a DryRun,
        run: &str,
        body: &[u8],
    ) -> Result<Self, Stop> {
        let (names, _) = names(plan, &place.fixed, run, body)?;
        Ok(Self {
            plan,
            place,
            dry,
            names,
            now: place.now,
            past: None,
            look: None,
            facts: Facts::default(),
            revisions: BTreeMap::new(),
            day: None,
            at: String::new(),
            steps: Vec::new(),
            row: 0,
            effects: Vec::new(),
            bytes: 0,
        })
    }

    /// Works the plan, and tells how it ended.
    pub async fn work(mut self) -> Result<Trace, DryError> {
        let plan = self.plan;
        let (state, because) = match self.list(&plan.steps).await {
            Ok(()) => (Ended::Done, None),
            Err(Halt::Reached) => (Ended::Reached, None),
            Err(Halt::Cut(why)) => (Ended::Cut, Some(why)),
            Err(Halt::Unknown(unknown)) => (Ended::Cut, Some(unknown.why)),
            Err(Halt::Stop(Stop::Store(error))) => return Err(error.into()),
            Err(Halt::Stop(stop)) => ended(stop),
        };
        Ok(Trace {
            state,
            because,
            steps: self.steps,
            effects: self.effects,
        })
    }

    pub async fn list(&mut self, steps: &[PlanStep]) -> Result<(), Halt> {
        for step in steps {
            self.step(step).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &PlanStep) -> Result<(), Halt> {
        if self.steps.len() >= STEPS_MAX || self.bytes > BYTES_MAX {
            let message =
                format!("a dry run shows {STEPS_MAX} steps and {BYTES_MAX} bytes at most");
            return Err(Halt::Cut(message));
        }
        // Whoever limits its time gets a turn between any two steps. The past has a thread of its own.
        if self.past.is_none() {
            tokio::task::yield_now().await;
        }
        let around = self.row;
        self.row = self.steps.len();
        let at = format!("{}{}", self.at, step.id);
        self.steps.push(StepTrace::begun(&step.id, at));
        if self.look.as_mut().is_some_and(|look| look.is_due(&step.id)) {
            self.look_at().await?;
            return Err(Halt::Reached);
        }
        let mut worked = self.begin(step).await;
        if let Err(Halt::Stop(stop)) = worked {
            worked = self.fail(step, stop).await;
        }
        if let Err(Halt::Unknown(unknown)) = worked {
            worked = self.go_on_without(step, unknown);
        }
        if let (Some(look), Err(Halt::Stop(stop))) = (&mut self.look, &worked)
            && !matches!(stop, Stop::Store(_))
        {
            look.doubt(&step.id, stop);
            worked = Ok(());
        }
        self.row = around;
        worked?;
        if self.dry.until.as_ref() == Some(&step.id) {
            return Err(Halt::Reached);
        }
        Ok(())
    }

    async fn begin(&mut self, step: &PlanStep) -> Result<(), Halt> {
        if self.past.is_some() {
            return self.begin_past(step).await;
        }
        self.begin_anew(step).await
    }

    /// Works a step of which nothing is known.
    pub async fn begin_anew(&mut self, step: &PlanStep) -> Result<(), Halt> {
        if let Some(when) = &step.when
            && !self.holds(when, "when").await?
        {
            self.skip();
            return Ok(());
        }
        Box::pin(self.perform(step, &step.work)).await
    }

    pub async fn perform(&mut self, step: &PlanStep, work: &Work) -> Result<(), Halt> {
        if self.past.is_some() && self.perform_past(step, work).await? {
            return Ok(());
        }
        match work {
            Work::Set(template) => {
                let value = self.evaluate(template, "set").await?;
                self.finish(step, value, Origin::Worked);
                Ok(())
            }
            Work::Check(condition, otherwise) => {
                if self.holds(condition, "check").await? {
                    self.finish(step, Computed::Bool(true), Origin::Worked);
                    return Ok(());
                }
                Err(Halt::Stop(match otherwise {
                    Else::Skip => Stop::Skip,
                    Else::Reject(sentence) => Stop::dead(Fault::rejected(sentence.clone())),
                }))
            }
            Work::Choose(cases) => {
                for (n, (when, work)) in cases.iter().enumerate() {
                    let chosen = match when {
                        Some(when) => self.holds(when, "when").await?,
                        None => true,
                    };
                    if chosen {
                        self.present().case = Some(n);
                        return Box::pin(self.perform(step, work)).await;
                    }
                }
                self.skip();
                Ok(())
            }
            Work::Wait(until, _) => self.wait(step, until).await,
            Work::Steps(list) => self.steps(step, list).await,
            Work::Each(each) => self.each(step, each).await,
            Work::Parallel(branches) => self.parallel(step, branches).await,
            Work::Call(call) => self.call(step, call).await,
            Work::Book { book, with, shape } => self.book(step, *book, with, shape).await,
            Work::Approve(approve) => {
                let by = &approve.by;
                let who = format!("the yes of the {by}");
                self.elsewhere(step, approve.show.as_ref(), "show", who)
                    .await
            }
            Work::Flow(call) => {
                let whom = format!("the flow {}", call.flow);
                self.elsewhere(step, Some(&call.with), "with", whom).await
            }
        }
    }

    /// What becomes of a run whose step has stopped it: the flow may answer a failure for good.
    pub async fn fail(&mut self, step: &PlanStep, stop: Stop) -> Result<(), Halt> {
        self.tell(&stop);
        match stop {
            Stop::Dead(death) if may_go_on(&death, step) => {
                self.recover(step, failure(step, &death.fault)).await
            }
            stop => Err(stop.into()),
        }
    }

    /// What the flow does about a step that has failed for good.
    pub async fn recover(&mut self, step: &PlanStep, failure: Computed) -> Result<(), Halt> {
        match &step.on_error {
            OnError::Stop | OnError::Continue => Ok(()),
            OnError::Steps(list) => {
                let bound = Some(("error", failure));
                let at = format!("{}{}.on_error.", self.at, step.id);
                Box::pin(self.inner(list, at, bound)).await.map(drop)
            }
        }
    }

    /// Writes into the trace why the present step stopped. A step that holds the one that stopped
    /// does not repeat it.
    fn tell(&mut self, stop: &Stop) {
        let is_within = self.steps.len() > self.row + 1
            && self.steps[self.row + 1..].iter().any(|s| {
                matches!(s.state, StepEnd::Failed | StepEnd::Waiting) || s.problem.is_some()
            });
        let row = &mut self.steps[self.row];
        let problem = |path: String, code: &str, message: &str, cure: &str| {
            Some(Problem::error(path, code, message, cure))
        };
        let at = format!("steps.{}", row.at);
        row.state = match stop {
            Stop::Skip => StepEnd::Skipped,
            Stop::Dead(_) => StepEnd::Failed,
            _ => StepEnd::Waiting,
        };
        if is_within {
            return;
        }
        row.problem = match stop {
            Stop::Skip => None,
            Stop::Dead(death) => {
                let fault = &death.fault;
                let path = match &fault.field {
                    Some(field) => format!("{at}.{field}"),
                    None => at,
                };
                let code = fault.code.as_deref().unwrap_or(fault.class.as_str());
                problem(path, code, &fault.message, cure(fault))
            }
            other => {
                let why = why(other);
                problem(
                    at,
                    "waits",
                    &why,
                    "give what it waits for, or the step's output",
                )
            }
        };
    }

    pub fn present(&mut self) -> &mut StepTrace {
        let row = self.row;
        &mut self.steps[row]
    }

    pub fn skip(&mut self) {
        self.present().state = StepEnd::Skipped;
    }

    /// What was given for a step that would ask somebody.
    pub fn given(&self, step: &PlanStep) -> Option<&'a Value> {
        self.dry.given.steps.get(&step.id)
    }

    /// Binds what a step gives.
    pub fn finish(&mut self, step: &PlanStep, value: Computed, origin: Origin) {
        // Nobody looks at the trace of the past.
        if self.past.is_none() {
            let json = value.to_json();
            self.weigh(&json);
            self.present().output = Some(json);
        }
        let row = self.present();
        row.state = StepEnd::Done;
        row.origin = origin;
        self.bind(step, value);
    }

    pub fn bind(&mut self, step: &PlanStep, value: Computed) {
        if let Some(Computed::Map(steps)) = self.names.own_mut("steps") {
            std::sync::Arc::make_mut(steps).insert(step.id.as_str().into(), value);
        }
    }

    /// The same for what is JSON yet.
    pub fn finish_json(
        &mut self,
        step: &PlanStep,
        output: &Value,
        shape: &Shape,
        origin: Origin,
    ) -> Result<(), Halt> {
        let value = Computed::from_json(output, shape).map_err(|e| {
            let message = format!("the output of `{}`: {e}", step.id);
            match origin {
                Origin::Given => Stop::dead(Fault::rejected(message)),
                _ => Stop::bug(message),
            }
        })?;
        self.finish(step, value, origin);
        Ok(())
    }

    /// Counts what the trace takes.
    pub fn weigh(&mut self, json: &Value) {
        self.bytes = self.bytes.saturating_add(size(json));
    }

    pub async fn holds(&mut self, condition: &Template, what: &str) -> Result<bool, Halt> {
        match self.evaluate(condition, what).await? {
            Computed::Bool(holds) => Ok(holds),
            other => {
                let message = format!("`{what}` is {} instead of true or false", other.kind());
                Err(Stop::dead(Fault::rejected(message)).into())
            }
        }
    }

    /// Evaluates, fetching the facts that are asked for until none is missing.
    pub async fn evaluate(&mut self, template: &Template, what: &str) -> Result<Computed, Halt> {
        let (value, _) = self.worked_out(template, what, false).await?;
        Ok(value)
    }

    /// The same, with the conversions that were made, unless nobody sees them.
    pub async fn evaluate_noting(
        &mut self,
        template: &Template,
        what: &str,
    ) -> Result<(Computed, Vec<Made>), Halt> {
        let is_seen = self.past.is_none();
        self.worked_out(template, what, is_seen).await
    }

    async fn worked_out(
        &mut self,
        template: &Template,
        what: &str,
        is_noted: bool,
    ) -> Result<(Computed, Vec<Made>), Halt> {
        if let Some(past) = &self.past {
            past.knows(template)?;
        }
        loop {
            let scope = Scope {
                names: &self.names,
                facts: &self.facts,
                company: &self.place.company,
            };
            let worked = match is_noted {
                true => template.eval_noting(&scope),
                false => template.eval_value(&scope).map(|value| (value, Vec::new())),
            };
            match worked {
                Ok(noted) => {
                    self.meet_rules().await?;
                    return Ok(noted);
                }
                Err(Failure {
                    stop: mapping::Stop::Needs(needs),
                    ..
                }) => self.fetch(&needs).await?,
                Err(failure) => {
                    // The trace says where in the step: `with.lines[2].item`.
                    let mut stop = failed(failure, what, self.day);
                    if let Stop::Dead(death) = &mut stop
                        && let Some(field) = death.fault.field.as_mut().filter(|f| *f != what)
                    {
                        *field = format!("{what}.{field}");
                    }
                    return Err(stop.into());
                }
            }
        }
    }
}

/// Roughly how many bytes a value takes as text.
pub(super) fn size(json: &Value) -> usize {
    match json {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| name.len() + size(member) + 4)
            .sum::<usize>()
            .saturating_add(2),
        _ => 8,
    }
}

fn ended(stop: Stop) -> (Ended, Option<String>) {
    match stop {
        Stop::Skip => (Ended::Skipped, None),
        Stop::Dead(death) => (Ended::Dead, Some(death.fault.message)),
        other => (Ended::Waiting, Some(why(&other))),
    }
}

pub(super) fn why(stop: &Stop) -> String {
    match stop {
        Stop::Leave { key, .. } => {
            match key.strip_prefix("xref:").and_then(|k| k.split_once(':')) {
                Some((kind, id)) => {
                    format!("a run would wait for the cross reference `{kind}` of `{id}`")
                }
                None if key.is_empty() => "a run would wait until the condition holds".into(),
                None => format!("a run would wait for `{key}`"),
            }
        }
        Stop::Retry(fault) => format!("a run would try again later: {}", fault.message),
        _ => "a run would try again later".into(),
    }
}

/// What to do about a failure, where its sentence does not say it.
pub(super) fn cure(fault: &Fault) -> &'static str {
    match (fault.code.as_deref(), fault.class) {
        (Some("missing_row" | "no_table"), _) => {
            "add it to the lookup table, or to `given.lookups`"
        }
        (Some("formula"), _) => {
            "change the formula, give a default with `.?` and `orValue`, or change the body"
        }
        (_, FaultClass::Bug) => "report it: this is a defect of ours",
        _ => "change the flow or the body",
    }
}
