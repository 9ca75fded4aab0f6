//! What changes the store besides the hot verbs. Each is one item of a batch, all or nothing.
//!
//! All fail with [`Error::Busy`](crate::Error::Busy) if the store cannot take more now, and with
//! [`Error::Conflict`](crate::Error::Conflict) or [`Error::NotFound`](crate::Error::NotFound) if
//! things are not as they must be.

use super::Store;
use crate::advance::Fence;
use crate::changes::{Topic, Topics};
use crate::entry::ExceptionRecord;
use crate::error::Result;
use crate::event::{Ingested, NewEvent, StartedRun};
use crate::queries::deploy::FlowVersion;
use crate::verbs::cancel::{self, Cancel};
use crate::verbs::cross_reference::{self, PutCrossReference};
use crate::verbs::deploy::{self, NewDeployment, NewVersion, Publish, PutDraft};
use crate::verbs::effects::{self, RaiseGeneration, SettleEffect};
use crate::verbs::lease;
use crate::verbs::pinned::{self, CancelRuns, MoveRuns};
use crate::verbs::replay::{self, ReplayRequest};
use crate::verbs::resolve::{self, Resolve};
use crate::verbs::settings::{
    self, NewConnection, NewEnvironment, PollCursor, SetEnvironment, UpdateConnection,
};
use crate::verbs::start::{self, StartRun};
use crate::verbs::subledger::{self, Marked, ResolveException, Voucher};
use futures::future::join_all;
use model::Timestamp;
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, RunId};
use std::sync::Arc;
use vault::Sealed;

impl Store {
    /// Replays several runs in one batch; answers in their order.
    pub async fn replay_all(&self, requests: Vec<ReplayRequest>) -> Vec<Result<StartedRun>> {
        join_all(requests.into_iter().map(|request| self.replay(request))).await
    }

    /// Takes every shard for a node: whoever had them is fenced from now on.
    pub async fn lease(&self, node: &str) -> Result<Fence> {
        let node = node.to_owned();
        let node = Arc::new(node);
        self.write(move |s| {
            let node = Arc::clone(&node);
            Box::pin(async move { lease::lease(s, &node).await })
        })
        .await
    }

    /// Replays a run that is over; repeated with the same time it answers with the run it made.
    pub async fn replay(&self, request: ReplayRequest) -> Result<StartedRun> {
        let request = Arc::new(request);
        self.write(move |s| {
            let request = Arc::clone(&request);
            Box::pin(async move { replay::replay(s, &request).await })
        })
        .await
    }

    /// Lays a dead letter to rest.
    pub async fn resolve(&self, decision: Resolve) -> Result<()> {
        let decision = Arc::new(decision);
        self.write(move |s| {
            let decision = Arc::clone(&decision);
            Box::pin(async move { resolve::resolve(s, &decision).await })
        })
        .await
    }

    /// Ends a run by a person's will; answers with the runs that waited for its effects.
    pub async fn cancel(&self, decision: Cancel) -> Result<Vec<StartedRun>> {
        let decision = Arc::new(decision);
        self.write(move |s| {
            let decision = Arc::clone(&decision);
            Box::pin(async move { cancel::cancel(s, &decision).await })
        })
        .await
    }

    /// Writes an effect outside a run, for a person's answer; answers with the runs it woke.
    pub async fn settle_effect(&self, answer: SettleEffect) -> Result<Vec<StartedRun>> {
        let answer = Arc::new(answer);
        self.write(move |s| {
            let answer = Arc::clone(&answer);
            Box::pin(async move { effects::settle(s, &answer).await })
        })
        .await
    }

    /// Begins a further generation of an effect, to do it again on purpose; answers with it.
    pub async fn raise_generation(&self, decision: RaiseGeneration) -> Result<i64> {
        let decision = Arc::new(decision);
        self.write(move |s| {
            let decision = Arc::clone(&decision);
            Box::pin(async move { effects::raise_generation(s, &decision).await })
        })
        .await
    }

