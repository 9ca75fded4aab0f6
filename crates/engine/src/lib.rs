//! Runs flows: from the inbox through lanes and steps to effects, and back from any crash.
//!
//! [`Engine::deliver`] stores an event before it is answered. The scheduler hands runs to workers,
//! one per lane. A worker goes through the plan's steps; what a step did waits for the next durable
//! point, and what changes another system goes through the effect ledger. Nothing here names a
//! connector: operations and triggers come from a registry.

mod again;
mod approve;
mod bind;
mod block;
pub mod books;
mod call;
mod catalog;
mod change;
mod commit;
mod compare;
mod connect;
mod deploy;
pub mod dry;
mod environments;
mod execute;
mod explain;
mod fire;
pub mod folder;
mod fresh;
mod gate;
mod ingest;
mod input;
mod job;
mod journal;
mod lanes;
mod load;
mod lookups;
mod once;
mod open_deposits;
mod operate;
mod pending;
pub mod plan;
pub mod repair;
mod retry;
mod said;
mod schedule;
mod scheduler;
mod seal;
pub mod search;
mod setup;
mod shared;
mod start;
mod stop;
pub mod traffic;
mod versions;
mod waiting;
mod watch;
pub mod what_if;
mod within;
mod words;

pub use again::{Choice, Fate, StepFate};
pub use approve::{Approval, ApprovalId, Approvals, WrongApprovalId};
pub use bind::Bindings;
pub use catalog::{Catalog, Connection, Deployment, Environment};
pub use change::{ChangeError, check_name};
pub use compare::{Difference, Unbound};
pub use deploy::{Deploy, Deployed, Preview, Promoted, Target};
pub use environments::ConnectionChange;
pub use explain::explain;
pub use gate::{Limits, Pause};
pub use ingest::{Accepted, BODY_MAX_BYTES, Delivery, Refusal};
pub use input::check_input;
pub use journal::items_of;
pub use lookups::{Imported, LookupError, Met, MetRow, MetRule, NewRow, ReplayedMissing};
pub use operate::{Answer, OperateError, Replay};
pub use plan::{Plan, compile};
pub use retry::RetryPolicy;
pub use said::KeepCalls;
pub use schedule::PlanSchedule;
pub use seal::Purpose;
pub use setup::{ConnectionSetup, EnvironmentSetup, FlowSetup, Setup, SetupError};
pub use shared::{Counters, Options, Points};
pub use start::{StartError, Started};
pub use versions::{Draft, SaveDraft};
pub use waiting::{OnWaiting, Treated, Waiting, WaitingRun};
pub use within::CheckedWithin;
pub use words::sentence;

use connector::Registry;
use model::clock::{Clock, Entropy};
use parking_lot::Mutex;
use shared::Shared;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::Store;
use tokio::task::{JoinHandle, JoinSet};
use vault::MasterKey;

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub registry: Registry,
    pub clock: Clock,
    pub entropy: Entropy,
    pub options: Options,
    pub master: MasterKey,
    pub http: connector::http::Http,
}

/// A running engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    tasks: Arc<Mutex<Tasks>>,
}

struct Tasks {
    scheduler: Option<JoinHandle<()>>,
    /// Ends when dropped.
    watches: JoinSet<()>,
}

/// Whether things that are done by the clock are done by themselves, or only by [`Engine::watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watching {
    ByItself,
    OnlyWhenAsked,
}

