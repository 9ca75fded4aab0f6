//! Acts on all open dead letters of a cause, and who takes care of one.

use super::Store;
use crate::changes::{Topic, Topics};
use crate::error::Result;
use crate::job::JobState;
use crate::queries::Page;
use crate::queries::repair::{self as queries, Stretches};
use crate::repair::{
    Care, Comment, LetterSum, NewComment, NewRepair, RepairAdvance, RepairItem, RepairRecord,
    SetCare,
};
use crate::verbs::repair as verbs;
use model::ids::{EnvironmentId, RepairId, RunId};
use model::{RunState, Timestamp};
use std::sync::Arc;

/// What a screen shows that is about repairs.
fn topics() -> Topics {
    Topics::of(&[Topic::DeadLetters])
}

impl Store {
    /// Begins a repair and forgets the oldest.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if another one of its kind runs in the
    /// environment.
    pub async fn repair_create(&self, new: NewRepair) -> Result<RepairRecord> {
        let new = Arc::new(new);
        self.write_about(topics(), move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::create(s, &new).await })
        })
        .await
    }

    /// Writes how far a repair has come, with what became of the letters; false if it no longer
    /// runs or is elsewhere, and then nothing is written.
    pub async fn repair_advance(&self, step: RepairAdvance) -> Result<bool> {
        let step = Arc::new(step);
        self.write_about(topics(), move |s| {
            let step = Arc::clone(&step);
            Box::pin(async move { verbs::advance(s, &step).await })
        })
        .await
    }

    /// Stops a repair that runs or is paused, or lets one that was stopped run on.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if it is done, or another one runs.
    pub async fn repair_set(
        &self,
        id: RepairId,
        state: JobState,
        reason: Option<String>,
        at: Timestamp,
    ) -> Result<RepairRecord> {
        let reason = Arc::new(reason);
        self.write_about(topics(), move |s| {
            let reason = Arc::clone(&reason);
            Box::pin(async move { verbs::set_state(s, id, state, reason.as_deref(), at).await })
        })
        .await
    }

    /// One repair.
    pub async fn repair(&self, id: RepairId) -> Result<RepairRecord> {
        self.read(move |s| Box::pin(queries::repair(s, id))).await
    }

    /// A page of repairs of an environment, or of one cause; newest first.
    pub async fn repairs(
        &self,
        environment: EnvironmentId,
        fingerprint: Option<String>,
        page: Page,
    ) -> Result<Vec<RepairRecord>> {
        let fingerprint = Arc::new(fingerprint);
        self.read(move |s| {
            let fingerprint = Arc::clone(&fingerprint);
            Box::pin(
                async move { queries::list(s, environment, fingerprint.as_deref(), page).await },
            )
        })
        .await
    }

    /// The repairs that run, of all environments.
    pub async fn repairs_running(&self) -> Result<Vec<RepairRecord>> {
        self.read(|s| Box::pin(queries::running(s))).await
    }

    /// A page of what became of a repair's letters, by run.
    pub async fn repair_items(&self, id: RepairId, page: Page) -> Result<Vec<RepairItem>> {
        self.read(move |s| Box::pin(queries::items(s, id, page)))
            .await
    }

    /// How the runs stand that a repair made, with their letters' money.
    pub async fn repair_stands(&self, id: RepairId) -> Result<Vec<(RunState, LetterSum)>> {
        self.read(move |s| Box::pin(queries::stands(s, id))).await
    }

    /// The open letters of a cause up to one, by currency.
    pub async fn letter_sums(
        &self,
        environment: EnvironmentId,
        fingerprint: &str,
        last: RunId,
    ) -> Result<Vec<LetterSum>> {
        let fingerprint: Arc<str> = fingerprint.into();
        self.read(move |s| {
            let fingerprint = Arc::clone(&fingerprint);
            Box::pin(async move { queries::sums(s, environment, &fingerprint, last).await })
        })
        .await
    }

    /// How many letters of the causes from `first` to `last` died in which stretch of time, whether
    /// they are open or not: fingerprint, stretch counted from 0, count.
    pub async fn letter_trend(
        &self,
        environment: EnvironmentId,
        stretches: Stretches,
        first: &str,
        last: &str,
    ) -> Result<Vec<(String, i64, i64)>> {
        let span = Arc::new((first.to_owned(), last.to_owned()));
        self.read(move |s| {
            let span = Arc::clone(&span);
            Box::pin(
                async move { queries::trend(s, environment, stretches, &span.0, &span.1).await },
            )
        })
        .await
    }

    /// Says who takes care of a cause; answers with the revision.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if somebody else has said so meanwhile.
    pub async fn set_care(&self, set: SetCare) -> Result<i64> {
        let set = Arc::new(set);
        self.write_about(topics().and(Topics::of(&[Topic::Accounts])), move |s| {
            let set = Arc::clone(&set);
            Box::pin(async move { verbs::set_care(s, &set).await })
        })
        .await
    }

    /// Who takes care of a cause, if anybody ever did.
    pub async fn care(
        &self,
        environment: EnvironmentId,
        fingerprint: &str,
    ) -> Result<Option<Care>> {
        let fingerprint: Arc<str> = fingerprint.into();
        self.read(move |s| {
            let fingerprint = Arc::clone(&fingerprint);
            Box::pin(async move { queries::care(s, environment, &fingerprint).await })
        })
        .await
    }

    /// Who takes care of the causes from one to another.
    pub async fn cares(
        &self,
        environment: EnvironmentId,
        first: &str,
        last: &str,
    ) -> Result<Vec<Care>> {
        let span = Arc::new((first.to_owned(), last.to_owned()));
        self.read(move |s| {
            let span = Arc::clone(&span);
            Box::pin(async move { queries::cares(s, environment, &span.0, &span.1).await })
        })
        .await
    }

    /// Keeps what a person says about a cause; answers with its id.
    pub async fn comment_on_cause(&self, new: NewComment) -> Result<i64> {
        let new = Arc::new(new);
        self.write_about(topics().and(Topics::of(&[Topic::Accounts])), move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::comment(s, &new).await })
        })
        .await
    }

    /// A page of what was said about a cause, newest first.
    pub async fn cause_comments(
        &self,
        environment: EnvironmentId,
        fingerprint: &str,
        page: Page,
    ) -> Result<Vec<Comment>> {
        let fingerprint: Arc<str> = fingerprint.into();
        self.read(move |s| {
            let fingerprint = Arc::clone(&fingerprint);
            Box::pin(async move { queries::comments(s, environment, &fingerprint, page).await })
        })
        .await
    }
}
