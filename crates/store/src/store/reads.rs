//! What can be read from the store. Each read sees one consistent snapshot.
//!
//! All fail if the database cannot be asked, took too long, or holds a row that cannot be read;
//! what is asked for by its id fails with [`Error::NotFound`](crate::Error::NotFound) if it does
//! not exist.

use super::Store;
use crate::effect::EffectRecord;
use crate::entry::{DepositRecord, EntryRecord};
use crate::error::Result;
use crate::event::{Due, StartedRun};
use crate::queries::dead_letters::{self, CauseFilter, LetterFilter, LetterGroup, StoredLetter};
use crate::queries::deploy::{self, DeploymentRecord, FlowRecord, FlowVersion};
use crate::queries::entries::{
    self, DepositUse, EntryFilter, EntryTotal, ExceptionFilter, StoredException,
};
use crate::queries::events::{self, EventRecord};
use crate::queries::overview::{self, Counts};
use crate::queries::runs;
use crate::queries::settings::{self, ConnectionRecord, EnvironmentRecord, WrappedKey};
use crate::queries::standing::{self, Bounds, Standing};
use crate::queries::{Page, effects};
use crate::run::{CallRecord, PlacedCall, RunRecord, StepRecord};
use crate::verbs::settings::PollCursor;
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, EventId, FlowId, RunId, VersionId};
use model::{EffectId, EffectState, Peer, Timestamp};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many live runs are read at once at a start.
const LIVE_PAGE: i64 = 5_000;

impl Store {
    /// All live runs of shards, by lane and id: what an owner needs to take over.
    pub async fn load_live(&self, shards: &[i64]) -> Result<Vec<RunRecord>> {
        let mut runs: Vec<RunRecord> = Vec::new();
        for shard in shards.iter().copied() {
            let mut after = (-1, -1);
            loop {
                let page = self
                    .read(move |s| Box::pin(runs::live_page(s, shard, after, LIVE_PAGE)))
                    .await?;
                let Some(last) = page.last() else { break };
                after = (last.lane, last.id.0);
                let is_last = i64::try_from(page.len()).unwrap_or(i64::MAX) < LIVE_PAGE;
                runs.extend(page);
                if is_last {
                    break;
                }
            }
        }
        Ok(runs)
    }

    /// The current generation of an effect.
    pub async fn effect(
        &self,
        peer: &Peer,
        kind: &str,
        reference: &str,
    ) -> Result<Option<EffectRecord>> {
        let keys = vec![(peer.clone(), kind.to_owned(), reference.to_owned())];
        Ok(self.effects(keys).await?.pop().flatten())
    }

    /// One cross reference.
    pub async fn cross_reference(
        &self,
        environment: EnvironmentId,
        kind: &str,
        id: &str,
    ) -> Result<Option<String>> {
        let keys = vec![(kind.to_owned(), id.to_owned())];
        Ok(self
            .cross_references(environment, keys)
            .await?
            .pop()
            .flatten())
    }

    /// A run.
    pub async fn run(&self, id: RunId) -> Result<RunRecord> {
        self.peek(move |s| Box::pin(runs::run(s, id))).await
    }

    /// A run with the steps of its flow's own list; those of its items are [`Store::steps_within`].
    pub async fn begun(&self, id: RunId) -> Result<(RunRecord, Vec<StepRecord>)> {
        self.read(move |s| Box::pin(runs::begun(s, id))).await
    }

    /// The steps of a range of list instances of a run.
    pub async fn steps_within(
        &self,
        id: RunId,
        instances: RangeInclusive<i64>,
    ) -> Result<Vec<StepRecord>> {
        self.read(move |s| Box::pin(runs::steps_within(s, id, instances.clone())))
            .await
    }

    /// A page of the steps of a run, after a place (scope, step, index); none: from the first on.
    pub async fn steps_page(
        &self,
        id: RunId,
        after: Option<(i64, i64, i64)>,
        limit: i64,
    ) -> Result<Vec<StepRecord>> {
        let after = after.unwrap_or((-1, -1, -1));
        self.read(move |s| Box::pin(runs::steps_page(s, id, after, limit)))
            .await
    }