    /// Stores a page of a poll with its cursor: both or neither.
    pub async fn ingest_page(
        &self,
        events: Vec<NewEvent>,
        cursor: PollCursor,
    ) -> Result<Vec<Ingested>> {
        let given = Arc::new((events, cursor));
        self.write_about(Topics::of(&[Topic::Events, Topic::Runs]), move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move {
                let (events, cursor) = &*given;
                settings::ingest_page(s, events, cursor).await
            })
        })
        .await
    }

    /// Stores an event of our own with the run that a person starts by it.
    pub async fn start_run(&self, given: StartRun) -> Result<Ingested> {
        let given = Arc::new(given);
        self.write(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move { start::start(s, &given).await })
        })
        .await
    }

    /// Writes a cross reference by a person's will, never over another; answers with the runs that
    /// waited for it.
    pub async fn put_cross_reference(&self, put: PutCrossReference) -> Result<Vec<StartedRun>> {
        let put = Arc::new(put);
        self.write(move |s| {
            let put = Arc::clone(&put);
            Box::pin(async move { cross_reference::put(s, &put).await })
        })
        .await
    }

    /// Stores how far a trigger has come.
    pub async fn put_poll_cursor(&self, cursor: PollCursor) -> Result<()> {
        let cursor = Arc::new(cursor);
        self.write_about(Topics::NONE, move |s| {
            let cursor = Arc::clone(&cursor);
            Box::pin(async move { settings::put_cursor(s, &cursor).await })
        })
        .await
    }

    /// Marks entries as posted if amount and currency are ours; answers in the order of `vouchers`.
    pub async fn mark_posted(
        &self,
        environment: EnvironmentId,
        vouchers: Vec<Voucher>,
        now: Timestamp,
    ) -> Result<Vec<Marked>> {
        let vouchers = Arc::new(vouchers);
        self.write_about(Topics::of(&[Topic::Books]), move |s| {
            let vouchers = Arc::clone(&vouchers);
            Box::pin(async move { subledger::mark_posted(s, environment, &vouchers, now).await })
        })
        .await
    }

    /// Opens exceptions; one that is open for the same thing is brought up to date.
    pub async fn open_exceptions(
        &self,
        environment: EnvironmentId,
        exceptions: Vec<ExceptionRecord>,
        now: Timestamp,
    ) -> Result<()> {
        let exceptions = Arc::new(exceptions);
        self.write_about(Topics::of(&[Topic::Books]), move |s| {
            let exceptions = Arc::clone(&exceptions);
            Box::pin(
                async move { subledger::open_exceptions(s, environment, &exceptions, now).await },
            )
        })
        .await
    }

    /// Closes an exception; nothing happens if none is open.
    pub async fn resolve_exception(&self, decision: ResolveException) -> Result<()> {
        let decision = Arc::new(decision);
        self.write(move |s| {
            let decision = Arc::clone(&decision);
            Box::pin(async move { subledger::resolve_exception(s, &decision).await })
        })
        .await
    }

    /// Makes an environment with its first data key.
    pub async fn create_environment(&self, new: NewEnvironment) -> Result<EnvironmentId> {
        let new = Arc::new(new);
        self.write(move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { settings::create_environment(s, &new).await })
        })
        .await
    }

    /// Changes an environment's settings; answers with its revision.
    pub async fn set_environment(&self, set: SetEnvironment) -> Result<i64> {
        let set = Arc::new(set);
        self.write(move |s| {
            let set = Arc::clone(&set);
            Box::pin(async move { settings::set_environment(s, &set).await })
        })
        .await
    }

    /// Says which environments and connections the configuration file names.
    pub async fn set_in_force(
        &self,
        environments: Vec<(EnvironmentId, bool)>,
        connections: Vec<(ConnectionId, bool)>,
    ) -> Result<()> {
        let given = Arc::new((environments, connections));
        self.write(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move { settings::set_in_force(s, &given.0, &given.1).await })
        })
        .await
    }

    /// Remembers what the configuration file said of something, as a sealed digest.
    pub async fn put_seed(
        &self,
        environment: EnvironmentId,
        subject: &str,
        digest: Sealed,
    ) -> Result<()> {
        let given = Arc::new((subject.to_owned(), digest));
        self.write(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move { settings::put_seed(s, environment, &given.0, &given.1).await })
        })
        .await
    }

    /// Deletes an environment that nothing was ever done in.
    pub async fn delete_environment(&self, id: EnvironmentId) -> Result<()> {
        self.write(move |s| Box::pin(settings::delete_environment(s, id)))
            .await
    }

    /// Stores a further data key of an environment, or one wrapped anew.
    pub async fn put_environment_key(
        &self,
        environment: EnvironmentId,
        revision: i64,
        wrapped: Sealed,
        at: Timestamp,
    ) -> Result<()> {
        let wrapped = Arc::new(wrapped);
        self.write(move |s| {
            let wrapped = Arc::clone(&wrapped);
            Box::pin(async move { settings::put_key(s, environment, revision, &wrapped, at).await })
        })
        .await
    }

    /// Makes a connection; its peer must be free or the environment's already.
    pub async fn create_connection(&self, new: NewConnection) -> Result<ConnectionId> {
        let new = Arc::new(new);
        self.write(move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { settings::create_connection(s, &new).await })
        })
        .await
    }

    /// Stores a connection's name, settings, limits, credential and peer; answers with its revision.
    pub async fn update_connection(&self, update: UpdateConnection) -> Result<i64> {
        let update = Arc::new(update);
        self.write(move |s| {
            let update = Arc::clone(&update);
            Box::pin(async move { settings::update_connection(s, &update).await })
        })
        .await
    }

    /// Deletes a connection, if it is at the revision expected.
    pub async fn delete_connection(
        &self,
        id: ConnectionId,
        expected: Option<i64>,
        who: &str,
        at: Timestamp,
    ) -> Result<()> {
        let who = Arc::new(who.to_owned());
        self.write(move |s| {
            let who = Arc::clone(&who);
            Box::pin(async move { settings::delete_connection(s, id, expected, &who, at).await })
        })
        .await
    }

    /// Pauses a connection, or says when it is probed next; the time since when stays.
    pub async fn pause_connection(
        &self,
        id: ConnectionId,
        cause: &str,
        since: Timestamp,
        probe_at: Option<Timestamp>,
    ) -> Result<()> {
        let cause = cause.to_owned();
        let cause = Arc::new(cause);
        self.write(move |s| {
            let cause = Arc::clone(&cause);
            Box::pin(
                async move { settings::pause_connection(s, id, &cause, since, probe_at).await },
            )
        })
        .await
    }

    /// Ends a pause; answers with the runs that waited for it.
    pub async fn resume_connection(
        &self,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<Vec<StartedRun>> {
        self.write(move |s| Box::pin(settings::resume_connection(s, id, now)))
            .await
    }

    /// Stores a version of a flow, and the flow if it is its first. The same document is the same version.
    pub async fn put_flow_version(&self, new: NewVersion) -> Result<FlowVersion> {
        let new = Arc::new(new);
        self.write(move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { deploy::put_version(s, &new).await })
        })
        .await
    }

    /// Saves a draft, and makes its flow if it is new; answers with the draft's revision.
    pub async fn put_draft(&self, put: PutDraft) -> Result<i64> {
        let put = Arc::new(put);
        self.write_about(
            Topics::of(&[Topic::Deployments, Topic::Accounts]),
            move |s| {
                let put = Arc::clone(&put);
                Box::pin(async move { deploy::put_draft(s, &put).await })
            },
        )
        .await
    }

    /// Makes a draft a version.
    pub async fn publish(&self, publish: Publish) -> Result<FlowVersion> {
        let publish = Arc::new(publish);
        self.write_about(
            Topics::of(&[Topic::Deployments, Topic::Accounts]),
            move |s| {
                let publish = Arc::clone(&publish);
                Box::pin(async move { deploy::publish(s, &publish).await })
            },
        )
        .await
    }

    /// Moves runs at rest to another deployment; answers with those that were as expected.
    pub async fn move_runs(&self, moves: MoveRuns) -> Result<Vec<RunId>> {
        let moves = Arc::new(moves);
        self.write(move |s| {
            let moves = Arc::clone(&moves);
            Box::pin(async move { pinned::move_runs(s, &moves).await })
        })
        .await
    }

    /// Cancels runs at rest; answers with those that were as expected, and with the runs that
    /// waited for one of their effects.
    pub async fn cancel_runs(&self, cancel: CancelRuns) -> Result<(Vec<RunId>, Vec<StartedRun>)> {
        let cancel = Arc::new(cancel);
        self.write(move |s| {
            let cancel = Arc::clone(&cancel);
            Box::pin(async move { pinned::cancel_runs(s, &cancel).await })
        })
        .await
    }

    /// Puts a version in force instead of the one before.
    pub async fn deploy(&self, new: NewDeployment) -> Result<DeploymentId> {
        let new = Arc::new(new);
        self.write(move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { deploy::deploy(s, &new).await })
        })
        .await
    }

    /// Takes a deployment out of force; its runs go on.
    pub async fn retire(&self, id: DeploymentId, who: &str, at: Timestamp) -> Result<()> {
        let who = who.to_owned();
        let who = Arc::new(who);
        self.write(move |s| {
            let who = Arc::clone(&who);
            Box::pin(async move { deploy::retire(s, id, &who, at).await })
        })
        .await
    }

    /// Makes runs ready that wait for one of the keys; answers with them.
    pub async fn wake(
        &self,
        environment: EnvironmentId,
        keys: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<StartedRun>> {
        let keys = Arc::new(keys);
        self.write_about(Topics::of(&[Topic::Runs]), move |s| {
            let keys = Arc::clone(&keys);
            Box::pin(async move { effects::wake(s, environment, &keys, now).await })
        })
        .await
    }
}
