//! What a person does to runs and effects: replay, answer, discard, cancel, make again on purpose.

use crate::Engine;
use crate::catalog::Deployment;
use crate::seal::{Purpose, open, seal};
use crate::stop::Stop;
use connector::effect::Progress;
use model::ids::RunId;
use model::{EffectState, Fault};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::effect::wake_key;
use store::run::StepState;
use store::{
    Cancel, EffectRecord, LetterFilter, NewEvent, Page, RaiseGeneration, ReplayRequest, Resolution,
    Resolve, SettleEffect, StartedRun,
};

/// How a run is worked again.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// From the first step instead of from the failed one. Confirmed writes are reused either way.
    pub from_start: bool,
    /// Another payload instead of the event's.
    pub payload: Option<Vec<u8>>,
    /// On the flow's active version instead of the run's own.
    pub newest: bool,
}

/// A person's answer about an effect whose outcome the peer cannot tell.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It exists, under this number at the peer.
    Exists { number: String },
    /// It does not exist and must be made again.
    Abandoned,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Refused(String),
}

impl From<Stop> for OperateError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Store(error) => Self::Store(error),
            Stop::Dead(death) => Self::Refused(death.fault.message),
            other => Self::Refused(format!("{other:?}")),
        }
    }
}

impl From<Fault> for OperateError {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault.message)
    }
}

impl Engine {
    /// Works dead (or finished) runs again, each as a new run that names the old one.
    ///
    /// # Errors
    /// If a run is not there, is still working, or the payload is no JSON.
    pub async fn replay(
        &self,
        runs: &[RunId],
        how: &Replay,
        who: &str,
    ) -> Result<Vec<RunId>, OperateError> {
        let mut requests = Vec::with_capacity(runs.len());
        for id in runs {
            requests.push(self.replay_request(*id, how, who).await?);
        }
        let mut started: Vec<StartedRun> = Vec::with_capacity(requests.len());
        for replayed in self.shared.store.replay_all(requests).await {
            started.push(replayed?);
        }
        let ids = started.iter().map(|r| r.id).collect();
        self.shared.start(started);
        Ok(ids)
    }

