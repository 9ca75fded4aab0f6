//! Working one letter on trial, and what that says about its replay.

use super::RepairRequest;
use super::outcome::Outcome;
use crate::catalog::Environment;
use crate::dry::{self, DryError, DryRun, Ended, Origin, Reads, StepEnd, Trace};
use crate::seal::{Purpose, open};
use crate::shared::Shared;
use crate::stop::Stop;
use model::flow::Given;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::StoredLetter;

/// One trial that takes longer is given up.
const TIME: Duration = Duration::from_secs(10);

/// What a trial says about a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would end well.
    Through,
    /// It would get past the step at which it failed, and past a write whose answer nobody knows
    /// before it is sent: what comes after worked on made-up values and says nothing.
    Beyond { step: String },
    /// It would fail again.
    Stuck {
        state: Ended,
        because: Option<String>,
    },
}

/// Reads a trace of a letter that died at the step `failed`.
pub fn verdict(trace: &Trace, failed: &str) -> Verdict {
    if matches!(trace.state, Ended::Done | Ended::Skipped) {
        return Verdict::Through;
    }
    let done = || trace.steps.iter().filter(|s| s.state == StepEnd::Done);
    let guessed = done().rfind(|s| s.effect.is_some() && s.origin == Origin::Invented);
    let is_past = done().any(|step| step.id == failed);
    match guessed {
        Some(step) if is_past => Verdict::Beyond {
            step: step.id.clone(),
        },
        _ => Verdict::Stuck {
            state: trace.state,
            because: trace.because.clone(),
        },
    }
}

/// Works a letter on trial.
pub(super) async fn attempt(
    shared: &Shared,
    environment: &Arc<Environment>,
    letter: &StoredLetter,
    asked: &RepairRequest,
) -> Result<Outcome, Stop> {
    let untried = |reason: String| Ok(Outcome::Untried { reason });
    let run = shared.store.run(letter.run).await?;
    let deployment = match shared.deployment_for(&run, asked.newest) {
        Ok(deployment) => deployment,
        Err(error) => return untried(error.to_string()),
    };
    let event = shared.store.event(run.event).await?;
    let body: Value = match open(&environment.key, Purpose::Body, &event.body) {
        Ok(body) => body,
        Err(_) => return untried("what was received cannot be read any more".into()),
    };
    let dry = DryRun {
        body,
        given: Given {
            lookups: asked.lookups.clone(),
            ..Given::default()
        },
        reads: Reads::Live,
        ..DryRun::default()
    };
    let work = dry::within(shared, environment, &deployment.plan, &dry);
    let worked = tokio::select! {
        worked = work => worked,
        () = shared.clock.sleep(TIME) => {
            return untried(format!("it took longer than {} s", TIME.as_secs()));
        }
    };
    match worked {
        Ok(trace) => Ok(Outcome::of(verdict(&trace, &letter.letter.step))),
        Err(DryError::Store(error)) => Err(error.into()),
        Err(DryError::Problems(problems)) => {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            untried(problems.join("; "))
        }
    }
}
