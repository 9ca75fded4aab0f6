//! Lists and searches, and what is known of senders. Their pages come quickly however much is
//! stored; all fail as reads do.

use super::Store;
use crate::changes::{Topic, Topics};
use crate::error::Result;
use crate::event::{Ingested, NewEvent};
use crate::queries::completeness::Completeness;
use crate::queries::dead_letters::StoredLetter;
use crate::queries::event_list::{self, EventFilter, InboxEvent};
use crate::queries::events::EventHead;
use crate::queries::run_list::{self, Behind, RunFilter};
use crate::queries::search::{self, Found};
use crate::queries::statistics::{self, FlowStatistics, RunStatistics};
use crate::queries::{self, Page, Slice};
use crate::run::RunRecord;
use crate::verbs::completeness;
use crate::verbs::settings::PollCursor;
use model::Timestamp;
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, EventId, FlowId, RunId};
use std::collections::HashMap;
use std::sync::Arc;

impl Store {
    /// A page of runs, newest first, however far one has to walk for them.
    pub async fn runs(
        &self,
        environment: EnvironmentId,
        filter: RunFilter,
        page: Page,
    ) -> Result<Vec<RunRecord>> {
        let slice = self.run_slice(environment, filter, page, usize::MAX);
        Ok(slice.await?.rows)
    }

    /// A page of runs, newest first. Where nothing narrows the list, it ends after so many
    /// stretches of ids and says where it goes on.
    pub async fn run_slice(
        &self,
        environment: EnvironmentId,
        filter: RunFilter,
        page: Page,
        stretches: usize,
    ) -> Result<Slice<RunRecord>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { run_list::slice(s, environment, &filter, page, stretches).await })
        })
        .await
    }

    /// Of ready runs: which one they stand behind in their lane.
    pub async fn behind(&self, runs: Vec<RunId>) -> Result<HashMap<RunId, Behind>> {
        let runs = Arc::new(runs);
        self.read(move |s| {
            let runs = Arc::clone(&runs);
            Box::pin(async move { run_list::behind(s, &runs).await })
        })
        .await
    }

    /// The runs that work on effects, which are named by the first halves of their keys; in the
    /// order asked for.
    pub async fn effect_holders(&self, halves: Vec<Vec<u8>>) -> Result<Vec<Option<RunId>>> {
        let halves = Arc::new(halves);
        self.read(move |s| {
            let halves = Arc::clone(&halves);
            Box::pin(async move { run_list::holders(s, &halves).await })
        })
        .await
    }

    /// A page of events without their runs, newest first, however far one has to walk for them.
    /// The filter's standing is not asked.
    pub async fn events(
        &self,
        environment: EnvironmentId,
        filter: EventFilter,
        page: Page,
    ) -> Result<Vec<EventHead>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { event_list::heads(s, environment, &filter, page).await })
        })
        .await
    }

    /// A page of events with what became of them, newest first; it ends after so many stretches
    /// and says where it goes on.
    pub async fn inbox(
        &self,
        environment: EnvironmentId,
        filter: EventFilter,
        page: Page,
        stretches: usize,
    ) -> Result<Slice<InboxEvent>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(
                async move { event_list::slice(s, environment, &filter, page, stretches).await },
            )
        })
        .await
    }

    /// One event with what became of it.
    pub async fn inbox_event(&self, head: EventHead) -> Result<InboxEvent> {
        let head = Arc::new(head);
        let found = self.read(move |s| {
            let head = EventHead::clone(&head);
            Box::pin(async move { event_list::with_runs(s, vec![head]).await })
        });
        let none = || crate::Error::Conflict("an event has no answer".into());
        found.await?.pop().ok_or_else(none)
    }

    /// The sealed bodies of events; those that were deleted are left out.
    pub async fn bodies(&self, events: Vec<EventId>) -> Result<HashMap<EventId, vault::Sealed>> {
        let events = Arc::new(events);
        self.read(move |s| {
            let events = Arc::clone(&events);
            Box::pin(async move { queries::what_if::bodies(s, &events).await })
        })
        .await
    }

    /// Looks a text up wherever an index leads to it; of each kind at most `limit`.
    pub async fn search(
        &self,
        environment: EnvironmentId,
        text: &str,
        limit: i64,
    ) -> Result<Found> {
        let text: Arc<str> = text.into();
        self.read(move |s| {
            let text = Arc::clone(&text);
            Box::pin(async move { search::search(s, environment, &text, limit).await })
        })
        .await
    }

    /// How the newest runs of some deployed flows did, at most so many of each, in the order asked
    /// for.
    pub async fn run_statistics(
        &self,
        environment: EnvironmentId,
        flows: Vec<(FlowId, DeploymentId)>,
        newest: i64,
    ) -> Result<Vec<RunStatistics>> {
        let flows = Arc::new(flows);
        self.read(move |s| {
            let flows = Arc::clone(&flows);
            Box::pin(async move { statistics::of_runs(s, environment, &flows, newest).await })
        })
        .await
    }

    /// How the steps of a deployed flow do, from at most so many of the flow's newest runs.
    pub async fn flow_statistics(
        &self,
        environment: EnvironmentId,
        flow: FlowId,
        deployment: DeploymentId,
        newest: i64,
    ) -> Result<FlowStatistics> {
        self.read(move |s| {
            Box::pin(statistics::of_flow(
                s,
                environment,
                flow,
                deployment,
                newest,
            ))
        })
        .await
    }

    /// A page of the open letters of one step, of runs on a deployment, oldest first.
    pub async fn letters_of_step(
        &self,
        flow: FlowId,
        deployment: DeploymentId,
        step: &str,
        page: Page,
    ) -> Result<Vec<StoredLetter>> {
        let step: Arc<str> = step.into();
        self.read(move |s| {
            let step = Arc::clone(&step);
            Box::pin(
                async move { statistics::letters_of_step(s, flow, deployment, &step, page).await },
            )
        })
        .await
    }

    /// What is known of the senders of an environment, each with its newest gaps.
    pub async fn completeness(
        &self,
        environment: EnvironmentId,
        gaps: i64,
    ) -> Result<Vec<Completeness>> {
        self.read(move |s| Box::pin(queries::completeness::of_environment(s, environment, gaps)))
            .await
    }

    /// Begins to read a sender's list.
    pub async fn begin_sweep(
        &self,
        connection: ConnectionId,
        environment: EnvironmentId,
        now: Timestamp,
    ) -> Result<()> {
        self.write_about(Topics::of(&[Topic::Events]), move |s| {
            Box::pin(completeness::begin(s, connection, environment, now))
        })
        .await
    }

    /// Stores a page of a sender's list with the cursor, and notes what of it was missing.
    pub async fn ingest_listed(
        &self,
        events: Vec<NewEvent>,
        cursor: PollCursor,
        now: Timestamp,
    ) -> Result<Vec<Ingested>> {
        let given = Arc::new((events, cursor));
        self.write_about(Topics::of(&[Topic::Events, Topic::Runs]), move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move {
                let (events, cursor) = &*given;
                completeness::ingest_listed(s, events, cursor, now).await
            })
        })
        .await
    }

    /// A sender's list was read to its end, or could not be, with the reason.
    pub async fn end_sweep(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        fault: Option<String>,
    ) -> Result<()> {
        let fault = Arc::new(fault);
        self.write_about(Topics::of(&[Topic::Events]), move |s| {
            let fault = Arc::clone(&fault);
            Box::pin(async move { completeness::end(s, connection, now, fault.as_deref()).await })
        })
        .await
    }
}
