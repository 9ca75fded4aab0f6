//! What real events came to: how often each field of what started a run was there, and what each
//! formula would have made of it.
//!
//! The newest stored events of a flow's triggers are opened and its formulas worked out on them, as
//! far as they do not depend on what a peer answered. Nothing is sent and nothing is stored. What is
//! told are counts, lengths and events' ids, never a value.

mod fields;
mod formulas;
mod walk;
mod warn;

pub use fields::FieldTraffic;
pub use formulas::FormulaTraffic;

use crate::Engine;
use crate::catalog::{Connection, Environment};
use crate::dry::DryRun;
use crate::dry::place::Place;
use crate::execute::{names_in, read};
use crate::plan::{Plan, PlanStart};
use crate::seal::{Purpose, open_bytes};
use crate::shared::Shared;
use crate::stop::Stop;
use fields::Fields;
use formulas::Formulas;
use mapping::table::day::{self, Date};
use mapping::{Fact, Facts};
use model::{Problem, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use store::{EventFilter, EventHead, Page};
use walk::Walk;

/// So many events are looked at, the newest.
const EVENTS_MAX: usize = 500;
/// None that is older.
const REACH: Duration = Duration::from_secs(30 * 86_400);
/// It is cut off after so long.
const TIME: Duration = Duration::from_secs(5);
/// So many facts are kept from one event to the next.
const FACTS_MAX: usize = 10_000;
/// Facts ask for further facts; nothing sensible does more often than this.
const ROUNDS_MAX: usize = 20;

/// What the newest events of a trigger, or of all triggers of a flow, came to.
#[derive(Debug, Default)]
pub struct Traffic {
    /// How many events were looked at, from the newest back.
    pub events: usize,
    /// When the oldest and the newest of them came.
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
    /// Whether there was no time for all of them.
    pub is_cut: bool,
    /// The fields of what started a run, by path.
    pub fields: Vec<FieldTraffic>,
    /// The flow's formulas that could be worked out, in the order of their paths.
    pub formulas: Vec<FormulaTraffic>,
}

/// Why there is no traffic.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The flow cannot run in the environment.
    #[error("{} problems", .0.len())]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Engine {
    /// What the newest events of a flow's triggers came to in an environment. It belongs on a thread
    /// that may be busy.
    ///
    /// # Errors
    /// If the flow lacks a connection there, or the store's.
    pub async fn traffic(
        &self,
        environment: &Arc<Environment>,
        plan: &Plan,
    ) -> Result<Traffic, TrafficError> {
        let place = Place::within(&self.shared, environment, plan, &DryRun::default());
        let place = place.map_err(TrafficError::Problems)?;
        Ok(self.traffic_at(environment, plan, &place).await?)
    }

    /// What the newest events of one trigger hold, at every connection of its connector.
    ///
    /// # Errors
    /// If there is no such trigger, or the store's.
    pub async fn traffic_of_trigger(
        &self,
        environment: &Arc<Environment>,
        trigger: &str,
    ) -> Result<Traffic, TrafficError> {
        let Some((connector, known)) = self.shared.registry.trigger(trigger) else {
            let message = format!("there is no trigger `{trigger}`");
            let cure = "name one of the catalog";
            let problem = Problem::error("trigger", "unknown_trigger", message, cure);
            return Err(TrafficError::Problems(vec![problem]));
        };
        let catalog = self.shared.catalog();
        let here = |c: &&Arc<Connection>| {
            c.environment == environment.id && c.connector.id == connector.id
        };
        let sources: Vec<Source<'_>> = catalog
            .connections()
            .iter()
            .filter(here)
            .map(|connection| Source::new(connection, known))
            .collect();
        let mut sample = Sample::new(&self.shared, environment);
        sample.go_through(&sources, &mut None).await?;
        Ok(sample.traffic())
    }

    pub(crate) async fn traffic_at(
        &self,
        environment: &Arc<Environment>,
        plan: &Plan,
        place: &Place<'_>,
    ) -> Result<Traffic, store::Error> {
        let connections: BTreeMap<_, _> = place.connections().collect();
        let events = plan.starts.iter().filter_map(|start| match start {
            PlanStart::Event(event) => Some(event),
            _ => None,
        });
        let sources: Vec<Source<'_>> = events
            .filter_map(|event| {
                let connection = connections.get(event.need().as_str())?;
                Some(Source::new(connection, event.trigger))
            })
            .collect();
        let mut sample = Sample::new(&self.shared, environment);
        let mut formulas = Some((plan, place, Formulas::new(plan, &connections)));
        sample.go_through(&sources, &mut formulas).await?;
        let mut traffic = sample.traffic();
        traffic.formulas = formulas.map(|(_, _, f)| f.finish()).unwrap_or_default();
        Ok(traffic)
    }
}

/// Where events come from.
struct Source<'a> {
    connection: &'a Connection,
    trigger: &'a connector::Trigger,
    /// The events' kind, as the store has it.
    kind: &'a str,
}

impl<'a> Source<'a> {
    fn new(connection: &'a Connection, trigger: &'a connector::Trigger) -> Self {
        let prefix = connection.connector.id.len() + 1;
        Self {
            connection,
            trigger,
            kind: trigger.id.get(prefix..).unwrap_or(trigger.id),
        }
    }
}

/// Events that are gone through.
struct Sample<'a> {
    shared: &'a Shared,
    environment: &'a Environment,
    /// Facts by the day of the events that asked for them.
    facts: BTreeMap<Date, Facts>,
    /// What was asked for and cannot be fetched.
    absent: BTreeSet<Fact>,
    fields: Fields,
    events: usize,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    is_cut: bool,
}

