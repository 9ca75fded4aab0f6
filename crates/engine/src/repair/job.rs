//! Goes through the letters of a cause, a few at a time, and writes down how far it has come.

use super::outcome::Outcome;
use super::{Repair, trial};
use crate::catalog::Environment;
use crate::job::STORE_AWAY;
use crate::operate::{OperateError, Replay};
use crate::seal::{Purpose, seal};
use crate::shared::Shared;
use crate::stop::Stop;
use futures::future::join_all;
use model::Timestamp;
use model::ids::RunId;
use std::sync::Arc;
use store::{JobState, LetterFilter, NewRepairItem, Page, RepairAdvance, RepairKind, StoredLetter};

/// So many letters are tried at the same time: each asks the peers.
const TRIED_AT_ONCE: i64 = 3;
/// So many are replayed in one commit.
const REPLAYED_AT_ONCE: i64 = 50;

/// A repair and what it needs.
pub(super) struct Job {
    pub shared: Arc<Shared>,
    pub environment: Arc<Environment>,
    pub repair: Repair,
}

impl crate::job::Job for Job {
    fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn name(&self) -> String {
        format!("repair {}", self.repair.record.id)
    }

    /// Works the next few letters.
    async fn turn(&mut self) -> Result<bool, Stop> {
        let record = &self.repair.record;
        let limit = match record.kind {
            RepairKind::Trial => TRIED_AT_ONCE,
            RepairKind::Retry => REPLAYED_AT_ONCE,
        };
        let filter = LetterFilter {
            fingerprint: Some(record.fingerprint.clone()),
            ..LetterFilter::default()
        };
        let page = Page {
            after: Some(record.cursor.0),
            limit,
        };
        // Who has stopped it must not wait for what is not begun yet.
        let now = self.shared.store.repair(record.id).await?;
        if now.state != JobState::Running {
            return Ok(false);
        }
        let mut letters = self
            .shared
            .store
            .dead_letters(record.environment, filter, page)
            .await?;
        letters.retain(|letter| letter.run <= record.last);
        let count = i64::try_from(letters.len()).unwrap_or(i64::MAX);
        let cursor = match letters.last() {
            Some(letter) if count >= limit => letter.run,
            _ => record.last,
        };
        let worked = match record.kind {
            RepairKind::Trial => self.attempt(&letters).await?,
            RepairKind::Retry => self.replay(&letters).await?,
        };
        self.advance(cursor, &letters, worked).await
    }

    async fn failed(&self, reason: String, now: Timestamp) -> Result<(), store::Error> {
        let (id, state) = (self.repair.record.id, JobState::Failed);
        let set = self.shared.store.repair_set(id, state, Some(reason), now);
        set.await.map(drop)
    }
}

impl Job {
    async fn attempt(
        &self,
        letters: &[StoredLetter],
    ) -> Result<Vec<(Option<RunId>, Outcome)>, Stop> {
        let tried = letters.iter().map(|letter| {
            let asked = &self.repair.request;
            trial::attempt(&self.shared, &self.environment, letter, asked)
        });
        let tried = join_all(tried).await.into_iter();
        tried
            .map(|one| one.map(|outcome| (None, outcome)))
            .collect()
    }

    async fn replay(
        &self,
        letters: &[StoredLetter],
    ) -> Result<Vec<(Option<RunId>, Outcome)>, Stop> {
        let (asked, who) = (&self.repair.request, &self.repair.record.who);
        let how = Replay {
            from_start: asked.from_start,
            newest: asked.newest,
            payload: None,
            reason: asked.reason.clone(),
        };
        let mut worked = vec![(None, Outcome::Begun); letters.len()];
        let (mut places, mut requests) = (Vec::new(), Vec::new());
        for (place, letter) in letters.iter().enumerate() {
            match self.shared.replay_request(letter.run, &how, who).await {
                Ok(request) => {
                    places.push(place);
                    requests.push(request);
                }
                Err(OperateError::Store(error)) => return Err(error.into()),
                Err(OperateError::Refused(reason)) => worked[place].1 = Outcome::Refused { reason },
            }
        }
        let mut started = Vec::with_capacity(requests.len());
        let replayed = self.shared.store.replay_all(requests).await;
        for (place, replayed) in places.into_iter().zip(replayed) {
            match replayed {
                Ok(run) => {
                    worked[place].0 = Some(run.id);
                    started.push(run);
                }
                Err(error) => {
                    let reason = error.to_string();
                    worked[place].1 = Outcome::Refused { reason };
                }
            }
        }
        self.shared.start(started);
        Ok(worked)
    }

    async fn advance(
        &mut self,
        cursor: RunId,
        letters: &[StoredLetter],
        worked: Vec<(Option<RunId>, Outcome)>,
    ) -> Result<bool, Stop> {
        let mut progress = self.repair.progress.clone();
        let mut items = Vec::with_capacity(letters.len());
        for (letter, (made, outcome)) in letters.iter().zip(worked) {
            progress.count(letter, &outcome);
            items.push(NewRepairItem {
                run: letter.run,
                made,
                body: seal(&self.environment.key, Purpose::Repair, &outcome)?,
            });
        }
        let record = &self.repair.record;
        let state = match cursor >= record.last {
            true => JobState::Done,
            false => JobState::Running,
        };
        let step = RepairAdvance {
            id: record.id,
            before: record.cursor,
            cursor,
            state,
            progress: serde_json::to_string(&progress).map_err(|e| Stop::bug(e.to_string()))?,
            items,
            at: self.shared.clock.now(),
        };
        if !self.written(step).await? {
            return Ok(false);
        }
        self.repair.record.cursor = cursor;
        self.repair.progress = progress;
        Ok(state == JobState::Running)
    }

    /// What is replayed is replayed: that it was must not be forgotten because the store is away.
    async fn written(&self, step: RepairAdvance) -> Result<bool, Stop> {
        loop {
            match self.shared.store.repair_advance(step.clone()).await {
                Err(store::Error::Busy(_)) => self.shared.clock.sleep(STORE_AWAY).await,
                other => return Ok(other?),
            }
        }
    }
}

/// What was under way when the process ended stands still until a person lets it go on: if it was
/// what ended the process, it would end the next one too.
pub(crate) async fn pause_all(shared: &Shared) -> Result<(), store::Error> {
    for repair in shared.store.repairs_running().await? {
        let reason = Some("the server was stopped".to_owned());
        let now = shared.clock.now();
        let state = JobState::Paused;
        shared
            .store
            .repair_set(repair.id, state, reason, now)
            .await?;
    }
    Ok(())
}
