//! What all tasks of the engine share.

use crate::Parts;
use crate::catalog::{Catalog, Connection};
use crate::fresh::{Fresh, FreshRuns};
use crate::gate::Pause;
use crate::lanes::Lanes;
use crate::load::{Loaded, load};
use crate::lookups::LoadedTables;
use crate::retry::RetryPolicy;
use crate::said::KeepCalls;
use crate::setup::SetupError;
use crate::stop::Stop;
use connector::Registry;
use connector::http::Http;
use model::clock::{Clock, Entropy};
use model::ids::{ConnectionId, EnvironmentId, RunId};
use model::{RunState, Timestamp};
use parking_lot::{Mutex, RwLock};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Fence, NewEvent, NewRun, RunRecord, StartedRun, Store};
use tokio::sync::{Notify, watch};
use vault::MasterKey;

/// How the engine works.
#[derive(Clone, Debug)]
pub struct Options {
    pub retry: RetryPolicy,
    /// How many runs work at the same time. More make larger commits, and cost more of each run
    /// because its memory is cold when its turn comes.
    pub in_flight: usize,
    /// After a lost answer, how long until a look for what it left is trusted.
    pub quiet: Duration,
    /// How often a paused connection is probed.
    pub probe_every: Duration,
    /// How often polled triggers are asked; the trigger's own interval if absent.
    pub poll_every: Option<Duration>,
    /// How often the ERP's vouchers are read back.
    pub read_back_every: Duration,
    /// How often the inbox is compared with what the sender says it sent.
    pub sweep_every: Duration,
    /// A deposit that is open for so long is looked up by its order, and again after as long.
    pub deposits_open_for: Duration,
    /// Which calls are kept with what was asked and answered.
    pub keep_calls: KeepCalls,
    /// Called at named points between durable steps; a test that panics in it dies there.
    pub points: Points,
}

/// What is called at named points.
#[derive(Clone, Default)]
pub struct Points(Option<Arc<dyn Fn(&'static str) + Send + Sync>>);

impl Points {
    pub fn new(call: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(call)))
    }

    pub(crate) fn pass(&self, name: &'static str) {
        if let Some(call) = &self.0 {
            call(name);
        }
    }
}

impl std::fmt::Debug for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Points(…)"
        } else {
            "Points"
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            in_flight: 256,
            quiet: Duration::from_secs(60),
            probe_every: Duration::from_secs(300),
            poll_every: None,
            read_back_every: Duration::from_secs(60),
            sweep_every: Duration::from_secs(3600),
            deposits_open_for: Duration::from_secs(14 * 86_400),
            keep_calls: KeepCalls::default(),
            points: Points::default(),
        }
    }
}

/// What runs that were just stored have in common.
pub(crate) struct Origin {
    pub(crate) environment: EnvironmentId,
    pub(crate) peer: String,
    pub(crate) received_at: Timestamp,
    pub(crate) runs: Vec<NewRun>,
}

impl Origin {
    pub(crate) fn of(event: &NewEvent) -> Self {
        Self {
            environment: event.environment,
            peer: event.peer.clone(),
            received_at: event.received_at,
            runs: event.runs.clone(),
        }
    }
}

impl From<NewEvent> for Origin {
    fn from(event: NewEvent) -> Self {
        Self {
            environment: event.environment,
            peer: event.peer,
            received_at: event.received_at,
            runs: event.runs,
        }
    }
}

/// What the engine has counted since it started.
#[derive(Debug, Default)]
pub struct Counters {
    pub accepted: AtomicU64,
    pub duplicates: AtomicU64,
    pub refused: AtomicU64,
    pub worked: AtomicU64,
    pub done: AtomicU64,
    pub dead: AtomicU64,
    pub retried: AtomicU64,
    pub calls: AtomicU64,
}

/// The state of the engine.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) options: Options,
    pub(crate) lanes: Mutex<Lanes>,
    pub(crate) fresh: Mutex<FreshRuns>,
    /// Runs that have not begun, because the first connection they need is paused: nothing is
    /// written for them, and they are woken when it opens.
    pub(crate) held: Mutex<HashMap<ConnectionId, BTreeSet<RunId>>>,
    /// Something may be done: new runs, a woken one, a stop.
    pub(crate) nudge: Notify,
    /// The engine may have become idle.
    pub(crate) rest: Notify,
    pub(crate) counters: Counters,
    pub(crate) tables: LoadedTables,
    pub(crate) draining: std::sync::atomic::AtomicBool,
    pub(crate) master: MasterKey,
    pub(crate) http: Http,
    /// Whoever changes what is in force holds it.
    pub(crate) changing: tokio::sync::Mutex<()>,
    fence: Vec<(i64, i64)>,
    catalog: RwLock<Arc<Catalog>>,
    /// Tells that there is another catalog.
    changes: watch::Sender<()>,
}

