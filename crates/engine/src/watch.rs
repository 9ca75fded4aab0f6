//! What the engine does by the clock: polls triggers, reads vouchers back, probes paused
//! connections, and compares the inbox with what the senders say they sent.

use crate::catalog::Connection;
use crate::shared::Shared;
use connector::Source;
use model::Fault;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::Ingested;
use store::entry::PostedVoucher;

/// One walk takes at most this many pages before it pauses.
const PAGES_MAX: usize = 1_000;

/// Does everything once that is done by the clock, in a fixed order. Returns how much came of it.
pub(crate) async fn once(shared: &Shared) -> usize {
    let mut came = 0;
    for connection in shared.catalog().connections() {
        came += probe(shared, connection).await;
        came += poll_all(shared, connection).await;
        came += read_back(shared, connection).await;
    }
    came
}

/// Polls a connection's triggers for ever.
pub(crate) async fn poll_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        poll_all(&shared, &connection).await;
        shared.clock.sleep(poll_interval(&shared, &connection)).await;
    }
}

/// Reads vouchers back for ever.
pub(crate) async fn read_back_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        shared.clock.sleep(shared.options.read_back_every).await;
        read_back(&shared, &connection).await;
    }
}

/// Probes a paused connection for ever.
pub(crate) async fn probe_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        shared.clock.sleep(shared.options.probe_every).await;
        probe(&shared, &connection).await;
    }
}

/// Fills the inbox with what the sender gave up on, for ever.
pub(crate) async fn sweep_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        shared.clock.sleep(shared.options.sweep_every).await;
        let trigger = format!("{}.events", connection.connector.id);
        if let Err(fault) = walk(&shared, &connection, &trigger).await {
            tracing::warn!(connection.name = %connection.name, error = %fault, "the sweep failed");
        }
    }
}

fn poll_interval(shared: &Shared, connection: &Connection) -> Duration {
    let own = connection.connector.triggers.iter().filter_map(|t| match t.source {
        Source::Poll { every } => Some(every),
        Source::Webhook => None,
    });
    shared.options.poll_every.or_else(|| own.min()).unwrap_or(Duration::from_secs(300))
}

async fn poll_all(shared: &Shared, connection: &Arc<Connection>) -> usize {
    let mut came = 0;
    for trigger in shared.catalog().listened(connection.id) {
        let found = connection.connector.triggers.iter().find(|t| t.id == trigger);
        if !found.is_some_and(|t| matches!(t.source, Source::Poll { .. })) {
            continue;
        }
        match walk(shared, connection, trigger).await {
            Ok(new) => came += new,
            Err(fault) => tracing::warn!(
                connection.name = %connection.name, trigger, error = %fault, "a poll failed"
            ),
        }
    }
    came
}

/// Walks from the stored cursor to the newest; each page and its cursor are one commit.
async fn walk(shared: &Shared, connection: &Arc<Connection>, trigger: &str) -> Result<usize, Fault> {
    let away = |e: store::Error| Fault::transient(e.to_string());
    let catalog = shared.catalog();
    let environment = catalog
        .environment_by_id(connection.environment)
        .ok_or_else(|| Fault::bug("the connection's environment is not loaded"))?;
    let mut came = 0;
    for _ in 0..PAGES_MAX {
        let cursor = shared.store.poll_cursor(connection.id, trigger).await.map_err(away)?;
        let cursor: Value = match cursor {
            Some(text) => serde_json::from_str(&text)
                .map_err(|e| Fault::bug(format!("the stored cursor of {trigger}: {e}")))?,
            None => Value::Null,
        };
        let Ok(permit) = connection.gate.pass().await else { return Ok(came) };
        let page = connection.session.poll(trigger, &cursor).await;
        drop(permit);
        let page = match page {
            Ok(page) => page,
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
                    events.push(event);
                    bodies.push(body);
                }
                Err(refusal) => {
                    return Err(Fault::rejected(format!("{}: {refusal}", item.dedupe_key)));
                }
            }
        }
        let text = page.cursor.to_string();
        let stored = shared
            .store
            .ingest_page(connection.id, trigger, &text, shared.clock.now(), events)
            .await
            .map_err(away)?;
        for (ingested, body) in stored.into_iter().zip(bodies) {
            if let Ok(Ingested::New { runs, .. }) = ingested {
                came += 1;
                shared.start(runs, Some(&body));
            }
        }
        if !page.more {
            break;
        }
    }
    Ok(came)
}

/// Marks as posted what the ERP's vouchers show.
async fn read_back(shared: &Shared, connection: &Arc<Connection>) -> usize {
    let mut came = 0;
    let trigger = format!("{}.postings", connection.connector.id);
    for _ in 0..PAGES_MAX {
        let cursor = match shared.store.poll_cursor(connection.id, &trigger).await {
            Ok(cursor) => cursor.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or(Value::Null),
            Err(_) => return came,
        };
        let Ok(permit) = connection.gate.pass().await else { return came };
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
        let text = page.cursor.to_string();
        let vouchers: Vec<PostedVoucher> = page
            .items
            .into_iter()
            .map(|p| PostedVoucher {
                sent_reference: p.reference,
                voucher: p.voucher,
                debit_minor: p.debit_minor,
                currency: p.currency,
            })
            .collect();
        let marked = shared
            .store
            .mark_posted(connection.id, &trigger, &text, shared.clock.now(), &vouchers)
            .await;
        match marked {
            Ok(count) => came += count,
            Err(error) => {
                tracing::warn!(error = %error, "the vouchers cannot be noted");
                return came;
            }
        }
        if !page.more {
            break;
        }
    }
    came
}

async fn probe(shared: &Shared, connection: &Arc<Connection>) -> usize {
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

/// Compares the inbox with every sender once.
pub(crate) async fn sweep(shared: &Shared) -> Result<usize, Fault> {
    let mut missing = 0;
    for connection in shared.catalog().connections() {
        if connection.connector.verify.is_some() {
            let trigger = format!("{}.events", connection.connector.id);
            missing += walk(shared, connection, &trigger).await?;
        }
    }
    Ok(missing)
}
