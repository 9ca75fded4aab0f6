//! Vouchers that hold a reference of ours: how we learn that the books took what we sent.
//!
//! M3 carries our references in the voucher text: the journal's key in front of it, or the payment's
//! reference [the sandbox's way; what a tenant prints into the text is unverified]. Lists go by
//! accounting date, which may lie before the day of posting: each walk begins a day before the last
//! date seen, and once a day it begins much earlier, for what was posted late.

use crate::m3::day;
use crate::m3::voucher::{self, Line};
use crate::session::InforSession;
use connector::{Page, Posting};
use jiff::civil::Date;
use model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Days that a walk goes back behind the last date seen.
const OVERLAP: i32 = 1;
/// And that the first walk of a day goes back: for what waits for a job or a person.
const DEEP: i32 = 35;

/// Where a walk stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cursor {
    /// The last accounting date seen.
    date: Date,
    /// The last day on which a walk began far back.
    deep: Option<Date>,
    /// A walk that is not at its end goes on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resume: Option<Date>,
}

/// The next page: the vouchers under our references.
///
/// # Errors
/// Those of the connection; `Rejected` for a day that M3 cannot list as a whole.
pub async fn next(session: &InforSession, cursor: &Value) -> Result<Page<Posting>, Fault> {
    let settings = session.infor_settings();
    let today = day::of(session.runtime().clock.now());
    let first = day::read(&settings.read_from).map_err(day::bug)?;
    let mut cursor = if cursor.is_null() {
        Cursor {
            date: first,
            deep: Some(today),
            resume: Some(first),
        }
    } else {
        Cursor::deserialize(cursor).map_err(day::bug)?
    };
    let from = cursor.resume.take().unwrap_or_else(|| {
        let back = if cursor.deep == Some(today) {
            OVERLAP
        } else {
            DEEP
        };
        cursor.deep = Some(today);
        day::later(cursor.date, -back).max(first)
    });
    // The peer's day may be ahead of ours.
    let end = day::later(today, 1).max(from);
    let mut until = end;
    let lines = loop {
        let reply = session
            .execute(&voucher::list(settings, from, until))
            .await?;
        let outcome = reply.outcome(0)?;
        if !outcome.truncated {
            break Line::all(outcome)?;
        }
        if from == until {
            return Err(voucher::too_many(from));
        }
        until = day::middle(from, until);
    };
    let newest = lines.iter().map(|l| l.date).max().unwrap_or(cursor.date);
    cursor.date = cursor.date.max(newest);
    cursor.resume = (until < end).then(|| day::later(until, 1));
    Ok(Page {
        items: ours(&lines)?,
        cursor: serde_json::to_value(cursor).map_err(day::bug)?,
        more: cursor.resume.is_some(),
    })
}

/// The lines that carry a reference of ours, by voucher, reference and currency, debits summed.
fn ours(lines: &[Line]) -> Result<Vec<Posting>, Fault> {
    let mut postings: BTreeMap<(&str, &str, &str), Posting> = BTreeMap::new();
    for line in lines {
        let Some(reference) = reference(&line.text) else {
            continue;
        };
        let currency = line.amount.currency.code();
        let posting = postings
            .entry((&line.voucher, reference, currency))
            .or_insert_with(|| Posting {
                reference: reference.to_owned(),
                voucher: line.voucher.clone(),
                debit_minor: 0,
                currency: currency.to_owned(),
                date: line.date.to_string(),
            });
        if line.is_debit {
            let sum = posting.debit_minor.checked_add(line.amount.minor);
            posting.debit_minor =
                sum.ok_or_else(|| Fault::unknown("a voucher's debits are too large to add"))?;
        }
    }
    Ok(postings.into_values().collect())
}

/// The first word of `text` that is a reference of ours: `ST` and at least ten characters of
/// Crockford's base 32, upper case.
fn reference(text: &str) -> Option<&str> {
    let crockford = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() && !b"ILOU".contains(&b);
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| {
            let rest = word.strip_prefix("ST").unwrap_or("");
            rest.len() >= 10 && rest.bytes().all(crockford)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_whole_words() {
        for (text, found) in [
            ("ST0AB1CD2EF3GH4 PAYOUT", Some("ST0AB1CD2EF3GH4")),
            ("fee (ST0AB1CD2EF3)", Some("ST0AB1CD2EF3")),
            ("ST0AB1CD2EF", None),
            ("STATEMENTOFALL", None),
            ("XST0AB1CD2EF3GH4", None),
            ("ST0AB1CD2EF3gh4", None),
            ("STRIPE PAYOUT 12", None),
        ] {
            assert_eq!(reference(text), found, "{text}");
        }
    }
}
