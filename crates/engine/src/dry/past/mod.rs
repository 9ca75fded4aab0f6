//! A walk over a run of the past: once by its journal, to know what it was asked and what it did,
//! and once more through another plan, with the answers that were recorded then.
//!
//! Nothing is made up here. Where a recorded answer is missing, or was given to another question,
//! the step is *unknown*: whatever reads its output is unknown as well, and everything else goes on.

mod answers;
mod done;
mod journal;
mod tables;

pub(crate) use done::{Done, End, Made, is_same};
pub(crate) use tables::Tables;

use super::DryRun;
use super::place::Place;
use super::trace::StepEnd;
use super::walk::{Halt, Walk};
use crate::catalog::{Deployment, Environment};
use crate::execute::{names_in, read};
use crate::journal::{Journal, instance};
use crate::lookups::failed;
use crate::plan::{Plan, PlanStep, Work};
use crate::shared::Shared;
use crate::stop::Stop;
use connector::RecipeCx;
use finance::journal::JournalEntry;
use mapping::{Facts, Scope, Segment, Template, Value as Computed};
use model::{Fault, Problem, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vault::DataKey;

/// What a walk over the past goes by, and what it finds.
pub(crate) struct Past<'a> {
    source: Source<'a>,
    tables: &'a Tables,
    /// The revision at which each table is met; the newest of those that are not here.
    pins: &'a BTreeMap<String, i64>,
    /// The instance of the present list, as the journal numbers them.
    scope: i64,
    /// Steps of which nobody knows what they gave, and why.
    unknown: BTreeMap<String, String>,
    /// Operations of steps that nobody knows anything of.
    hidden: BTreeSet<String>,
    cannot_tell: Vec<String>,
    /// Writes that are taken to give what they gave, although they are sent something else.
    assumed: Vec<String>,
    done: Done,
}

/// What answers.
enum Source<'a> {
    Journal {
        journal: &'a Journal,
        key: &'a DataKey,
        cursor: i64,
    },
    Answers(&'a Done),
}

/// Why nobody knows what a step gives.
pub(crate) struct Unknown {
    pub why: String,
    /// What the step itself does is known; only what it gives is not.
    pub told: bool,
}

/// One run, and what is kept of it.
pub(crate) struct PastRun<'a> {
    pub id: String,
    pub body: &'a [u8],
    /// When its event happened.
    pub occurred_at: Timestamp,
    pub pins: &'a BTreeMap<String, i64>,
}

/// What a walk came to.
pub(crate) struct Walked {
    pub end: End,
    pub done: Done,
    pub cannot_tell: Vec<String>,
    pub assumed: Vec<String>,
    pub hidden: BTreeSet<String>,
}

/// A plan with the surroundings of its environment.
pub(crate) struct Site<'a> {
    plan: &'a Plan,
    place: Place<'a>,
    dry: DryRun,
}

impl<'a> Site<'a> {
    /// Of a deployment, with its connections.
    pub fn of_deployment(shared: &'a Shared, deployment: &'a Deployment) -> Self {
        Self {
            plan: &deployment.plan,
            place: Place::of_deployment(shared, deployment),
            dry: DryRun::default(),
        }
    }

    /// Of a plan that is not deployed.
    pub fn of_plan(
        shared: &'a Shared,
        environment: &'a Arc<Environment>,
        plan: &'a Plan,
    ) -> Result<Self, Vec<Problem>> {
        let dry = DryRun::default();
        let place = Place::within(shared, environment, plan, &dry)?;
        Ok(Self { plan, place, dry })
    }

    /// Goes along a run's journal. `cursor` is the step at which the run stands.
    pub async fn recall(
        &self,
        run: &PastRun<'_>,
        tables: &Tables,
        journal: &Journal,
        cursor: i64,
    ) -> Result<Walked, Stop> {
        let Some(here) = &self.place.here else {
            return Err(Stop::bug("the past has no environment"));
        };
        let source = Source::Journal {
            journal,
            key: &here.environment.key,
            cursor,
        };
        self.walk(run, tables, source).await
    }

