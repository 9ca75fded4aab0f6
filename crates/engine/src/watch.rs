//! What the engine does by the clock besides schedules: polls triggers, reads vouchers back, probes paused
//! connections, and compares the inbox with what the senders say they sent.

use crate::catalog::Connection;
use crate::open_deposits;
use crate::plan::PlanStart;
use crate::shared::{Origin, Shared};
use connector::{Source, Trigger};
use model::ids::{ConnectionId, EnvironmentId};
use model::{Fault, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::{ExceptionRecord, Ingested, Marked, PollCursor, Voucher};
use tokio::task::JoinSet;

/// One walk takes at most this many pages before it pauses.
const PAGES_MAX: usize = 1_000;

/// Does everything once that is done by the clock, in a fixed order. Returns how much came of it.
pub(crate) async fn once(shared: &Shared) -> usize {
    let mut came = crate::fire::once(shared).await;
    for connection in shared.catalog().connections() {
        came += probe(shared, connection).await;
        came += poll_all(shared, connection).await;
        came += read_back(shared, connection).await;
        came += open_deposits::look(shared, connection).await;
    }
    came
}

/// How often the store is asked for runs that nobody works: the net under everything that is handed
/// over in memory.
const NET: Duration = Duration::from_secs(5);
/// So many at a time, going round: a long queue must not cost those who work on it.
const NET_RUNS: i64 = 2_000;

/// Takes up runs that are ready and that no lane knows, for ever: their delivery was stored and its
/// request ended before they were handed over.
pub(crate) async fn adopt_for_ever(shared: Arc<Shared>) {
    let shards: Vec<i64> = (0..model::lane::SHARDS).collect();
    let mut after = None;
    loop {
        shared.clock.sleep(NET).await;
        // What is younger may still be on its way to its lane.
        let before = shared.clock.now().minus(NET);
        match shared
            .store
            .ready_due(&shards, after, before, NET_RUNS)
            .await
        {
            Ok((runs, next)) => {
                after = next;
                let mut lanes = shared.lanes.lock();
                let adopted = runs.iter().filter(|r| lanes.adopt(r.id, r.lane)).count();
                drop(lanes);
                if adopted > 0 {
                    tracing::info!(runs = adopted, "took up runs that no lane knew");
                    shared.nudge.notify_one();
                }
            }
            Err(error) => tracing::warn!(error = %error, "the store cannot be asked for runs"),
        }
    }
}

/// Keeps going what is done by the clock for each connection, as connections come, change and go.
pub(crate) async fn connections_for_ever(shared: Arc<Shared>) {
    let mut changes = shared.changes();
    // What is done for a connection ends when its set is dropped.
    let mut watched: HashMap<ConnectionId, (Arc<Connection>, JoinSet<()>)> = HashMap::new();
    loop {
        let catalog = shared.catalog();
        watched.retain(|id, (known, _)| {
            catalog
                .connection_by_id(*id)
                .is_some_and(|now| Arc::ptr_eq(now, known))
        });
        for connection in catalog.connections() {
            watched
                .entry(connection.id)
                .or_insert_with(|| (Arc::clone(connection), watch_one(&shared, connection)));
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn watch_one(shared: &Arc<Shared>, connection: &Arc<Connection>) -> JoinSet<()> {
    let parts = || (Arc::clone(shared), Arc::clone(connection));
    let mut watches = JoinSet::new();
    let (s, c) = parts();
    watches.spawn(poll_for_ever(s, c));
    let (s, c) = parts();
    watches.spawn(read_back_for_ever(s, c));
    let (s, c) = parts();
    watches.spawn(open_deposits::look_for_ever(s, c));
    let (s, c) = parts();
    watches.spawn(probe_for_ever(s, c));
    if connection.connector.verify.is_some() {
        let (s, c) = parts();
        watches.spawn(sweep_for_ever(s, c));
    }
    watches
}

/// Whether a poll is due is looked at so often at least: another flow may ask for it by now.
const LOOK: Duration = Duration::from_secs(30);

/// Polls a connection's triggers for ever, each in its own time.
async fn poll_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    let mut asked: BTreeMap<&'static str, Timestamp> = BTreeMap::new();
    loop {
        let mut next = shared.clock.now().plus(LOOK);
        for trigger in polled(&shared, &connection) {
            let every = poll_interval(&shared, &connection, trigger);
            let now = shared.clock.now();
            let due = asked.get(trigger.id).map_or(now, |at| at.plus(every));
            if due > now {
                next = next.min(due);
                continue;
            }
            asked.insert(trigger.id, now);
            poll(&shared, &connection, trigger).await;
            next = next.min(now.plus(every));
        }
        let left = next.since(shared.clock.now());
        shared.clock.sleep(left).await;
    }
}

/// Reads vouchers back for ever.
async fn read_back_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        shared.clock.sleep(shared.options.read_back_every).await;
        read_back(&shared, &connection).await;
    }
}

/// Probes a paused connection for ever.
async fn probe_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        shared.clock.sleep(shared.options.probe_every).await;
        probe(&shared, &connection).await;
    }
}

