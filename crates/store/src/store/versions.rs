//! Reads of drafts, versions, deployments, and of the runs that are pinned to them.

use super::Store;
use crate::error::Result;
use crate::queries::deploy::VersionHead;
use crate::queries::deploy::{self, DeploymentRecord, DraftHead, DraftRecord, FlowVersion};
use crate::queries::runs::{self, Pinned, StepStanding};
use crate::queries::settings::{self, EnvironmentRecord};
use crate::run::RunRecord;
use model::ids::{DeploymentId, EnvironmentId, FlowId, RunId};
use std::collections::BTreeMap;
use std::sync::Arc;
use vault::Sealed;

impl Store {
    /// What is saved of a flow, or was: its revision goes on.
    pub async fn draft(&self, flow: FlowId) -> Result<Option<DraftRecord>> {
        self.read(move |s| Box::pin(deploy::draft(s, flow))).await
    }

    /// All drafts that hold something, without their texts.
    pub async fn draft_heads(&self) -> Result<Vec<DraftHead>> {
        self.read(move |s| Box::pin(deploy::draft_heads(s))).await
    }

    /// A version by its number.
    pub async fn flow_version_by_number(&self, flow: FlowId, number: i64) -> Result<FlowVersion> {
        self.read(move |s| Box::pin(deploy::version_by_number(s, flow, number)))
            .await
    }

    /// A page of a flow's versions without their texts, newest first, below a number.
    pub async fn version_heads(
        &self,
        flow: FlowId,
        below: i64,
        limit: i64,
    ) -> Result<Vec<VersionHead>> {
        self.read(move |s| Box::pin(deploy::version_heads(s, flow, below, limit)))
            .await
    }

    /// The number of the newest version of each flow that has one.
    pub async fn newest_versions(&self) -> Result<Vec<(FlowId, i64)>> {
        self.read(move |s| Box::pin(deploy::newest_versions(s)))
            .await
    }

    /// A page of what was in force of a flow in an environment, newest first, below an id.
    pub async fn deployment_history(
        &self,
        environment: EnvironmentId,
        flow: FlowId,
        below: DeploymentId,
        limit: i64,
    ) -> Result<Vec<DeploymentRecord>> {
        self.read(move |s| Box::pin(deploy::history(s, environment, flow, below.0, limit)))
            .await
    }

    /// The live runs of a flow that are pinned to another deployment than this, oldest first.
    pub async fn pinned_runs(
        &self,
        environment: EnvironmentId,
        flow: FlowId,
        other_than: DeploymentId,
    ) -> Result<Vec<Pinned>> {
        self.read(move |s| Box::pin(runs::pinned(s, environment, flow, other_than)))
            .await
    }

    /// Runs by their ids, in their order; those that do not exist are left out.
    pub async fn several_runs(&self, runs: Vec<RunId>) -> Result<Vec<RunRecord>> {
        let runs = Arc::new(runs);
        self.read(move |s| {
            let runs = Arc::clone(&runs);
            Box::pin(async move { runs::several(s, &runs).await })
        })
        .await
    }

    /// Which steps of runs have rows, by run and step.
    pub async fn step_states(&self, runs: Vec<RunId>) -> Result<Vec<StepStanding>> {
        let runs = Arc::new(runs);
        self.read(move |s| {
            let runs = Arc::clone(&runs);
            Box::pin(async move { runs::step_states(s, &runs).await })
        })
        .await
    }

    /// Of the runs that an event of our own started: the event's key.
    pub async fn own_events(&self, runs: Vec<RunId>) -> Result<Vec<(RunId, String)>> {
        let runs = Arc::new(runs);
        self.read(move |s| {
            let runs = Arc::clone(&runs);
            Box::pin(async move { runs::own_events(s, &runs).await })
        })
        .await
    }

    /// One environment.
    pub async fn environment(&self, id: EnvironmentId) -> Result<EnvironmentRecord> {
        self.read(move |s| Box::pin(settings::environment(s, id)))
            .await
    }

    /// What the configuration file said of an environment when it was last put in force: a sealed
    /// digest by subject.
    pub async fn seeds(&self, environment: EnvironmentId) -> Result<BTreeMap<String, Sealed>> {
        self.read(move |s| Box::pin(settings::seeds(s, environment)))
            .await
    }
}
