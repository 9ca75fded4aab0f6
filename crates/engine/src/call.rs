//! One flow calls another: a run of its own, which answers the run that called it.
//!
//! The called run is started once, by an event whose key is the calling step. At its end it writes
//! a cross reference with its own id, which wakes the caller; what it gives stays sealed among its
//! steps, where the caller reads it. If it becomes a dead letter the caller goes on waiting, and
//! the replay answers.

use crate::catalog::Deployment;
use crate::execute::Execution;
use crate::input::check_input;
use crate::pending::wait_key;
use crate::plan::{FlowWork, PlanStart};
use crate::seal::{Purpose, open, seal};
use crate::shared::Shared;
use crate::start::{Cause, OwnEvent, active, own_peer};
use crate::stop::Stop;
use mapping::Value as Computed;
use mapping::record::Record;
use model::ids::{EnvironmentId, EventId, RunId};
use model::{Fault, RunState, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use store::run::StepState;
use store::{Ingested, Resolution, RunRecord, StepRecord};

/// The kind of the cross reference by which a called run answers. Fixed: stored ones have it.
const KIND: &str = "call";
/// What begins the id of the event of a called run.
const CALL: &str = "call:";
/// The member of that event's body that counts the calls above it, itself included.
const DEPTH: &str = "depth";
/// So many calls within each other.
pub(crate) const DEPTH_MAX: u64 = 16;
/// A version that is not loaded is waited for.
const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Called {
    /// The called flow has ended: what it gave, or null if it gives nothing or was skipped.
    Done(Computed),
    /// The run waits for the key outside its lane.
    Wait { key: String },
}

/// Calls a flow, or looks how the call that was made stands.
///
/// `scope` and `step` are the place of the calling step's row: they name the call.
pub(crate) async fn call_flow(
    shared: &Shared,
    run: &RunRecord,
    deployment: &Deployment,
    scope: i64,
    step: i64,
    work: &FlowWork,
    input: Value,
) -> Result<Called, Stop> {
    let id = format!("{}:{scope}:{step}", run.id);
    if let Some(answer) = answer(shared, run, &id).await? {
        return Ok(Called::Done(answer));
    }
    let key = wait_key(KIND, &id);
    let (peer, dedupe_key) = (own_peer(&deployment.environment), format!("{CALL}{id}"));
    let known = shared
        .store
        .event_by_key(run.environment, &peer, &dedupe_key)
        .await?;
    if let Some(event) = known {
        return match look(shared, event, &work.flow).await? {
            Standing::Works => Ok(Called::Wait { key }),
            // It may have ended since the answer was looked for.
            Standing::HasEnded(child) => match answer(shared, run, &id).await? {
                Some(answer) => Ok(Called::Done(answer)),
                None => Err(Stop::bug(format!("{child} has ended and did not answer"))),
            },
        };
    }
    let target = callable(shared, run, &work.flow)?;
    let depth = depth(shared, run, deployment).await? + 1;
    if depth > DEPTH_MAX {
        return rejected(format!(
            "`{}` would be the call number {depth} within each other; {DEPTH_MAX} are the most: \
             does a flow call itself?",
            work.flow
        ));
    }
    let input = check_input(&target.plan.flow, &input).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let message = format!("`{}` does not take it: {}", work.flow, problems.join("; "));
        Stop::dead(
            Fault::rejected(message)
                .with_code("input")
                .with_field("with"),
        )
    })?;
    let own = OwnEvent {
        cause: Cause::Call,
        dedupe_key,
        occurred_at: shared.clock.now(),
        subject: Value::Object(input),
        more: vec![(DEPTH, depth.into())],
    };
    let (event, body) = shared.own_event(&target, own).map_err(|message| {
        Stop::dead(Fault::rejected(format!(
            "the input of `{}`: {message}",
            work.flow
        )))
    })?;
    let (stored, event) = shared.store.ingest_one(event).await?;
    match stored {
        Ingested::New { runs, .. } => {
            let is_covered = runs.iter().any(|r| r.state == RunState::Covered);
            shared.start_fresh(runs, &event.into(), &body);
            if is_covered {
                return covered(&work.flow);
            }
        }
        // Another worker was as quick: it waits like this one.
        Ingested::Duplicate { .. } => {}
    }
    Ok(Called::Wait { key })
}

/// Answers the run that called this one, if one did: for the commit that ends it.
///
/// `output` is what the flow gives; it is kept as the row after its last step.
pub(crate) fn finish_call(
    execution: &mut Execution<'_>,
    output: Option<&Computed>,
) -> Result<(), Stop> {
    if let Some(output) = output {
        let now = execution.shared.clock.now();
        let sealed = seal(execution.key(), Purpose::Step, &Record(output))?;
        let row = output_row(execution.deployment.plan.count, sealed, now);
        execution.note(row);
    }
    let id = execution
        .names
        .get("event")
        .and_then(|event| event.get("id"));
    let id = id.and_then(Computed::as_text);
    if let Some(call) = call_of(
        &execution.run,
        &own_peer(&execution.deployment.environment),
        id,
    ) {
        let (call, child) = (call.to_owned(), execution.run.id.to_string());
        execution.pending.cross_reference(KIND, &call, &child);
    }
    Ok(())
}

/// Wakes the run that called this one, which was ended by a person and will not answer.
pub(crate) async fn wake_caller(shared: &Shared, run: RunId) -> Result<(), store::Error> {
    let run = shared.store.run(run).await?;
    if !run.peer.starts_with("towpath:") {
        return Ok(());
    }
    let event = shared.store.event(run.event).await?.head;
    if let Some(call) = event.dedupe_key.strip_prefix(CALL) {
        let (keys, now) = (vec![wait_key(KIND, call)], shared.clock.now());
        let woken = shared.store.wake(run.environment, keys, now).await?;
        shared.start(woken);
    }
    Ok(())
}

