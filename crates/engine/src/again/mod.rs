//! Working a run again that is over: where from, on which version, and what of it is kept.

mod choice;

pub(crate) use choice::heaviest_call;
pub use choice::{Choice, Fate, StepFate};

use crate::catalog::Deployment;
use crate::operate::{OperateError, Replay};
use crate::plan::Moves;
use crate::seal::Purpose;
use crate::shared::Shared;
use model::Timestamp;
use model::ids::RunId;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::run::StepState;
use store::{NewEvent, ReplayRequest, RunRecord, StepRecord};

impl Shared {
    /// What a replay of `run` goes through.
    pub(crate) fn deployment_for(
        &self,
        run: &RunRecord,
        newest: bool,
    ) -> Result<Arc<Deployment>, OperateError> {
        let catalog = self.catalog();
        if newest {
            let active = catalog
                .deployments()
                .find(|d| d.active && d.flow == run.flow && d.environment.id == run.environment);
            return active.cloned().ok_or_else(|| {
                OperateError::Refused(format!("the flow of {} has no active version", run.id))
            });
        }
        catalog.deployment(run.deployment).ok_or_else(|| {
            OperateError::Refused(format!(
                "{} cannot be loaded any more (its connections are gone, perhaps): replay on the \
                 newest version",
                run.deployment
            ))
        })
    }

    pub(crate) async fn replay_request(
        &self,
        id: RunId,
        how: &Replay,
        who: &str,
    ) -> Result<ReplayRequest, OperateError> {
        let (run, steps, _) = self.store.journal(id).await?;
        if run.state.is_live() {
            return Err(OperateError::Refused(format!("{id} is still working")));
        }
        let deployment = self.deployment_for(&run, how.newest)?;
        let is_other = deployment.id != run.deployment;
        let now = self.clock.now();
        let keep_steps = if how.from_start || how.payload.is_some() {
            Vec::new()
        } else {
            if is_other {
                self.why_not_kept(&run, &steps, &deployment)?;
            }
            kept(&deployment, &run, &steps)
        };
        let new_event = match &how.payload {
            None => None,
            Some(body) => Some(self.edited(&run, body, &deployment, now).await?),
        };
        Ok(ReplayRequest {
            run: id,
            from_cursor: keep_steps.iter().max().map_or(0, |last| last + 1),
            keep_steps,
            new_event,
            deployment: how.newest.then_some(deployment.id),
            at: now,
            who: who.to_owned(),
            reason: how.reason.clone(),
        })
    }

    /// Refuses to keep what a run has done where another version would take it for something else.
    fn why_not_kept(
        &self,
        run: &RunRecord,
        steps: &[StepRecord],
        newest: &Deployment,
    ) -> Result<(), OperateError> {
        let from_start = "replay it from the start";
        let own = self.catalog().deployment(run.deployment).ok_or_else(|| {
            let own = run.deployment;
            OperateError::Refused(format!("{own} cannot be loaded any more: {from_start}"))
        })?;
        let done = steps.iter().filter(|s| s.state != StepState::Begun);
        let rows: Vec<(i64, StepState)> = done.map(|s| (s.step, s.state)).collect();
        match Moves::new(&own.plan, &newest.plan).why_not(run.cursor, &rows) {
            None => Ok(()),
            Some(why) => Err(OperateError::Refused(format!(
                "what {} has done does not fit the current version: {why}; {from_start}",
                run.id
            ))),
        }
    }

    /// The event of an edited payload; what was received stays as it is.
    async fn edited(
        &self,
        run: &RunRecord,
        body: &[u8],
        deployment: &Deployment,
        now: Timestamp,
    ) -> Result<NewEvent, OperateError> {
        serde_json::from_slice::<serde_json::Value>(body)
            .map_err(|e| OperateError::Refused(format!("the payload is not JSON: {e}")))?;
        let event = self.store.event(run.event).await?;
        Ok(NewEvent {
            environment: run.environment,
            connection: event.head.connection,
            peer: run.peer.clone(),
            dedupe_key: format!("replay:{}:{}", run.id, now.0),
            kind: event.head.kind,
            occurred_at: event.head.occurred_at,
            received_at: now,
            own: event.head.own,
            secret: None,
            body_len: i64::try_from(body.len()).unwrap_or(i64::MAX),
            body_sha256: Sha256::digest(body).into(),
            body: deployment.environment.key.seal(body, Purpose::Body.label()),
            runs: Vec::new(),
        })
    }
}

/// The steps whose rows a replay from the failed step begins with.
fn kept(deployment: &Deployment, run: &RunRecord, steps: &[StepRecord]) -> Vec<i64> {
    let again = reads_again(deployment, run.cursor);
    let done = steps
        .iter()
        .filter(|s| s.state != StepState::Begun && s.step < run.cursor);
    done.map(|s| s.step)
        .filter(|s| !again.contains(s))
        .collect()
}

/// The reads that are executed again when a run goes on at `cursor`: those that this step or a
/// later one uses.
fn reads_again(deployment: &Deployment, cursor: i64) -> BTreeSet<i64> {
    let steps = deployment.plan.every_step().into_iter();
    let later = steps.filter(|s| s.ordinal >= cursor);
    later.flat_map(|s| s.depends_on.iter().copied()).collect()
}