impl Engine {
    /// Takes over the store's shards, puts `setup` in force, reads back what is not finished, and
    /// works.
    ///
    /// # Errors
    /// Everything that is wrong with the setup, or the store's trouble.
    pub async fn start(parts: Parts, setup: Setup, watching: Watching) -> Result<Self, SetupError> {
        let fence = parts.store.lease("node").await?;
        let shared = Shared::new(parts, fence);
        let catalog = setup::put_in_force(&shared, setup).await?;
        shared.replace_catalog(catalog);
        let shared = Arc::new(shared);
        setup::read_back(&shared).await?;
        what_if::pause_all(&shared).await?;
        repair::pause_all(&shared).await?;
        let mut watches = JoinSet::new();
        if watching == Watching::ByItself {
            watches.spawn(watch::adopt_for_ever(Arc::clone(&shared)));
            watches.spawn(fire::for_ever(Arc::clone(&shared)));
            watches.spawn(watch::connections_for_ever(Arc::clone(&shared)));
        }
        let scheduler = Some(tokio::spawn(scheduler::run(Arc::clone(&shared))));
        let tasks = Arc::new(Mutex::new(Tasks { scheduler, watches }));
        Ok(Self { shared, tasks })
    }

    /// Takes a delivery. Returns when the event is on disk.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Result<Accepted, Refusal> {
        let taken = self.shared.deliver(delivery).await;
        let counters = &self.shared.counters;
        Shared::count(match &taken {
            Ok(Accepted::New { .. }) => &counters.accepted,
            Ok(Accepted::Duplicate) => &counters.duplicates,
            Err(_) => &counters.refused,
        });
        taken
    }

    /// Does once what is otherwise done by the clock: schedules, polls, read-backs, probes.
    pub async fn watch(&self) -> usize {
        watch::once(&self.shared).await
    }

    /// Compares the inbox with what the senders say they sent and fetches what is missing; returns
    /// how many events were missing.
    ///
    /// # Errors
    /// The peer's fault.
    pub async fn sweep(&self) -> Result<usize, model::Fault> {
        watch::sweep(&self.shared).await
    }

    /// Compares the inbox with the senders of one environment now. It goes on if the caller leaves.
    /// A failure is noted where the comparison is shown.
    pub async fn sweep_environment(&self, environment: model::ids::EnvironmentId) {
        let shared = Arc::clone(&self.shared);
        let swept = tokio::spawn(async move { watch::sweep_of(&shared, environment).await });
        if let Err(error) = swept.await {
            tracing::error!(error = %error, "a comparison ended badly");
        }
    }

    /// Whether the sender of a connection lists what it has sent, and when that is compared next.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_sweep(
        &self,
        connection: &Connection,
    ) -> Result<Option<model::Timestamp>, store::Error> {
        let list = watch::list_of(connection);
        let known = self.shared.store.poll_cursor(connection.id, &list).await?;
        Ok(known.map(|cursor| cursor.next_at))
    }

    /// Returns when nothing works and nothing is due now.
    pub async fn settled(&self) {
        loop {
            let rested = self.shared.rest.notified();
            {
                let mut lanes = self.shared.lanes.lock();
                lanes.tick(self.shared.clock.now());
                if lanes.is_idle() {
                    return;
                }
            }
            self.shared.nudge.notify_one();
            rested.await;
        }
    }

    /// Stops taking up runs, lets those that work come to their next durable point, and ends.
    pub async fn shutdown(&self) {
        self.shared.draining.store(true, Ordering::SeqCst);
        self.shared.nudge.notify_one();
        let scheduler = {
            let mut tasks = self.tasks.lock();
            tasks.watches.abort_all();
            tasks.scheduler.take()
        };
        if let Some(scheduler) = scheduler
            && let Err(error) = scheduler.await
        {
            tracing::error!(error = %error, "the scheduler ended badly");
        }
    }

    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// How long a deposit may stay open before it is looked up by its order.
    pub fn deposits_open_for(&self) -> std::time::Duration {
        self.shared.options.deposits_open_for
    }

    pub fn registry(&self) -> Registry {
        self.shared.registry
    }

    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    pub fn catalog(&self) -> Arc<Catalog> {
        self.shared.catalog()
    }

    /// Runs in memory, by what they do.
    pub fn lanes(&self) -> std::collections::BTreeMap<&'static str, usize> {
        self.shared.lanes.lock().counts()
    }

    /// When the next timer fires.
    pub fn next_due(&self) -> Option<model::Timestamp> {
        self.shared.lanes.lock().next_due()
    }
}