/// The same for many runs at once.
pub(crate) async fn wake_callers(
    shared: &Shared,
    environment: EnvironmentId,
    runs: Vec<RunId>,
) -> Result<(), store::Error> {
    let events = shared.store.own_events(runs).await?;
    let calls = events.iter().filter_map(|(_, key)| key.strip_prefix(CALL));
    let keys: Vec<String> = calls.map(|call| wait_key(KIND, call)).collect();
    if !keys.is_empty() {
        let now = shared.clock.now();
        shared.start(shared.store.wake(environment, keys, now).await?);
    }
    Ok(())
}

fn rejected<T>(message: String) -> Result<T, Stop> {
    Err(Stop::dead(Fault::rejected(message)))
}

fn output_row(ordinal: i64, sealed: vault::Sealed, now: Timestamp) -> StepRecord {
    StepRecord {
        scope: 0,
        step: ordinal,
        index: 0,
        state: StepState::Done,
        output: Some(sealed),
        effect: None,
        reused: false,
        started_at: now,
        ended_at: Some(now),
    }
}

/// The call that started a run. Only an event of our own is one: a peer may use any id.
fn call_of<'a>(run: &RunRecord, own_peer: &str, event: Option<&'a str>) -> Option<&'a str> {
    event
        .filter(|_| run.peer == own_peer)
        .and_then(|id| id.strip_prefix(CALL))
}

/// What the called run gave, if it has answered.
async fn answer(shared: &Shared, run: &RunRecord, id: &str) -> Result<Option<Computed>, Stop> {
    let Some(child) = shared
        .store
        .cross_reference(run.environment, KIND, id)
        .await?
    else {
        return Ok(None);
    };
    let wrong = |e: model::ids::WrongId| Stop::bug(format!("the answer to {id}: {e}"));
    let child: RunId = child.parse().map_err(wrong)?;
    // What a flow gives stands in its own list: the rows of its items are not read.
    let (child, steps) = shared.store.begun(child).await?;
    let Some(deployment) = shared.catalog().deployment(child.deployment) else {
        tracing::error!(run.id = %child.id, deployment = %child.deployment, "it is not loaded");
        let until = shared.clock.now().plus(LOOK_AGAIN);
        return Err(Stop::Hold { until });
    };
    let row = steps
        .iter()
        .find(|s| s.step == deployment.plan.count)
        .and_then(|s| s.output.as_ref());
    let Some(sealed) = row else {
        return Ok(Some(Computed::Null));
    };
    let record: Value = open(&deployment.environment.key, Purpose::Step, sealed)?;
    let output = mapping::record::read(&record);
    let output = output.map_err(|e| Stop::bug(format!("the output of {}: {e}", child.id)))?;
    Ok(Some(output))
}

/// How a call that was made stands.
enum Standing {
    Works,
    HasEnded(RunId),
}

async fn look(shared: &Shared, event: EventId, flow: &str) -> Result<Standing, Stop> {
    let runs = shared.store.runs_of_event(event).await?;
    let Some(newest) = runs.last() else {
        return Err(Stop::bug(format!("the call of `{flow}` has no run")));
    };
    let child = shared.store.run(*newest).await?;
    match child.state {
        RunState::Done | RunState::Skipped => Ok(Standing::HasEnded(child.id)),
        RunState::Covered => covered(flow),
        RunState::Cancelled => rejected(format!("{} of `{flow}` was cancelled", child.id)),
        RunState::Dead => {
            let letter = shared.store.dead_letter(child.id).await?;
            if letter.resolution.as_deref() == Some(Resolution::Discard.as_str()) {
                let reason = letter.reason.unwrap_or_default();
                return rejected(format!("{} of `{flow}` was given up: {reason}", child.id));
            }
            Ok(Standing::Works)
        }
        RunState::Ready
        | RunState::Running
        | RunState::Waiting
        | RunState::Retry
        | RunState::Parked => Ok(Standing::Works),
    }
}

fn covered<T>(flow: &str) -> Result<T, Stop> {
    rejected(format!(
        "`{flow}` has run for this key already, so the call would never be answered: leave `key:` \
         out of a flow that is called, or name in it what is new in each call"
    ))
}

/// The flow in force that is called.
fn callable(
    shared: &Shared,
    run: &RunRecord,
    flow: &str,
) -> Result<std::sync::Arc<Deployment>, Stop> {
    let Some(target) = active(&shared.catalog(), run.environment, flow) else {
        return rejected(format!(
            "there is no flow `{flow}` in force: deploy it and replay"
        ));
    };
    if !target
        .plan
        .starts
        .iter()
        .any(|s| matches!(s, PlanStart::Call))
    {
        return rejected(format!(
            "`{flow}` is not started by a call: add `call` to its `trigger:`, deploy it and replay"
        ));
    }
    Ok(target)
}

/// How many calls stand above this run, itself included.
async fn depth(shared: &Shared, run: &RunRecord, deployment: &Deployment) -> Result<u64, Stop> {
    if run.peer != own_peer(&deployment.environment) {
        return Ok(0);
    }
    let event = shared.store.event(run.event).await?;
    let body: Value = open(&deployment.environment.key, Purpose::Body, &event.body)?;
    Ok(body.get(DEPTH).unwrap_or(&json!(0)).as_u64().unwrap_or(0))
}