/// After a start, what is overdue is compared this soon.
const SOON: Duration = Duration::from_secs(5);

/// Fills the inbox with what the sender gave up on, for ever; after a start when it is due.
async fn sweep_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    let every = shared.options.sweep_every;
    let list = list_of(&connection);
    let known = shared.store.poll_cursor(connection.id, &list);
    let due = known.await.ok().flatten().map(|cursor| cursor.next_at);
    let left = due.map_or(SOON, |due| due.since(shared.clock.now()));
    shared.clock.sleep(left.clamp(SOON.min(every), every)).await;
    loop {
        if let Err(fault) = sweep_one(&shared, &connection).await {
            tracing::warn!(connection.name = %connection.name, error = %fault, "the sweep failed");
        }
        shared.clock.sleep(every).await;
    }
}

/// The name under which a sender's list of all its events is walked.
pub(crate) fn list_of(connection: &Connection) -> String {
    format!("{}.events", connection.connector.id)
}

/// Compares the inbox with what one sender lists, fetches what is missing, and notes both.
async fn sweep_one(shared: &Shared, connection: &Arc<Connection>) -> Result<usize, Fault> {
    let away = |error: store::Error| Fault::transient(error.to_string());
    let (store, clock) = (&shared.store, &shared.clock);
    store
        .begin_sweep(connection.id, connection.environment, clock.now())
        .await
        .map_err(away)?;
    let every = shared.options.sweep_every;
    let walked = walk(shared, connection, &list_of(connection), every, Walk::List).await;
    let fault = walked.as_ref().err().map(|fault| fault.message.clone());
    store
        .end_sweep(connection.id, clock.now(), fault)
        .await
        .map_err(away)?;
    walked
}

/// How often a trigger is asked for: as often as the flow that says the shortest; a flow that says
/// nothing has the trigger's own interval.
fn poll_interval(shared: &Shared, connection: &Connection, trigger: &Trigger) -> Duration {
    let own = match trigger.source {
        Source::Poll { every } => every,
        Source::Webhook => Duration::MAX,
    };
    let catalog = shared.catalog();
    let listeners = catalog.listeners(connection.id, trigger.id);
    let plans = listeners.into_iter().flat_map(|l| &l.deployments);
    let starts = plans.flat_map(|deployment| &deployment.plan.starts);
    let said = starts.filter_map(|start| match start {
        PlanStart::Event(event) if event.trigger.id == trigger.id => Some(event.every),
        _ => None,
    });
    let shortest = said.map(|every| every.unwrap_or(own)).min();
    let options = shared.options.poll_every;
    options.or(shortest).unwrap_or(own)
}

/// The triggers of a connection that some flow listens to and that have to be asked for.
fn polled(shared: &Shared, connection: &Connection) -> Vec<&'static Trigger> {
    let listened = shared.catalog().listened(connection.id);
    let triggers = connection.connector.triggers.iter();
    let is_polled = |t: &&Trigger| matches!(t.source, Source::Poll { .. });
    triggers
        .filter(|t| listened.contains(&t.id))
        .filter(is_polled)
        .collect()
}

async fn poll_all(shared: &Shared, connection: &Arc<Connection>) -> usize {
    let mut came = 0;
    for trigger in polled(shared, connection) {
        came += poll(shared, connection, trigger).await;
    }
    came
}