/// What is worked out on each event, if anything.
type Worked<'p> = Option<(&'p Plan, &'p Place<'p>, Formulas)>;

impl<'a> Sample<'a> {
    fn new(shared: &'a Shared, environment: &'a Environment) -> Self {
        Self {
            shared,
            environment,
            facts: BTreeMap::new(),
            absent: BTreeSet::new(),
            fields: Fields::default(),
            events: 0,
            oldest: None,
            newest: None,
            is_cut: false,
        }
    }

    fn traffic(self) -> Traffic {
        Traffic {
            events: self.events,
            oldest: self.oldest,
            newest: self.newest,
            is_cut: self.is_cut,
            fields: self.fields.finish(self.events),
            formulas: Vec::new(),
        }
    }

    async fn go_through(
        &mut self,
        sources: &[Source<'_>],
        formulas: &mut Worked<'_>,
    ) -> Result<(), store::Error> {
        let began = self.shared.clock.now();
        let heads = self.heads(sources).await?;
        for (source, head) in heads {
            if self.shared.clock.now() > began.plus(TIME) {
                self.is_cut = true;
                break;
            }
            // Its body may have been deleted since.
            let stored = match self.shared.store.event(head.id).await {
                Ok(stored) => stored,
                Err(store::Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            let opened = open_bytes(&self.environment.key, Purpose::Body, &stored.body);
            let Ok(body) = opened else {
                tracing::error!(event.id = %head.id, "its body cannot be opened");
                continue;
            };
            let Ok(json) = serde_json::from_slice::<Value>(&body) else {
                continue;
            };
            let Some(subject) = json.pointer(sources[source].trigger.subject_at) else {
                continue;
            };
            self.events += 1;
            self.newest.get_or_insert(head.received_at);
            self.oldest = Some(head.received_at);
            self.fields.add(sources[source].trigger.subject, subject);
            if let Some((plan, place, formulas)) = formulas {
                self.work(plan, place, formulas, &head, &body).await?;
            }
        }
        Ok(())
    }

    /// The newest events of the sources, newest first.
    async fn heads(&self, sources: &[Source<'_>]) -> Result<Vec<(usize, EventHead)>, store::Error> {
        let since = self.shared.clock.now().minus(REACH);
        let mut heads = Vec::new();
        for (n, source) in sources.iter().enumerate() {
            let filter = EventFilter {
                connection: Some(source.connection.id),
                kind: Some(source.kind.to_owned()),
                ..EventFilter::default()
            };
            let page = Page::first(i64::try_from(EVENTS_MAX).unwrap_or(i64::MAX));
            let found = self.shared.store.events(self.environment.id, filter, page);
            let found = found.await?.into_iter();
            heads.extend(found.filter(|h| h.received_at >= since).map(|h| (n, h)));
        }
        heads.sort_by_key(|(_, head)| std::cmp::Reverse(head.id));
        heads.truncate(EVENTS_MAX);
        Ok(heads)
    }

    /// Works the plan's formulas out on one event, again until no fact is missing.
    async fn work(
        &mut self,
        plan: &Plan,
        place: &Place<'_>,
        formulas: &mut Formulas,
        head: &EventHead,
        body: &[u8],
    ) -> Result<(), store::Error> {
        // A body that the plan cannot read would be a dead letter, which is not a formula's fault.
        let body = read(&formulas.reads, body);
        let Ok((names, _)) = body.and_then(|b| names_in(plan, &place.fixed, "run_traffic", &b))
        else {
            return Ok(());
        };
        let zone = &place.company.books_zone;
        let Ok(day) = day::in_zone(head.occurred_at, zone) else {
            return Ok(());
        };
        for _ in 0..ROUNDS_MAX {
            let facts = self.facts.entry(day).or_default();
            let mut walk = Walk::new(&names, plan.subject, facts, &place.company, &self.absent);
            walk.flow(plan);
            let (needs, tallies) = walk.finish();
            if needs.is_empty() {
                formulas.add(tallies, head.id);
                return Ok(());
            }
            self.fetch(day, needs).await?;
        }
        Ok(())
    }

    async fn fetch(&mut self, day: Date, needs: BTreeSet<Fact>) -> Result<(), store::Error> {
        if self
            .facts
            .values()
            .map(|facts| facts.0.len())
            .sum::<usize>()
            > FACTS_MAX
        {
            self.facts.clear();
            self.absent.clear();
        }
        let environment = self.environment.id;
        for need in needs {
            let on = |at: &Option<String>| match at {
                Some(at) => day::parse(at).unwrap_or(day),
                None => day,
            };
            let fetched = match &need {
                Fact::Xref { kind, id } => {
                    let value = self.shared.store.cross_reference(environment, kind, id);
                    let value = value.await?.map(Value::String);
                    self.facts
                        .entry(day)
                        .or_default()
                        .insert(need.clone(), value);
                    Ok(())
                }
                Fact::Lookup { table, key, at } => {
                    let row = self.shared.stored_row(environment, table, key, on(at));
                    row.await.map(|(value, shape)| {
                        let facts = self.facts.entry(day).or_default();
                        if let Some(shape) = shape {
                            facts.set_shape(table, shape);
                        }
                        facts.insert(need.clone(), value);
                    })
                }
                Fact::Rules { table, at } => {
                    let rules = self.shared.stored_rules(environment, table).await;
                    rules.map(|rules| {
                        let facts = self.facts.entry(day).or_default();
                        facts.set_rules(need.clone(), rules, on(at));
                    })
                }
            };
            match fetched {
                Ok(()) => {}
                Err(Stop::Store(error)) => return Err(error),
                // There is no such table, or it is of the other kind.
                Err(_) => drop(self.absent.insert(need)),
            }
        }
        Ok(())
    }
}
