//! The nightly look at deposits that stay open.
//!
//! New invoices come by one list per year, and a list can miss one. So a deposit that is open for n
//! days is looked up by its order: an invoice that was missed starts the run that the list would
//! have started, and if there is none the deposit becomes an exception with its age and its money.
//! The order's number is the cross reference `order` of the payment. After another n days it is
//! looked up again. An exception whose deposit is used up by now is closed.

use crate::catalog::{Connection, Environment};
use crate::shared::{Origin, Shared};
use connector::session::About;
use finance::{Currency, Money};
use model::{Fault, RunState, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{
    DepositRecord, ExceptionFilter, ExceptionRecord, Ingested, NewEvent, Page, PollCursor,
    ResolveException,
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// How often it asks whether it is time: restarts must not put the look off for ever.
const ASK: Duration = Duration::from_secs(3600);
/// Deposits of one page: bounds the calls and the store's transaction.
const PAGE: i64 = 90;
/// Pages of one look; the rest is the next one's.
const PAGES_MAX: usize = 1_000;
/// The exception's kind.
const KIND: &str = "deposit_open";

/// Where the look stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Standing {
    /// When the look before this one began, in microseconds.
    before: i64,
    /// When this one began.
    begun: i64,
    /// The last deposit of the last page: its time and charge; none at the beginning.
    after: Option<(i64, String)>,
}

/// Looks by the clock, for ever.
pub(crate) async fn look_for_ever(shared: Arc<Shared>, connection: Arc<Connection>) {
    loop {
        look(&shared, &connection).await;
        shared.clock.sleep(ASK).await;
    }
}

/// Looks, if it is time and some flow listens to a trigger that can be asked. Returns how many runs
/// it started.
pub(crate) async fn look(shared: &Shared, connection: &Arc<Connection>) -> usize {
    let mut came = 0;
    for trigger in shared.catalog().listened(connection.id) {
        match by(shared, connection, trigger).await {
            Ok(started) => came += started,
            Err(fault) => tracing::warn!(
                connection.name = %connection.name, trigger, error = %fault,
                "open deposits cannot be looked up"
            ),
        }
    }
    came
}

async fn by(shared: &Shared, connection: &Arc<Connection>, trigger: &str) -> Result<usize, Fault> {
    // Nobody is asked about nothing: this only tells whether the trigger can be asked.
    if connection
        .session
        .events_about(trigger, &[])
        .await?
        .is_none()
    {
        return Ok(0);
    }
    let name = format!("{trigger}.open_deposits");
    let stored = shared.store.poll_cursor(connection.id, &name).await;
    let stored = stored.map_err(|e| away(&e))?;
    let now = shared.clock.now();
    let mut standing = match &stored {
        Some(cursor) if cursor.next_at > now => return Ok(0),
        Some(cursor) => serde_json::from_str(&cursor.cursor_json)
            .map_err(|e| Fault::bug(format!("the stored cursor of {name}: {e}")))?,
        None => Standing::default(),
    };
    let catalog = shared.catalog();
    let environment = catalog
        .environment_by_id(connection.environment)
        .ok_or_else(|| Fault::bug("the connection's environment is not loaded"))?;
    if standing.after.is_none() {
        standing.begun = now.0;
        close_used_up(shared, environment).await?;
    }
    let look = Look {
        shared,
        connection,
        environment,
        trigger,
        name,
    };
    let mut came = 0;
    for _ in 0..PAGES_MAX {
        let (started, more) = look.page(&mut standing).await?;
        came += started;
        if !more {
            break;
        }
    }
    Ok(came)
}

/// What one look works with.
struct Look<'a> {
    shared: &'a Shared,
    connection: &'a Arc<Connection>,
    environment: &'a Arc<Environment>,
    trigger: &'a str,
    /// Its cursor's.
    name: String,
}