    pub(crate) async fn replay_request(
        &self,
        id: RunId,
        how: &Replay,
        who: &str,
    ) -> Result<ReplayRequest, OperateError> {
        let (run, steps, _) = self.shared.store.journal(id).await?;
        if run.state.is_live() {
            return Err(OperateError::Refused(format!("{id} is still working")));
        }
        let catalog = self.shared.catalog();
        let newest = if how.newest {
            let active = catalog
                .deployments()
                .find(|d| d.active && d.flow == run.flow && d.environment.id == run.environment);
            Some(active.cloned().ok_or_else(|| {
                OperateError::Refused(format!("the flow of {id} has no active version"))
            })?)
        } else {
            None
        };
        let deployment = match &newest {
            Some(newest) => Arc::clone(newest),
            None => catalog.deployment(run.deployment).ok_or_else(|| {
                OperateError::Refused(format!(
                    "{} cannot be loaded any more (its connections are gone, perhaps): replay on \
                     the newest version",
                    run.deployment
                ))
            })?,
        };
        let now = self.shared.clock.now();
        let keep_steps = if how.from_start || how.payload.is_some() || newest.is_some() {
            Vec::new()
        } else {
            let again = reads_again(&deployment, run.cursor);
            let done = steps
                .iter()
                .filter(|s| s.state != StepState::Begun && s.step < run.cursor);
            done.map(|s| s.step)
                .filter(|s| !again.contains(s))
                .collect()
        };
        let new_event = match &how.payload {
            None => None,
            Some(body) => {
                serde_json::from_slice::<serde_json::Value>(body)
                    .map_err(|e| OperateError::Refused(format!("the payload is not JSON: {e}")))?;
                let event = self.shared.store.event(run.event).await?;
                Some(NewEvent {
                    environment: run.environment,
                    connection: event.head.connection,
                    peer: run.peer.clone(),
                    dedupe_key: format!("replay:{id}:{}", now.0),
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
        };
        Ok(ReplayRequest {
            run: id,
            from_cursor: keep_steps.iter().max().map_or(0, |last| last + 1),
            keep_steps,
            new_event,
            deployment: newest.map(|d| d.id),
            at: now,
            who: who.to_owned(),
        })
    }

    /// Works every dead letter of one cause again; returns the new runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay_cause(
        &self,
        fingerprint: &str,
        how: &Replay,
        who: &str,
    ) -> Result<Vec<RunId>, OperateError> {
        let mut runs = Vec::new();
        for environment in self.shared.catalog().environments() {
            let filter = LetterFilter {
                fingerprint: Some(fingerprint.to_owned()),
                flow: None,
            };
            let mut page = Page::first(1_000);
            loop {
                let letters = self
                    .shared
                    .store
                    .dead_letters(environment.id, filter.clone(), page)
                    .await?;
                let Some(last) = letters.last() else { break };
                page.after = Some(last.run.0);
                runs.extend(letters.iter().map(|l| l.run));
            }
        }
        self.replay(&runs, how, who).await
    }

    /// Closes a dead letter: nothing more is to be done about it.
    ///
    /// # Errors
    /// The store's.
    pub async fn discard(&self, run: RunId, who: &str, reason: &str) -> Result<(), OperateError> {
        let decision = Resolve {
            run,
            resolution: Resolution::Discard,
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        self.shared.store.resolve(decision).await?;
        Ok(crate::call::wake_caller(&self.shared, run).await?)
    }

    /// Ends a run that waits or queues. Its effects stay as they are.
    ///
    /// # Errors
    /// If it is working right now or has ended.
    pub async fn cancel(&self, run: RunId, who: &str, reason: &str) -> Result<(), OperateError> {
        let decision = Cancel {
            run,
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        let ready = self.shared.store.cancel(decision).await?;
        self.shared.lanes.lock().forget(run);
        self.shared.start(ready);
        Ok(crate::call::wake_caller(&self.shared, run).await?)
    }

    /// Settles an effect that only a person can settle, from the dead letter that asked.
    ///
    /// # Errors
    /// If the run did not ask, or the operation cannot adopt what was found.
    pub async fn answer(
        &self,
        run: RunId,
        answer: &Answer,
        who: &str,
        reason: &str,
    ) -> Result<(), OperateError> {
        let (record, steps, _) = self.shared.store.journal(run).await?;
        let deployment = self
            .shared
            .catalog()
            .deployment(record.deployment)
            .ok_or_else(|| OperateError::Refused(format!("{} is not loaded", record.deployment)))?;
        let asked = steps
            .iter()
            .find(|s| s.step == record.cursor)
            .and_then(|s| s.effect);
        let key = asked.ok_or_else(|| {
            OperateError::Refused(format!(
                "{run} did not stop at an effect that a person can settle"
            ))
        })?;
        let mut effect = self
            .uncertain(record.environment, &key)
            .await?
            .ok_or_else(|| {
                OperateError::Refused(format!("the effect that {run} stopped at is not there"))
            })?;
        if matches!(effect.state, EffectState::Confirmed | EffectState::Void) {
            return Err(OperateError::Refused(format!(
                "{} is settled already",
                effect.id
            )));
        }
        let data_key = &deployment.environment.key;
        let mut progress: Progress = open(data_key, Purpose::Effect, &effect.body)?;
        match answer {
            Answer::Abandoned => progress.answer_abandoned(),
            Answer::Exists { number } => {
                let (_, operation) = self
                    .shared
                    .registry
                    .operation(&effect.operation)
                    .ok_or_else(|| {
                        OperateError::Refused(format!("there is no `{}`", effect.operation))
                    })?;
                let output = operation.adopt(&progress.input, number)?.ok_or_else(|| {
                    OperateError::Refused(format!(
                        "{} cannot be answered with a number",
                        effect.operation
                    ))
                })?;
                progress.answer_exists(output);
            }
        }
        let expected = Some(effect.rev);
        effect.rev += 1;
        effect.state = progress.state;
        effect.holder = None;
        effect.inflight = None;
        effect.inflight_at = None;
        effect.question = None;
        effect.updated_at = self.shared.clock.now();
        effect.body = seal(data_key, Purpose::Effect, &progress)?;
        let wakes = vec![wake_key(&effect.id.key())];
        let write = store::EffectWrite {
            expected,
            record: effect,
        };
        let ready = self
            .shared
            .store
            .settle_effect(SettleEffect {
                write,
                wakes,
                who: who.to_owned(),
                reason: reason.to_owned(),
                at: self.shared.clock.now(),
            })
            .await?;
        self.shared.start(ready);
        Ok(())
    }

    /// "Do it again on purpose": the next run that makes this effect makes a second one.
    ///
    /// # Errors
    /// The store's.
    pub async fn raise_generation(
        &self,
        effect: &model::EffectId,
        who: &str,
        reason: &str,
    ) -> Result<i64, OperateError> {
        let decision = RaiseGeneration {
            peer: effect.peer.clone(),
            kind: effect.kind.clone(),
            reference: effect.reference.clone(),
            generation: effect.generation,
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        Ok(self.shared.store.raise_generation(decision).await?)
    }

    /// The unsettled effect with this key.
    async fn uncertain(
        &self,
        environment: model::ids::EnvironmentId,
        key: &[u8; 32],
    ) -> Result<Option<EffectRecord>, OperateError> {
        let mut after = None;
        loop {
            let page = self
                .shared
                .store
                .effects_in(environment, EffectState::Uncertain, after, 500)
                .await?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            after = Some(model::EffectId::clone(&last.id));
            if let Some(found) = page.into_iter().find(|e| e.id.key() == *key) {
                return Ok(Some(found));
            }
        }
    }
}

/// The reads that are executed again when a run goes on at `cursor`: those that this step or a
/// later one uses.
fn reads_again(deployment: &Deployment, cursor: i64) -> BTreeSet<i64> {
    let steps = deployment.plan.every_step().into_iter();
    let later = steps.filter(|s| s.ordinal >= cursor);
    later.flat_map(|s| s.depends_on.iter().copied()).collect()
}
