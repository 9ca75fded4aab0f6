//! What a person does to runs and effects: replay, answer, discard, cancel, make again on purpose.

use crate::Engine;
use crate::catalog::Deployment;
use crate::seal::{Purpose, open, seal};
use crate::stop::Stop;
use connector::effect::Progress;
use model::ids::{EnvironmentId, RunId};
use model::{EffectState, Fault};
use std::sync::Arc;
use store::effect::wake_key;
use store::{
    Cancel, EffectRecord, LetterFilter, Page, RaiseGeneration, Resolution, Resolve, RunRecord,
    SettleEffect, StartedRun,
};

/// How a run is worked again.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// From the first step instead of from the failed one. Confirmed writes are reused either way.
    pub from_start: bool,
    /// Another payload instead of the event's.
    pub payload: Option<Vec<u8>>,
    /// On the flow's active version instead of the run's own. From the failed step only where what
    /// is done means the same in both.
    pub newest: bool,
    /// Why, for the audit trail.
    pub reason: Option<String>,
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
            requests.push(self.shared.replay_request(*id, how, who).await?);
        }
        let mut started: Vec<StartedRun> = Vec::with_capacity(requests.len());
        for replayed in self.shared.store.replay_all(requests).await {
            started.push(replayed?);
        }
        let ids = started.iter().map(|r| r.id).collect();
        self.shared.start(started);
        Ok(ids)
    }

    /// Works every open dead letter of one cause in an environment again; returns the new runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay_cause(
        &self,
        environment: EnvironmentId,
        fingerprint: &str,
        how: &Replay,
        who: &str,
    ) -> Result<Vec<RunId>, OperateError> {
        let filter = LetterFilter {
            fingerprint: Some(fingerprint.to_owned()),
            ..LetterFilter::default()
        };
        let mut page = Page::first(1_000);
        let mut runs = Vec::new();
        loop {
            let letters = self
                .shared
                .store
                .dead_letters(environment, filter.clone(), page)
                .await?;
            let Some(last) = letters.last() else { break };
            page.after = Some(last.run.0);
            runs.extend(letters.iter().map(|l| l.run));
        }
        self.replay(&runs, how, who).await
    }

    /// What a replay of the run goes through: its own version, or the one in force now.
    ///
    /// # Errors
    /// If there is no such version, or it cannot be loaded any more.
    pub fn deployment_for(
        &self,
        run: &RunRecord,
        newest: bool,
    ) -> Result<Arc<Deployment>, OperateError> {
        self.shared.deployment_for(run, newest)
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
        environment: EnvironmentId,
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