impl Look<'_> {
    /// Looks up a page of open deposits. Answers with how many runs it started, and whether there
    /// are more.
    async fn page(&self, standing: &mut Standing) -> Result<(usize, bool), Fault> {
        let (store, environment) = (&self.shared.store, self.environment.id);
        let begun = Timestamp(standing.begun);
        let open_for = self.shared.options.deposits_open_for;
        let after = standing
            .after
            .clone()
            .map(|(at, charge)| (Timestamp(at), charge));
        let deposits = store
            .deposits_open_since(environment, begun.minus(open_for), after, PAGE)
            .await
            .map_err(|e| away(&e))?;
        let more = i64::try_from(deposits.len()).unwrap_or(PAGE) >= PAGE;
        let last = deposits.last().map(|d| (d.opened_at.0, d.charge.clone()));
        let due: Vec<DepositRecord> = deposits
            .into_iter()
            .filter(|d| is_due(d.opened_at, standing, open_for))
            .collect();
        let came = self.look_up(&due).await?;
        let next = if more {
            Standing {
                after: last,
                ..*standing
            }
        } else {
            Standing {
                before: standing.begun,
                begun: 0,
                after: None,
            }
        };
        let next_at = if more { begun } else { begun.plus(EVERY) };
        let cursor = self.cursor(&next, next_at)?;
        store.put_poll_cursor(cursor).await.map_err(|e| away(&e))?;
        *standing = next;
        Ok((came, more))
    }

    fn cursor(&self, standing: &Standing, next_at: Timestamp) -> Result<PollCursor, Fault> {
        Ok(PollCursor {
            connection: self.connection.id,
            trigger: self.name.clone(),
            cursor_json: serde_json::to_string(standing)
                .map_err(|e| Fault::bug(format!("a cursor cannot be written: {e}")))?,
            next_at,
        })
    }

    /// Starts the runs of invoices that were missed, and opens exceptions for all other deposits.
    async fn look_up(&self, deposits: &[DepositRecord]) -> Result<usize, Fault> {
        if deposits.is_empty() {
            return Ok(0);
        }
        let (store, environment) = (&self.shared.store, self.environment.id);
        let intent = |d: &DepositRecord| {
            let intent = d.payment_intent.clone().unwrap_or_default();
            ("order".to_owned(), intent)
        };
        let orders = store
            .cross_references(environment, deposits.iter().map(intent).collect())
            .await
            .map_err(|e| away(&e))?;
        let numbers: Vec<String> = orders.iter().flatten().cloned().collect();
        let mut about = self.ask(&numbers).await?;
        let (mut came, mut exceptions) = (0, Vec::new());
        for (deposit, order) in deposits.iter().zip(orders) {
            let found = order.as_ref().and_then(|order| about.remove(order));
            let why = match (order, found) {
                (None, _) => "its order is not known".to_owned(),
                (Some(order), Some(Ok(events))) => match self.start(events).await? {
                    0 => format!("order {order} has no invoice that was not seen"),
                    started => {
                        came += started;
                        continue;
                    }
                },
                (Some(order), Some(Err(fault))) => {
                    format!("order {order} cannot be read: {}", fault.message)
                }
                (Some(order), None) => format!("order {order} was looked up with another deposit"),
            };
            exceptions.push(self.exception(deposit, &why));
        }
        let now = self.shared.clock.now();
        store
            .open_exceptions(environment, exceptions, now)
            .await
            .map_err(|e| away(&e))?;
        Ok(came)
    }

    /// What the peer knows of orders, by their numbers.
    async fn ask(&self, numbers: &[String]) -> Result<HashMap<String, About>, Fault> {
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let Ok(permit) = self.connection.gate.pass().await else {
            return Err(Fault::transient("the connection is paused"));
        };
        let session = &self.connection.session;
        let about = session.events_about(self.trigger, numbers).await;
        drop(permit);
        let about = about?.unwrap_or_default();
        Ok(numbers.iter().cloned().zip(about).collect())
    }

    /// Stores events as the walk would; answers with how many runs begin.
    async fn start(&self, events: Vec<connector::PolledEvent>) -> Result<usize, Fault> {
        let mut bodies = Vec::with_capacity(events.len());
        let mut new: Vec<NewEvent> = Vec::with_capacity(events.len());
        for polled in &events {
            let made = self
                .shared
                .polled_event(self.environment, self.connection, polled);
            let (event, body) =
                made.map_err(|e| Fault::rejected(format!("{}: {e}", polled.dedupe_key)))?;
            bodies.push((Origin::of(&event), body));
            new.push(event);
        }
        let stored = self.shared.store.ingest(new).await.map_err(|e| away(&e))?;
        let mut began = 0;
        for (stored, (origin, body)) in stored.into_iter().zip(bodies) {
            if let Ingested::New { runs, .. } = stored.map_err(|e| away(&e))? {
                // One that is covered was met before.
                began += runs.iter().filter(|r| r.state == RunState::Ready).count();
                self.shared.start_fresh(runs, &origin, &body);
            }
        }
        Ok(began)
    }

    fn exception(&self, deposit: &DepositRecord, why: &str) -> ExceptionRecord {
        let age = self.shared.clock.now().since(deposit.opened_at);
        let days = age.as_secs() / 86_400;
        let (minor, code) = (deposit.presentment_left, &deposit.presentment_currency);
        let left = match code.parse::<Currency>() {
            Ok(currency) => Money::new(minor, currency).to_string(),
            Err(_) => format!("{minor} {code} (minor units)"),
        };
        ExceptionRecord {
            kind: KIND.into(),
            key: deposit.charge.clone(),
            sentence: format!(
                "{left} of the deposit of {} are open for {days} days: {why}",
                deposit.charge
            ),
            amount_minor: Some(minor),
            currency: Some(code.clone()),
        }
    }
}