    /// Works the plan with what a run was answered.
    pub async fn work_again(
        &self,
        run: &PastRun<'_>,
        tables: &Tables,
        then: &Done,
    ) -> Result<Walked, Stop> {
        self.walk(run, tables, Source::Answers(then)).await
    }

    async fn walk(
        &self,
        run: &PastRun<'_>,
        tables: &Tables,
        source: Source<'_>,
    ) -> Result<Walked, Stop> {
        let begun = Walk::of_body(self.plan, &self.place, &self.dry, &run.id, run.body);
        let mut walk = match begun {
            Ok(walk) => walk,
            Err(Stop::Dead(death)) => {
                return Ok(Walked {
                    end: End::dead("", death.fault.message),
                    done: Done::default(),
                    cannot_tell: Vec::new(),
                    assumed: Vec::new(),
                    hidden: BTreeSet::new(),
                });
            }
            Err(stop) => return Err(stop),
        };
        walk.now = run.occurred_at;
        walk.past = Some(Past {
            source,
            tables,
            pins: run.pins,
            scope: 0,
            unknown: BTreeMap::new(),
            hidden: BTreeSet::new(),
            cannot_tell: Vec::new(),
            assumed: Vec::new(),
            done: Done::default(),
        });
        let end = match walk.list(&self.plan.steps).await {
            Ok(()) => End::Done,
            Err(Halt::Stop(stop @ Stop::Store(_))) => return Err(stop),
            Err(halt) => walk.end(halt),
        };
        let Some(past) = walk.past else {
            return Err(Stop::bug("the past is gone"));
        };
        Ok(Walked {
            end,
            done: past.done,
            cannot_tell: past.cannot_tell,
            assumed: past.assumed,
            hidden: past.hidden,
        })
    }

    /// What a change books, if it books something.
    pub fn entry(&self, made: &Made, now: Timestamp) -> Option<JournalEntry> {
        let here = self.place.here.as_ref()?;
        let (_, operation) = here.shared.registry.operation(&made.operation)?;
        let cx = RecipeCx {
            session: self.place.bound(made.need.as_deref()?)?,
            effect: Some((made.identity.as_ref()?, 0)),
            now,
        };
        // An input that cannot be booked was refused before.
        Some(operation.booking(&cx, &made.input).ok()??.entry)
    }

    /// The business key that the plan gives a run about this event; none if it is the event's id.
    pub fn key(&self, run: &PastRun<'_>) -> Result<Option<String>, Stop> {
        let Some(key) = &self.plan.key else {
            return Ok(None);
        };
        let body = read(&self.plan.mask(&key.references()), run.body)?;
        let (names, _) = names_in(self.plan, &self.place.fixed, &run.id, &body)?;
        let facts = Facts::default();
        let scope = Scope {
            names: &names,
            facts: &facts,
            company: &self.place.company,
        };
        match key.eval_value(&scope) {
            Ok(Computed::Text(text)) if !text.is_empty() => Ok(Some(text.to_string())),
            Ok(Computed::Int(number)) => Ok(Some(number.to_string())),
            Ok(other) => {
                let message = format!("`key` is {} instead of a text", other.kind());
                Err(Stop::dead(Fault::rejected(message)))
            }
            Err(failure) => Err(failed(failure, "key", None)),
        }
    }
}

impl Past<'_> {
    /// Refuses to evaluate what reads an output that nobody knows.
    pub(super) fn knows(&self, template: &Template) -> Result<(), Halt> {
        if self.unknown.is_empty() {
            return Ok(());
        }
        let of_steps = |path: &mapping::Path| match (path.root.as_str(), path.segments.first()) {
            ("steps", Some(Segment::Field(id))) => self.unknown.get(id.as_str()),
            // All of them, or whichever.
            ("steps", _) => self.unknown.values().next(),
            _ => None,
        };
        let found = template.references().iter().find_map(of_steps).cloned();
        match found {
            Some(why) => Err(Halt::Unknown(Unknown { why, told: false })),
            None => Ok(()),
        }
    }
}

