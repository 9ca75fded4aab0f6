//! The shared list of vouchers under our references: which staged entries the ledger has taken.
//!
//! Read by accounting date, which is the entry's own: an entry may be posted days after it, so
//! every walk goes back behind the newest date. What is met twice is the same posting.

use crate::m3::day;
use crate::m3::voucher::{VoucherLine, by_date, postings};
use crate::session::InforSession;
use connector::{Page, Posting};
use model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many days a walk goes back.
const OVERLAP_DAYS: i64 = 7;

#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    /// Days since 1970.
    from: i64,
}

/// The next postings.
///
/// # Errors
/// Those of the connection.
pub async fn next(session: &InforSession, cursor: &Value) -> Result<Page<Posting>, Fault> {
    // A voucher may be dated tomorrow where our clock is behind theirs.
    let today = session.runtime().clock.now().seconds().div_euclid(86_400) + 1;
    let first = day::to_days(&session.m3().read_from).unwrap_or(today);
    let cursor = match cursor {
        Value::Null => Cursor { from: first },
        stored => Cursor::deserialize(stored)
            .map_err(|e| Fault::bug(format!("the stored cursor cannot be read: {e}")))?,
    };
    let from = cursor.from.min(today);
    let mut to = today;
    let lines = loop {
        let (begin, end) = (day::of_days(from), day::of_days(to));
        let reply = session.read(by_date(session.m3(), &begin, &end)).await?;
        let outcome = reply.outcome(0)?;
        if !outcome.truncated || to == from {
            if outcome.truncated {
                // What was found is true; what is missing stays "staged" and is shown as such.
                tracing::warn!(date = begin, "more voucher lines on one day than M3 lists");
            }
            break outcome
                .records
                .iter()
                .map(VoucherLine::read)
                .collect::<Result<Vec<_>, _>>()?;
        }
        // Rows come in no order that is known: a cut list only says to ask for less.
        to = from + (to - from) / 2;
    };
    let more = to < today;
    let next = if more {
        to + 1
    } else {
        (today - OVERLAP_DAYS).max(first)
    };
    let cursor = serde_json::to_value(Cursor { from: next })
        .map_err(|e| Fault::bug(format!("a cursor cannot be written: {e}")))?;
    Ok(Page {
        items: postings(&lines)?,
        cursor,
        more,
    })
}