/// Whether a deposit has come to another multiple of `open_for` since the look before.
fn is_due(opened: Timestamp, standing: &Standing, open_for: Duration) -> bool {
    let span = open_for.as_micros().max(1);
    let reached = |at: i64| Timestamp(at).since(opened).as_micros() / span;
    reached(standing.begun) > reached(standing.before)
}

/// Closes exceptions whose deposit is used up by now.
async fn close_used_up(shared: &Shared, environment: &Environment) -> Result<(), Fault> {
    let mut page = Page::first(200);
    for _ in 0..PAGES_MAX {
        let open = shared
            .store
            .exceptions(environment.id, ExceptionFilter::OPEN, page)
            .await
            .map_err(|e| away(&e))?;
        let Some(last) = open.last().map(|e| e.id) else {
            return Ok(());
        };
        let ours = open.iter().filter(|e| e.exception.kind == KIND);
        let charges: Vec<String> = ours.map(|e| e.exception.key.clone()).collect();
        let deposits = shared
            .store
            .deposits(environment.id, &charges)
            .await
            .map_err(|e| away(&e))?;
        for used_up in deposits.into_iter().filter(|d| d.presentment_left == 0) {
            let resolve = ResolveException {
                environment: environment.id,
                kind: KIND.into(),
                key: used_up.charge,
                who: "towpath".into(),
                reason: "nothing is left of the deposit".into(),
                at: shared.clock.now(),
            };
            shared
                .store
                .resolve_exception(resolve)
                .await
                .map_err(|e| away(&e))?;
        }
        page = Page {
            after: Some(last),
            ..page
        };
    }
    Ok(())
}

fn away(error: &store::Error) -> Fault {
    Fault::transient(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deposit_is_looked_up_once_for_every_span_that_it_is_open() {
        let (day, open_for) = (86_400_i64 * 1_000_000, Duration::from_secs(14 * 86_400));
        let mut looks = Vec::new();
        for n in 1..60 {
            let standing = Standing {
                before: (n - 1) * day,
                begun: n * day,
                after: None,
            };
            // Opened in the middle of the third day.
            if is_due(Timestamp(2 * day + day / 2), &standing, open_for) {
                looks.push(n);
            }
        }
        assert_eq!(looks, [17, 31, 45, 59]);
        // One that was missed because nothing ran is made up for.
        let standing = Standing {
            before: 16 * day,
            begun: 30 * day,
            after: None,
        };
        assert!(is_due(Timestamp(2 * day + day / 2), &standing, open_for));
    }
}