impl Shared {
    pub(crate) fn new(parts: Parts, fence: Fence) -> Self {
        let Parts {
            store,
            registry,
            clock,
            entropy,
            options,
            master,
            http,
        } = parts;
        Self {
            store,
            registry,
            clock,
            entropy,
            options,
            master,
            http,
            changing: tokio::sync::Mutex::default(),
            lanes: Mutex::default(),
            fresh: Mutex::default(),
            held: Mutex::default(),
            nudge: Notify::new(),
            rest: Notify::new(),
            counters: Counters::default(),
            tables: LoadedTables::default(),
            draining: false.into(),
            fence: fence.0,
            catalog: RwLock::default(),
            changes: watch::channel(()).0,
        }
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read())
    }

    pub(crate) fn replace_catalog(&self, catalog: Catalog) {
        *self.catalog.write() = Arc::new(catalog);
        self.changes.send_replace(());
    }

    /// Reads anew what is in force: from now on everything goes by it.
    pub(crate) async fn reload(&self) -> Result<(), SetupError> {
        let Loaded { catalog, problems } = load(self).await?;
        for problem in &problems {
            tracing::error!(problem = %problem, "a connection cannot be opened");
        }
        self.replace_catalog(catalog);
        Ok(())
    }

    /// Is told when there is another catalog.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// The fence for one shard's advances.
    pub(crate) fn fence(&self, shard: i64) -> Fence {
        Fence(
            self.fence
                .iter()
                .filter(|(s, _)| *s == shard)
                .copied()
                .collect(),
        )
    }

    /// Queues runs that became ready.
    pub(crate) fn start(&self, runs: Vec<StartedRun>) {
        let mut lanes = self.lanes.lock();
        let mut any = false;
        for run in runs.into_iter().filter(|r| r.state.is_live()) {
            lanes.add(run.id, run.lane);
            any = true;
        }
        // If all workers are busy, the first that ends sees to it.
        let is_free = lanes.working() < self.options.in_flight;
        drop(lanes);
        if any && is_free {
            self.nudge.notify_one();
        }
    }

    /// Queues runs that were just stored, with all that is known of them, so that nothing needs to
    /// be read back.
    pub(crate) fn start_fresh(&self, runs: Vec<StartedRun>, origin: &Origin, body: &[u8]) {
        let mut shared: Option<Arc<[u8]>> = None;
        let mut fresh = self.fresh.lock();
        for run in runs.iter().filter(|r| r.state == RunState::Ready) {
            let new = origin.runs.iter().find(|n| n.deployment == run.deployment);
            let Some(new) = new.filter(|_| fresh.has_room()) else {
                continue;
            };
            let record = RunRecord {
                id: run.id,
                environment: origin.environment,
                flow: new.flow,
                deployment: run.deployment,
                event: run.event,
                replay_of: None,
                peer: origin.peer.clone(),
                key: new.key.clone(),
                lane: run.lane,
                shard: run.shard,
                state: run.state,
                rev: run.rev,
                cursor: 0,
                attempt: 0,
                since: None,
                due_at: origin.received_at,
                deadline: None,
                wait_for: None,
                created_at: origin.received_at,
                ended_at: None,
                fault: None,
            };
            fresh.keep(record, body.len(), || {
                Arc::clone(shared.get_or_insert_with(|| Arc::from(body)))
            });
        }
        drop(fresh);
        self.start(runs);
    }

    /// Closes a connection for all: one cause, known to every screen, probed until it opens.
    pub(crate) async fn pause(&self, connection: &Connection, cause: String) -> Result<(), Stop> {
        let catalog = self.catalog();
        let is_replaced = catalog
            .connection_by_id(connection.id)
            .is_some_and(|now| !std::ptr::eq(Arc::as_ptr(now), connection));
        // A credential that was replaced meanwhile says nothing of the new one.
        if is_replaced || connection.gate.pause().is_some() {
            return Ok(());
        }
        let since = self.clock.now();
        tracing::error!(
            connection.name = %connection.name, cause,
            "the connection is paused: its credential was refused; put in a new one"
        );
        connection.gate.close(Pause {
            cause: cause.clone(),
            since,
        });
        let probe_at = since.plus(self.options.probe_every);
        self.store
            .pause_connection(connection.id, &cause, since, Some(probe_at))
            .await?;
        Ok(())
    }

    /// Opens a paused connection and wakes what waits for it.
    pub(crate) async fn open(&self, connection: &Connection) -> Result<(), store::Error> {
        let ready = self
            .store
            .resume_connection(connection.id, self.clock.now())
            .await?;
        if connection.gate.open().is_some() {
            tracing::info!(connection.name = %connection.name, "the connection is open again");
        }
        let held = self.held.lock().remove(&connection.id).unwrap_or_default();
        {
            let mut lanes = self.lanes.lock();
            for run in held {
                lanes.wake(run);
            }
        }
        self.nudge.notify_one();
        self.start(ready);
        Ok(())
    }

    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The paused connection that a run which has not begun needs first, if there is one; the run
    /// is then noted as held by it.
    pub(crate) fn held_by(&self, run: RunId) -> Option<ConnectionId> {
        let deployment = self.fresh.lock().get(run)?.record.deployment;
        let deployment = self.catalog().deployment(deployment)?;
        let first = deployment.first.as_ref()?;
        // Under the lock: whoever opens the connection then finds the run, or it is found open.
        let mut held = self.held.lock();
        if !first.gate.is_paused() {
            return None;
        }
        held.entry(first.id).or_default().insert(run);
        Some(first.id)
    }

    /// What is in memory of a run that nobody has worked yet.
    pub(crate) fn take_fresh(&self, run: RunId) -> Option<Fresh> {
        self.fresh.lock().take(run)
    }
}
