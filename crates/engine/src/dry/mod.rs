//! Works a plan on an event's body and changes nothing: neither a peer nor our store.
//!
//! Formulas and blocks mean what they mean in a run. What a run would ask is taken from what is
//! given; in an environment lookups, cross references, the effect ledger and our own books are read
//! from the store, and reads may really be sent. What nobody gives is made up from the operation's
//! schema and marked as invented. A write is never sent: the first writing call of its recipe is
//! shown instead, with its identity and the entry that it would book.

mod ask;
mod at_peer;
mod block;
mod facts;
mod invent;
mod look;
pub(crate) mod past;
pub(crate) mod place;
mod reader;
mod sample;
mod trace;
mod walk;
mod write;

pub use look::{FieldSeen, ListSeen, Look, Seen, ValueSeen};
pub use sample::{Verdict, run_sample};
pub use trace::{AtPeer, Ended, Met, Origin, Request, StepEnd, StepTrace, Trace, WouldBe};

use crate::Engine;
use crate::catalog::Environment;
use crate::plan::Plan;
use crate::shared::Shared;
use model::flow::Given;
use model::{Problem, Timestamp};
use place::Place;
use serde_json::{Value, json};
use std::sync::Arc;
use walk::Walk;

/// What a dry run works on.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// The event's body, as the peer sends it.
    pub body: Value,
    /// What it meets instead of asking. It wins over everything else.
    pub given: Given,
    /// The last step that is worked; all are if absent.
    pub until: Option<String>,
    pub reads: Reads,
}

/// What answers reads that are not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// Nobody: the answer is made up, and says so.
    #[default]
    Invented,
    /// The environment's connections.
    Live,
}

/// Why there is no trace.
#[derive(Debug, thiserror::Error)]
pub enum DryError {
    /// What was asked for cannot be worked.
    #[error("the dry run cannot begin")]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Works a plan with nothing but what is given.
///
/// # Errors
/// What is wrong with what was asked for.
pub async fn dry_run(plan: &Plan, dry: &DryRun) -> Result<Trace, DryError> {
    let mut problems = unknown_step(plan, dry);
    if dry.reads == Reads::Live {
        let message = "reads can be sent only by the connections of an environment";
        let cure = "name an environment, or leave the reads to what is given";
        problems.push(Problem::error("reads", "no_environment", message, cure));
    }
    if !problems.is_empty() {
        return Err(DryError::Problems(problems));
    }
    let now = created(&dry.body).unwrap_or_default();
    let place = Place::nowhere(plan, dry, now).map_err(DryError::Problems)?;
    Walk::new(plan, &place, dry)?.work().await
}

impl Engine {
    /// Works a plan in an environment: with its company, tables, books and connections.
    ///
    /// # Errors
    /// What is wrong with what was asked for, or the store's trouble.
    pub async fn dry_run(
        &self,
        environment: &Arc<Environment>,
        plan: &Plan,
        dry: &DryRun,
    ) -> Result<Trace, DryError> {
        within(&self.shared, environment, plan, dry).await
    }
}

/// As [`Engine::dry_run`].
pub(crate) async fn within(
    shared: &Shared,
    environment: &Arc<Environment>,
    plan: &Plan,
    dry: &DryRun,
) -> Result<Trace, DryError> {
    let mut problems = unknown_step(plan, dry);
    let place = Place::within(shared, environment, plan, dry);
    let place = place.map_err(|mut found| {
        found.append(&mut problems);
        DryError::Problems(found)
    })?;
    if !problems.is_empty() {
        return Err(DryError::Problems(problems));
    }
    Walk::new(plan, &place, dry)?.work().await
}

/// The body by which a start with inputs is known.
pub fn body_of_inputs(inputs: &Value) -> Value {
    json!({(crate::plan::START): "manual", "input": inputs})
}

/// When the event happened, if its envelope says so.
fn created(body: &Value) -> Option<Timestamp> {
    body.get("created")?.as_i64().map(Timestamp::from_seconds)
}

fn unknown_step(plan: &Plan, dry: &DryRun) -> Vec<Problem> {
    let steps = plan.every_step();
    let is_known = |id: &str| steps.iter().any(|step| step.id == id);
    let unknown = |path: String, id: &str| {
        let message = format!("there is no step `{id}`");
        Problem::error(path, "unknown_step", message, "name a step of the flow")
    };
    let given = dry.given.steps.keys().filter(|id| !is_known(id));
    let given = given.map(|id| unknown(format!("given.steps.{id}"), id));
    let until = dry.until.iter().filter(|id| !is_known(id));
    given
        .chain(until.map(|id| unknown("until".into(), id)))
        .collect()
}