    /// A page of the calls of a run, after one of their places; none: from the first on.
    pub async fn calls_page(
        &self,
        id: RunId,
        after: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<PlacedCall>> {
        let after = after.unwrap_or((-1, -1));
        self.read(move |s| Box::pin(runs::calls_page(s, id, after, limit)))
            .await
    }

    /// One call of a run by its place, with what was said.
    pub async fn call(&self, id: RunId, place: (i64, i64)) -> Result<CallRecord> {
        self.read(move |s| Box::pin(runs::one_call(s, id, place)))
            .await
    }

    /// A run with its steps and calls.
    pub async fn journal(
        &self,
        id: RunId,
    ) -> Result<(RunRecord, Vec<StepRecord>, Vec<CallRecord>)> {
        self.read(move |s| Box::pin(runs::journal(s, id))).await
    }

    /// A page of the runs that wait for a key which begins with `prefix`, oldest first.
    pub async fn runs_waiting(
        &self,
        environment: EnvironmentId,
        prefix: &str,
        page: Page,
    ) -> Result<Vec<RunRecord>> {
        let prefix = Arc::new(prefix.to_owned());
        self.read(move |s| {
            let prefix = Arc::clone(&prefix);
            Box::pin(async move { runs::waiting(s, environment, &prefix, page).await })
        })
        .await
    }

    /// A page of the runs in work whose time has come, by shard, time and id, and where the next page
    /// begins if there may be more: the net under the timers.
    pub async fn ready_due(
        &self,
        shards: &[i64],
        after: Option<Due>,
        now: Timestamp,
        limit: i64,
    ) -> Result<(Vec<StartedRun>, Option<Due>)> {
        let shards: Arc<[i64]> = shards.into();
        self.read(move |s| {
            let shards = Arc::clone(&shards);
            Box::pin(async move { runs::ready_due(s, &shards, after, now, limit).await })
        })
        .await
    }

    /// An event with its sealed body.
    pub async fn event(&self, id: EventId) -> Result<EventRecord> {
        self.read(move |s| Box::pin(events::event(s, id))).await
    }

    /// The event that a sender knows under an id.
    pub async fn event_by_key(
        &self,
        environment: EnvironmentId,
        peer: &str,
        dedupe_key: &str,
    ) -> Result<Option<EventId>> {
        let key = Arc::new((peer.to_owned(), dedupe_key.to_owned()));
        self.peek(move |s| {
            let key = Arc::clone(&key);
            Box::pin(async move { events::by_key(s, environment, &key.0, &key.1).await })
        })
        .await
    }

    /// The runs that an event started, replays included.
    pub async fn runs_of_event(&self, id: EventId) -> Result<Vec<RunId>> {
        self.read(move |s| Box::pin(events::runs_of(s, id))).await
    }

    /// The current generations of effects (peer, kind, reference), in the order asked for.
    pub async fn effects(
        &self,
        keys: Vec<(Peer, String, String)>,
    ) -> Result<Vec<Option<EffectRecord>>> {
        let keys = Arc::new(keys);
        self.peek(move |s| {
            let keys = Arc::clone(&keys);
            Box::pin(async move { effects::effects(s, &keys).await })
        })
        .await
    }

    /// A page of an environment's effects in one state, by key.
    pub async fn effects_in(
        &self,
        environment: EnvironmentId,
        state: EffectState,
        after: Option<EffectId>,
        limit: i64,
    ) -> Result<Vec<EffectRecord>> {
        let after = Arc::new(after);
        self.read(move |s| {
            let after = Arc::clone(&after);
            Box::pin(async move {
                effects::list(s, environment, state, after.as_ref().as_ref(), limit).await
            })
        })
        .await
    }

    /// The latest `as_of` that was written by a `set`.
    pub async fn set_guard(
        &self,
        peer: &Peer,
        kind: &str,
        reference: &str,
    ) -> Result<Option<Timestamp>> {
        let peer = peer.clone();
        let kind = kind.to_owned();
        let reference = reference.to_owned();
        let given = Arc::new((peer, kind, reference));
        self.peek(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move {
                let (peer, kind, reference) = &*given;
                effects::guard(s, peer, kind, reference).await
            })
        })
        .await
    }

    /// The values of cross references (kind, id), in the order asked for.
    pub async fn cross_references(
        &self,
        environment: EnvironmentId,
        keys: Vec<(String, String)>,
    ) -> Result<Vec<Option<String>>> {
        let keys = Arc::new(keys);
        self.peek(move |s| {
            let keys = Arc::clone(&keys);
            Box::pin(async move { effects::cross_references(s, environment, &keys).await })
        })
        .await
    }

    /// The deposits of charges.
    pub async fn deposits(
        &self,
        environment: EnvironmentId,
        charges: &[String],
    ) -> Result<Vec<DepositRecord>> {
        let charges = charges.to_vec();
        let charges = Arc::new(charges);
        self.peek(move |s| {
            let charges = Arc::clone(&charges);
            Box::pin(async move { entries::deposits(s, environment, &charges).await })
        })
        .await
    }

    /// What a use took from a deposit, if it has taken anything.
    pub async fn deposit_use(
        &self,
        environment: EnvironmentId,
        use_key: &str,
    ) -> Result<Option<DepositUse>> {
        let use_key: Arc<str> = use_key.into();
        self.peek(move |s| {
            let use_key = Arc::clone(&use_key);
            Box::pin(async move { entries::deposit_use(s, environment, &use_key).await })
        })
        .await
    }

    /// The deposits of payment intents, oldest first within each.
    pub async fn deposits_by_intent(
        &self,
        environment: EnvironmentId,
        intents: &[String],
    ) -> Result<Vec<DepositRecord>> {
        let intents = intents.to_vec();
        let intents = Arc::new(intents);
        self.read(move |s| {
            let intents = Arc::clone(&intents);
            Box::pin(async move { entries::deposits_by_intent(s, environment, &intents).await })
        })
        .await
    }

    /// A page of deposits with something left that were opened at or before a time, oldest first, after one of them (its time and charge).
    pub async fn deposits_open_since(
        &self,
        environment: EnvironmentId,
        opened_until: Timestamp,
        after: Option<(Timestamp, String)>,
        limit: i64,
    ) -> Result<Vec<DepositRecord>> {
        let after = Arc::new(after);
        self.read(move |s| {
            let after = Arc::clone(&after);
            Box::pin(async move {
                entries::deposits_open_since(s, environment, opened_until, (*after).clone(), limit)
                    .await
            })
        })
        .await
    }

    /// The entries of references, of all kinds. One that does not balance is an error.
    pub async fn entries(
        &self,
        environment: EnvironmentId,
        references: &[String],
    ) -> Result<Vec<EntryRecord>> {
        let references = references.to_vec();
        let references = Arc::new(references);
        self.read(move |s| {
            let references = Arc::clone(&references);
            Box::pin(async move { entries::entries(s, environment, &references).await })
        })
        .await
    }

    /// A page of entries that are not posted, oldest first.
    pub async fn entries_unposted(
        &self,
        environment: EnvironmentId,
        page: Page,
    ) -> Result<Vec<EntryRecord>> {
        self.read(move |s| Box::pin(entries::unposted(s, environment, page)))
            .await
    }

    /// A page of entries, newest first.
    pub async fn entry_list(
        &self,
        environment: EnvironmentId,
        filter: EntryFilter,
        page: Page,
    ) -> Result<Vec<EntryRecord>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { entries::list(s, environment, &filter, page).await })
        })
        .await
    }

    /// Sums of all lines by account, currency and state.
    pub async fn entry_totals(&self, environment: EnvironmentId) -> Result<Vec<EntryTotal>> {
        self.read(move |s| Box::pin(entries::totals(s, environment)))
            .await
    }

    /// A page of exceptions, newest first.
    pub async fn exceptions(
        &self,
        environment: EnvironmentId,
        filter: ExceptionFilter,
        page: Page,
    ) -> Result<Vec<StoredException>> {
        self.read(move |s| Box::pin(entries::exceptions(s, environment, filter, page)))
            .await
    }

    /// The dead letter of a run, resolved or not.
    pub async fn dead_letter(&self, run: RunId) -> Result<StoredLetter> {
        self.read(move |s| Box::pin(dead_letters::letter(s, run)))
            .await
    }

    /// A page of open dead letters, oldest first.
    pub async fn dead_letters(
        &self,
        environment: EnvironmentId,
        filter: LetterFilter,
        page: Page,
    ) -> Result<Vec<StoredLetter>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { dead_letters::list(s, environment, &filter, page).await })
        })
        .await
    }

    /// Open dead letters by cause, a group per currency, after a fingerprint; `limit` counts causes.
    pub async fn dead_letter_groups(
        &self,
        environment: EnvironmentId,
        after: Option<String>,
        limit: i64,
    ) -> Result<Vec<LetterGroup>> {
        let filter = CauseFilter {
            after,
            ..CauseFilter::default()
        };
        self.dead_letter_causes(environment, filter, limit).await
    }

    /// The same, of the causes that a filter lets through.
    pub async fn dead_letter_causes(
        &self,
        environment: EnvironmentId,
        filter: CauseFilter,
        limit: i64,
    ) -> Result<Vec<LetterGroup>> {
        let filter = Arc::new(filter);
        self.read(move |s| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { dead_letters::groups(s, environment, &filter, limit).await })
        })
        .await
    }

    /// How an environment's money stands: what is posted, on its way, late, or given up.
    pub async fn standing(&self, environment: EnvironmentId, bounds: Bounds) -> Result<Standing> {
        self.read(move |s| Box::pin(standing::standing(s, environment, bounds)))
            .await
    }

    /// Live runs by state, open dead letters and exceptions: for the metrics, however much has
    /// ended.
    pub async fn live_counts(&self) -> Result<Counts> {
        self.read(move |s| Box::pin(overview::live_counts(s))).await
    }

    /// All that the store holds; it reads whole tables.
    pub async fn counts(&self) -> Result<Counts> {
        self.read(move |s| Box::pin(overview::counts(s))).await
    }

    /// All environments.
    pub async fn environments(&self) -> Result<Vec<EnvironmentRecord>> {
        self.read(move |s| Box::pin(settings::environments(s)))
            .await
    }

    /// The wrapped data keys of an environment, oldest first.
    pub async fn environment_keys(&self, environment: EnvironmentId) -> Result<Vec<WrappedKey>> {
        self.read(move |s| Box::pin(settings::keys(s, environment)))
            .await
    }

    /// One connection.
    pub async fn connection(&self, id: ConnectionId) -> Result<ConnectionRecord> {
        self.read(move |s| Box::pin(settings::connection(s, id)))
            .await
    }

    /// The connections of an environment, or all.
    pub async fn connections(
        &self,
        environment: Option<EnvironmentId>,
    ) -> Result<Vec<ConnectionRecord>> {
        self.read(move |s| Box::pin(settings::connections(s, environment)))
            .await
    }

    /// How far one trigger of a connection has come; nothing before its first walk.
    pub async fn poll_cursor(
        &self,
        connection: ConnectionId,
        trigger: &str,
    ) -> Result<Option<PollCursor>> {
        let trigger: Arc<str> = trigger.into();
        self.peek(move |s| {
            let trigger = Arc::clone(&trigger);
            Box::pin(async move { settings::cursor(s, connection, &trigger).await })
        })
        .await
    }

    /// All poll cursors.
    pub async fn poll_cursors(&self) -> Result<Vec<PollCursor>> {
        self.read(move |s| Box::pin(settings::cursors(s))).await
    }

    /// All flows.
    pub async fn flows(&self) -> Result<Vec<FlowRecord>> {
        self.read(move |s| Box::pin(deploy::flows(s))).await
    }

    /// One version of a flow.
    pub async fn flow_version(&self, id: VersionId) -> Result<FlowVersion> {
        self.read(move |s| Box::pin(deploy::version(s, id))).await
    }

    /// The versions of a flow, oldest first.
    pub async fn flow_versions(&self, flow: FlowId) -> Result<Vec<FlowVersion>> {
        self.read(move |s| Box::pin(deploy::versions(s, flow)))
            .await
    }

    /// One deployment.
    pub async fn deployment(&self, id: DeploymentId) -> Result<DeploymentRecord> {
        self.read(move |s| Box::pin(deploy::deployment(s, id)))
            .await
    }

    /// The deployments of an environment or of all; all of them, or the active ones.
    pub async fn deployments(
        &self,
        environment: Option<EnvironmentId>,
        only_active: bool,
    ) -> Result<Vec<DeploymentRecord>> {
        self.read(move |s| Box::pin(deploy::deployments(s, environment, only_active)))
            .await
    }
}