impl Walk<'_> {
    /// Where the present step stands: `lines[2].book`.
    fn here(&self, step: &PlanStep) -> String {
        format!("{}{}", self.at, step.id)
    }

    pub(super) async fn begin_past(&mut self, step: &PlanStep) -> Result<(), Halt> {
        match self.past.as_mut().map(|past| &past.source) {
            Some(Source::Journal { .. }) => self.begin_by_journal(step).await,
            _ => {
                if let Some(past) = &mut self.past {
                    past.unknown.remove(&step.id);
                }
                self.begin_anew(step).await
            }
        }
    }

    /// Does what a step asks of others; false for what is worked here as ever.
    pub(super) async fn perform_past(
        &mut self,
        step: &PlanStep,
        work: &Work,
    ) -> Result<bool, Halt> {
        match self.past.as_ref().map(|past| &past.source) {
            Some(Source::Journal { .. }) => self.perform_by_journal(step, work).await,
            Some(Source::Answers(then)) => {
                let then = *then;
                self.perform_by_answers(step, work, then).await
            }
            None => Ok(false),
        }
    }

    /// Goes on after a step that nobody knows the outcome of; not after a check, which may end the
    /// run.
    pub(super) fn go_on_without(&mut self, step: &PlanStep, unknown: Unknown) -> Result<(), Halt> {
        if has_check(&step.work) {
            return Err(Halt::Unknown(unknown));
        }
        self.present().state = StepEnd::Skipped;
        let Some(past) = &mut self.past else {
            return Err(Halt::Unknown(unknown));
        };
        if !unknown.told {
            past.hidden.extend(operations(step));
            if !past.cannot_tell.contains(&unknown.why) {
                past.cannot_tell.push(unknown.why.clone());
            }
        }
        past.unknown.insert(step.id.clone(), unknown.why);
        Ok(())
    }

    /// Goes into an item of an `each`; gives what to come back to.
    pub(super) fn enter_item(&mut self, step: &PlanStep, n: usize) -> Result<i64, Halt> {
        let Some(past) = &mut self.past else {
            return Ok(0);
        };
        let inner = instance(past.scope, n);
        let inner =
            inner.ok_or_else(|| Stop::bug(format!("`{}`: item {n} has no place", step.id)))?;
        Ok(std::mem::replace(&mut past.scope, inner))
    }

    pub(super) fn leave_item(&mut self, around: i64) {
        if let Some(past) = &mut self.past {
            past.scope = around;
        }
    }

    fn end(&mut self, halt: Halt) -> End {
        let failed = self
            .steps
            .iter()
            .rev()
            .find(|row| matches!(row.state, StepEnd::Failed | StepEnd::Waiting));
        let at = failed.map(|row| row.at.clone()).unwrap_or_default();
        match halt {
            Halt::Stop(Stop::Skip) => End::Skipped,
            Halt::Stop(Stop::Dead(death)) => End::dead(at, death.fault.message),
            Halt::Stop(_) => End::Waiting { at },
            Halt::Unknown(unknown) => {
                if let Some(past) = &mut self.past
                    && !past.cannot_tell.contains(&unknown.why)
                {
                    past.cannot_tell.push(unknown.why);
                }
                End::Unknown
            }
            Halt::Cut(why) => {
                if let Some(past) = &mut self.past {
                    past.cannot_tell.push(why);
                }
                End::Unknown
            }
            Halt::Reached => End::Done,
        }
    }
}

fn has_check(work: &Work) -> bool {
    match work {
        Work::Check(..) => true,
        Work::Choose(cases) => cases.iter().any(|(_, work)| has_check(work)),
        _ => false,
    }
}

/// The operations of a step and of those that it holds, which change something.
fn operations(step: &PlanStep) -> Vec<String> {
    fn of_work(work: &Work, found: &mut Vec<String>) {
        match work {
            Work::Call(call) => found.push(call.operation.id().into()),
            Work::Book { book, .. } => found.push(book.id().into()),
            Work::Flow(flow) => found.push(done::flow_operation(&flow.flow)),
            Work::Choose(cases) => cases.iter().for_each(|(_, work)| of_work(work, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    of_work(&step.work, &mut found);
    for list in step.lists() {
        for inner in &list.steps {
            found.extend(operations(inner));
        }
    }
    found
}