async fn poll(shared: &Shared, connection: &Arc<Connection>, trigger: &Trigger) -> usize {
    let every = poll_interval(shared, connection, trigger);
    match walk(shared, connection, trigger.id, every, Walk::Poll).await {
        Ok(new) => new,
        Err(fault) => {
            let trigger = trigger.id;
            tracing::warn!(
                connection.name = %connection.name, trigger, error = %fault, "a poll failed"
            );
            0
        }
    }
}

/// What a walk is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// Its events start runs.
    Poll,
    /// The sender lists all that it has sent: what is missing is counted.
    List,
}

/// Walks from the stored cursor to the newest; each page and its cursor are one commit.
async fn walk(
    shared: &Shared,
    connection: &Arc<Connection>,
    trigger: &str,
    every: Duration,
    purpose: Walk,
) -> Result<usize, Fault> {
    let away = |e: store::Error| Fault::transient(e.to_string());
    let catalog = shared.catalog();
    let environment = catalog
        .environment_by_id(connection.environment)
        .ok_or_else(|| Fault::bug("the connection's environment is not loaded"))?;
    let mut came = 0;
    for _ in 0..PAGES_MAX {
        let cursor = cursor(shared, connection, trigger).await?;
        let permit = match connection.gate.pass().await {
            Ok(permit) => permit,
            Err(_) if purpose == Walk::Poll => return Ok(came),
            Err(_) => return Err(Fault::transient("the connection is paused")),
        };
        let page = connection.session.poll(trigger, &cursor).await;
        drop(permit);
        let page = match page {
            Ok(page) => {
                connection.gate.succeeded();
                page
            }
            Err(fault) => {
                if fault.class == model::FaultClass::Unauthorized {
                    drop(shared.pause(connection, fault.message.clone()).await);
                }
                return Err(fault);
            }
        };
        let (mut events, mut bodies) = (Vec::new(), Vec::new());
        for item in &page.items {
            match shared.polled_event(environment, connection, item) {
                Ok((event, body)) => {
                    bodies.push((Origin::of(&event), body));
                    events.push(event);
                }
                Err(refusal) => {
                    return Err(Fault::rejected(format!("{}: {refusal}", item.dedupe_key)));
                }
            }
        }
        let cursor = next_cursor(shared, connection, trigger, &page.cursor, every);
        let stored = match purpose {
            Walk::Poll => shared.store.ingest_page(events, cursor).await,
            Walk::List => {
                let now = shared.clock.now();
                shared.store.ingest_listed(events, cursor, now).await
            }
        };
        let stored = stored.map_err(away)?;
        for (ingested, (origin, body)) in stored.into_iter().zip(bodies) {
            if let Ingested::New { runs, .. } = ingested {
                came += 1;
                shared.start_fresh(runs, &origin, &body);
            }
        }
        if !page.more {
            return Ok(came);
        }
    }
    match purpose {
        Walk::Poll => Ok(came),
        Walk::List => Err(Fault::transient(
            "the list is long: the next comparison goes on where this one ended",
        )),
    }
}

/// Marks as posted what the ERP's vouchers show.
async fn read_back(shared: &Shared, connection: &Arc<Connection>) -> usize {
    let mut came = 0;
    let trigger = format!("{}.postings", connection.connector.id);
    for _ in 0..PAGES_MAX {
        let Ok(cursor) = cursor(shared, connection, &trigger).await else {
            return came;
        };
        let Ok(permit) = connection.gate.pass().await else {
            return came;
        };
        let page = connection.session.postings(&cursor).await;
        drop(permit);
        let page = match page {
            Ok(Some(page)) => page,
            Ok(None) => return came,
            Err(fault) => {
                tracing::warn!(
                    connection.name = %connection.name, error = %fault,
                    "the vouchers cannot be read back"
                );
                return came;
            }
        };
        let vouchers: Vec<Voucher> = page
            .items
            .into_iter()
            .map(|p| Voucher {
                sent_reference: p.reference,
                voucher: p.voucher,
                debit_minor: p.debit_minor,
                currency: p.currency,
            })
            .collect();
        match note(shared, connection, vouchers).await {
            Ok(posted) => came += posted,
            Err(error) => {
                tracing::warn!(error = %error, "the vouchers cannot be noted");
                return came;
            }
        }
        let every = shared.options.read_back_every;
        let next = next_cursor(shared, connection, &trigger, &page.cursor, every);
        if let Err(error) = shared.store.put_poll_cursor(next).await {
            tracing::warn!(error = %error, "how far the vouchers were read cannot be noted");
            return came;
        }
        if !page.more {
            break;
        }
    }
    came
}

