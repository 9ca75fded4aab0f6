//! Walking what Stripe lists by the time it was made: balance transactions and events.
//!
//! Stripe lists the newest first; flows want the oldest first, and a cursor that survives a crash.
//! So a walk takes a slice of time, pages it to its end and turns it round. A slice that is too
//! long for one walk is halved until it fits; the cursor then says where to resume. The next walk
//! begins before the highest time seen, because a transaction can become visible late: what is met
//! twice has the same key.

use crate::request;
use crate::session::StripeSession;
use crate::transaction;
use connector::{Page, PolledEvent};
use model::{Fault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// The most objects on one page of Stripe's.
pub const PAGE: i64 = 100;
/// Pages of one walk: bounds its memory and the size of the store's transaction.
const PAGES: usize = 10;
/// Where the first walk begins if the settings do not say.
const FIRST: Duration = Duration::from_secs(24 * 3600);

/// What can be walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Every movement of the balance, with its source.
    BalanceTransactions,
    /// Every event of about the last 30 days, as it would have been delivered.
    Events,
}

impl Feed {
    pub fn named(trigger: &str) -> Option<Self> {
        match trigger {
            "stripe.balance_transaction.created" => Some(Self::BalanceTransactions),
            "stripe.events" => Some(Self::Events),
            _ => None,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::BalanceTransactions => "/v1/balance_transactions",
            Self::Events => "/v1/events",
        }
    }

    /// How far a walk goes back behind what was seen.
    const fn overlap(self) -> Duration {
        match self {
            Self::BalanceTransactions => Duration::from_secs(24 * 3600),
            Self::Events => Duration::from_secs(3600),
        }
    }

    fn event(self, object: Value) -> Result<PolledEvent, Fault> {
        let id = request::text(&object, "id")?.to_owned();
        let occurred_at = Timestamp::from_seconds(request::minor(&object, "created")?);
        let (kind, body) = match self {
            Self::BalanceTransactions => {
                // One that cannot be read must not hold up all that come after it: it goes on
                // as it is, and the run that it starts fails with the reason.
                let canonical = transaction::read(&object, None).ok();
                let canonical = canonical.and_then(|c| serde_json::to_value(c).ok());
                let body = json!({"balance_transaction": canonical.unwrap_or(object)});
                ("balance_transaction.created".into(), body)
            }
            Self::Events => (request::text(&object, "type")?.to_owned(), object),
        };
        Ok(PolledEvent {
            dedupe_key: id,
            kind,
            occurred_at,
            body,
        })
    }
}

/// Where a walk stands, in unix seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cursor {
    /// The latest time seen.
    high_water: i64,
    /// A long walk goes on here.
    resume: Option<i64>,
}

/// A slice of time: `from` belongs to it, `until` does not.
#[derive(Clone, Copy)]
struct Slice {
    from: i64,
    until: Option<i64>,
}

/// What the pages of a slice held, newest first.
struct Walked {
    objects: Vec<Value>,
    complete: bool,
}

/// The next events of a feed, oldest first.
///
/// # Errors
/// Those of the connection; `Unknown` for a list that cannot be read.
pub async fn next(
    session: &StripeSession,
    feed: Feed,
    cursor: &Value,
) -> Result<Page<PolledEvent>, Fault> {
    let cursor = begin(session, cursor)?;
    let overlap = i64::try_from(feed.overlap().as_secs()).unwrap_or(0);
    let from = cursor.resume.unwrap_or(cursor.high_water - overlap).max(0);
    let mut slice = Slice { from, until: None };
    let objects = loop {
        // One second cannot be halved: it is walked to its end, however long that takes.
        let limit = if slice.until == Some(from + 1) {
            usize::MAX
        } else {
            PAGES
        };
        let walked = walk(session, feed, slice, limit).await?;
        if walked.complete {
            break walked.objects;
        }
        let oldest = walked.objects.last().map_or(Ok(from), created)?;
        let half = from + (oldest + 1 - from) / 2;
        slice.until = Some(half.max(from + 1));
    };
    let newest = objects.first().map_or(Ok(from), created)?;
    let cursor = Cursor {
        high_water: cursor.high_water.max(newest),
        resume: slice.until,
    };
    let items = objects.into_iter().rev().map(|object| feed.event(object));
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        cursor: serde_json::to_value(cursor)
            .map_err(|error| Fault::bug(format!("a cursor cannot be written: {error}")))?,
        more: cursor.resume.is_some(),
    })
}

fn begin(session: &StripeSession, cursor: &Value) -> Result<Cursor, Fault> {
    if !cursor.is_null() {
        return Cursor::deserialize(cursor)
            .map_err(|error| Fault::bug(format!("the stored cursor cannot be read: {error}")));
    }
    let first = || session.runtime().clock.now().minus(FIRST).seconds();
    let start = session.stripe_settings().since.unwrap_or_else(first);
    // What is older than the start is never fetched: no overlap.
    Ok(Cursor {
        high_water: start,
        resume: Some(start),
    })
}

async fn walk(
    session: &StripeSession,
    feed: Feed,
    slice: Slice,
    pages: usize,
) -> Result<Walked, Fault> {
    let mut objects: Vec<Value> = Vec::new();
    for _ in 0..pages {
        let mut params = json!({
            "created": {"gte": slice.from, "lt": slice.until},
            "limit": PAGE,
            "starting_after": objects.last().map(|o| request::text(o, "id")).transpose()?,
        });
        if feed == Feed::BalanceTransactions {
            params["expand"] = json!(["data.source"]);
        }
        let list = session.read(feed.path(), params).await?;
        let (page, more) = page(list)?;
        let empty = page.is_empty();
        objects.extend(page);
        if !more || empty {
            return Ok(Walked {
                objects,
                complete: true,
            });
        }
    }
    Ok(Walked {
        objects,
        complete: false,
    })
}

fn created(object: &Value) -> Result<i64, Fault> {
    request::minor(object, "created")
}

/// The objects of a list and whether there are more.
///
/// # Errors
/// `Unknown` if it is no list.
pub fn page(mut list: Value) -> Result<(Vec<Value>, bool), Fault> {
    let more = list.get("has_more").and_then(Value::as_bool);
    match (list.get_mut("data").map(Value::take), more) {
        (Some(Value::Array(data)), Some(more)) => Ok((data, more)),
        _ => Err(Fault::unknown("Stripe's answer is no list")),
    }
}
