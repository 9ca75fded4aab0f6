//! Jobs of what-if, and the past that they go through.

use super::Store;
use crate::changes::Topics;
use crate::error::Result;
use crate::job::JobState;
use crate::queries::{Page, what_if as queries};
use crate::verbs::what_if as verbs;
use crate::what_if::{
    NewWhatIf, PastDetail, PastPeriod, PastRun, StoredDifference, WhatIfAdvance, WhatIfRecord,
};
use model::Timestamp;
use model::ids::{EnvironmentId, EventId, RunId, WhatIfId};
use std::sync::Arc;

impl Store {
    /// Begins a job and forgets the oldest.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if another one runs in the environment.
    pub async fn what_if_create(&self, new: NewWhatIf) -> Result<WhatIfRecord> {
        let new = Arc::new(new);
        self.write_about(Topics::NONE, move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::create(s, &new).await })
        })
        .await
    }

    /// Writes how far a job has come, with what it found; false if it no longer runs or is
    /// elsewhere, and then nothing is written.
    pub async fn what_if_advance(&self, step: WhatIfAdvance) -> Result<bool> {
        let step = Arc::new(step);
        self.write_about(Topics::NONE, move |s| {
            let step = Arc::clone(&step);
            Box::pin(async move { verbs::advance(s, &step).await })
        })
        .await
    }

    /// Stops a job that runs or is paused, or lets one that was stopped run on.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if it is done, or another one runs.
    pub async fn what_if_set(
        &self,
        id: WhatIfId,
        state: JobState,
        reason: Option<String>,
        at: Timestamp,
    ) -> Result<WhatIfRecord> {
        let reason = Arc::new(reason);
        self.write_about(Topics::NONE, move |s| {
            let reason = Arc::clone(&reason);
            Box::pin(async move { verbs::set_state(s, id, state, reason.as_deref(), at).await })
        })
        .await
    }

    /// One job.
    pub async fn what_if(&self, id: WhatIfId) -> Result<WhatIfRecord> {
        self.read(move |s| Box::pin(queries::what_if(s, id))).await
    }

    /// A page of an environment's jobs, newest first.
    pub async fn what_ifs(
        &self,
        environment: EnvironmentId,
        page: Page,
    ) -> Result<Vec<WhatIfRecord>> {
        self.read(move |s| Box::pin(queries::list(s, environment, page)))
            .await
    }

    /// The jobs that run, of all environments.
    pub async fn what_ifs_running(&self) -> Result<Vec<WhatIfRecord>> {
        self.read(|s| Box::pin(queries::running(s))).await
    }

    /// A page of what a job found, by place.
    pub async fn what_if_differences(
        &self,
        id: WhatIfId,
        page: Page,
    ) -> Result<Vec<StoredDifference>> {
        self.read(move |s| Box::pin(queries::differences(s, id, page)))
            .await
    }

    /// How many runs a period has. It reads them all: ask for short stretches of ids.
    pub async fn count_past_runs(&self, past: PastPeriod) -> Result<i64> {
        self.read(move |s| Box::pin(async move { queries::count_past(s, &past).await }))
            .await
    }

    /// A page of a period's runs, by id. A run that was replayed is left out for its replay.
    pub async fn past_runs(&self, past: PastPeriod, limit: i64) -> Result<Vec<PastRun>> {
        self.read(move |s| Box::pin(async move { queries::past_runs(s, &past, limit).await }))
            .await
    }

    /// What is kept of runs and their events, in their order.
    pub async fn past_details(&self, runs: Vec<(RunId, EventId)>) -> Result<Vec<PastDetail>> {
        let runs = Arc::new(runs);
        self.read(move |s| {
            let runs = Arc::clone(&runs);
            Box::pin(async move { queries::past_details(s, &runs).await })
        })
        .await
    }
}