/// Marks entries as posted; a voucher that is not what we sent becomes an exception.
async fn note(
    shared: &Shared,
    connection: &Connection,
    vouchers: Vec<Voucher>,
) -> Result<usize, store::Error> {
    let now = shared.clock.now();
    let environment = connection.environment;
    let marked = shared
        .store
        .mark_posted(environment, vouchers.clone(), now)
        .await?;
    let mut posted = 0;
    let mut exceptions = Vec::new();
    for (voucher, marked) in vouchers.iter().zip(marked) {
        match marked {
            Marked::Posted(_) => posted += 1,
            Marked::Already(_) | Marked::Unknown => {}
            Marked::Differs {
                entry,
                debit_minor,
                currency,
                voucher: ours,
            } => {
                let sentence = match ours {
                    Some(ours) if ours != voucher.voucher => format!(
                        "{entry} stands in the ERP twice: as voucher {ours} and as {}",
                        voucher.voucher
                    ),
                    _ => format!(
                        "voucher {} has {} {} (minor units) where {entry} has {debit_minor} {currency}",
                        voucher.voucher, voucher.debit_minor, voucher.currency
                    ),
                };
                exceptions.push(ExceptionRecord {
                    kind: "voucher_differs".into(),
                    key: voucher.voucher.clone(),
                    sentence,
                    amount_minor: voucher.debit_minor.checked_sub(debit_minor),
                    currency: Some(voucher.currency.clone()),
                });
            }
        }
    }
    if !exceptions.is_empty() {
        shared
            .store
            .open_exceptions(environment, exceptions, now)
            .await?;
    }
    Ok(posted)
}

/// Where the last walk stopped.
async fn cursor(shared: &Shared, connection: &Connection, trigger: &str) -> Result<Value, Fault> {
    let found = shared.store.poll_cursor(connection.id, trigger).await;
    let found = found.map_err(|e| Fault::transient(e.to_string()))?;
    let Some(found) = found else {
        return Ok(Value::Null);
    };
    serde_json::from_str(&found.cursor_json)
        .map_err(|e| Fault::bug(format!("the stored cursor of {trigger}: {e}")))
}

fn next_cursor(
    shared: &Shared,
    connection: &Connection,
    trigger: &str,
    cursor: &Value,
    every: Duration,
) -> PollCursor {
    PollCursor {
        connection: connection.id,
        trigger: trigger.to_owned(),
        cursor_json: cursor.to_string(),
        next_at: shared.clock.now().plus(every),
    }
}

pub(crate) async fn probe(shared: &Shared, connection: &Arc<Connection>) -> usize {
    if connection.gate.pause().is_none() {
        return 0;
    }
    match connection.session.check().await {
        Ok(_) => match shared.open(connection).await {
            Ok(()) => 1,
            Err(error) => {
                tracing::warn!(error = %error, "the connection cannot be opened");
                0
            }
        },
        Err(fault) => {
            tracing::warn!(connection.name = %connection.name, error = %fault, "still paused");
            0
        }
    }
}

/// Compares the inbox with the senders of one environment; what fails is noted with the sender.
pub(crate) async fn sweep_of(shared: &Shared, environment: EnvironmentId) {
    for connection in shared.catalog().connections_of(environment) {
        if connection.connector.verify.is_some()
            && let Err(fault) = sweep_one(shared, &connection).await
        {
            tracing::warn!(connection.name = %connection.name, error = %fault, "the sweep failed");
        }
    }
}

/// Compares the inbox with every sender once.
pub(crate) async fn sweep(shared: &Shared) -> Result<usize, Fault> {
    let mut missing = 0;
    for connection in shared.catalog().connections() {
        if connection.connector.verify.is_some() {
            missing += sweep_one(shared, connection).await?;
        }
    }
    Ok(missing)
}
