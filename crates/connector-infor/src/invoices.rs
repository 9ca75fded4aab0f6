//! New invoices, by one list call per year, and their order numbers by one bulk call.

use crate::m3::amount::Amount;
use crate::m3::day;
use crate::m3::reply::{Outcome, text};
use crate::m3::request::{MiRequest, MiTransaction, Record};
use crate::session::InforSession;
use connector::session::About;
use connector::{Example, Fires, Page, PolledEvent, Source, Trigger};
use finance::Currency;
use model::{Fault, FaultClass, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The trigger's id.
pub const TRIGGER: &str = "infor.invoice.created";
/// Invoices of one page: bounds the bulk call for their lines and the store's transaction.
const PAGE: u32 = 90;
/// How far a walk goes back behind the highest number seen: numbers may become visible late.
const OVERLAP: u64 = 50;

/// What the trigger fires for.
pub const CREATED: Trigger = Trigger {
    id: TRIGGER,
    title: "An invoice was made",
    doc: "OIS350MI/LstInvHead for the current year, with an overlap; the order number comes from \
          LstInvLine, one bulk call for all new invoices.",
    source: Source::Poll {
        every: Duration::from_secs(300),
    },
    fires: Fires::Once,
    subject: "invoice",
    subject_at: "/invoice",
    money_at: Some(("/open_minor", "/currency")),
    schema: || schemars::schema_for!(Invoice).to_value(),
    examples: |_| {
        vec![
            example("EUR 59.50", "EUR", "59.50", 5950),
            example(
                "JPY 5,000, a currency without decimals",
                "JPY",
                "5000",
                5000,
            ),
        ]
    },
};

/// An invoice that was never made.
fn example(title: &str, currency: &str, amount: &str, minor: i64) -> Example {
    Example {
        title: title.to_owned(),
        body: json!({"invoice": {
            "invoice": "26000417",
            "number": "417",
            "year": "2026",
            "order": "1000001",
            "customer": "C100042",
            "payer": "C100042",
            "currency": currency,
            "amount": amount,
            "open": amount,
            "amount_minor": minor,
            "open_minor": minor,
            "date": "2026-11-24",
            "due": "2026-12-24",
        }}),
    }
}

/// An invoice of the ERP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invoice {
    /// The number by which the receivables ledger knows it (EXIN, there CINO).
    #[schemars(length(max = 15))]
    pub invoice: String,
    /// IVNO.
    pub number: String,
    /// YEA4, the year it belongs to (INYR in the ledger).
    #[schemars(length(max = 4))]
    pub year: String,
    /// The sales order that it is for, if its lines name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    pub order: Option<String>,
    /// CUNO.
    #[schemars(length(max = 10))]
    pub customer: String,
    /// PYNO.
    #[schemars(length(max = 10))]
    pub payer: String,
    /// CUCD.
    #[schemars(length(max = 3))]
    pub currency: String,
    /// What was invoiced, VAT included (AMT1, by the sandbox's reading [unverified]).
    pub amount: Amount,
    /// What is still to be paid (RAFC).
    pub open: Amount,
    pub amount_minor: i64,
    pub open_minor: i64,
    /// YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// When it is due, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub due: String,
}

impl Invoice {
    /// Reads a row of `LstInvHead` or `LstAllInvByCO`.
    ///
    /// # Errors
    /// `Rejected` if an amount is none.
    pub fn read(row: &Record) -> Result<Self, Fault> {
        let part = |name: &str| text(row, name).to_owned();
        let currency: Currency =
            text(row, "CUCD")
                .parse()
                .map_err(|e: finance::currency::NoCurrency| {
                    Fault::rejected(e.to_string()).with_field("CUCD")
                })?;
        let total = if row.contains_key("IVAV") {
            "IVAV"
        } else {
            "AMT1"
        };
        let amount = Amount::read(total, text(row, total))?;
        let open = Amount::read("RAFC", text(row, "RAFC"))?;
        let date = |name: &str| day::from_mi(text(row, name)).unwrap_or_default();
        Ok(Self {
            invoice: part("EXIN"),
            number: part("IVNO"),
            year: part("YEA4"),
            order: None,
            customer: part("CUNO"),
            payer: part("PYNO"),
            amount_minor: amount.minor(currency)?,
            open_minor: open.minor(currency)?,
            currency: currency.code().to_owned(),
            amount,
            open,
            date: date("IDAT"),
            due: date("DUDT"),
        })
    }

    fn event(self, now: Timestamp) -> PolledEvent {
        let day = day::to_mi(&self.date).and_then(|d| day::to_days(&d));
        PolledEvent {
            dedupe_key: format!("invoice:{}:{}", self.year, self.number),
            kind: "invoice.created".into(),
            occurred_at: day.map_or(now, |d| Timestamp::from_seconds(d * 86_400)),
            body: json!({"invoice": self}),
        }
    }
}

/// Where the walk stands: one list per year, and which year is next.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    at: i64,
    years: BTreeMap<i64, Walk>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Walk {
    /// The list begins with this number.
    from: u64,
    /// The highest number seen.
    highest: u64,
    /// Numbers within the overlap behind it that were handed over already.
    seen: BTreeSet<u64>,
}

impl Walk {
    /// Goes on behind `reached`, the highest number of a list that began at `from`.
    fn advance(&mut self, reached: u64, truncated: bool) {
        // What the overlap covers is met again: it must be known even if it came pages ago.
        self.highest = self.highest.max(reached);
        let overlap = self.highest.saturating_sub(OVERLAP);
        self.seen.retain(|n| *n >= overlap);
        // A cut list goes on from its last number, a whole one begins with the overlap next time.
        let stuck = truncated && reached == self.from;
        self.from = match truncated {
            true => reached + u64::from(stuck),
            false => overlap,
        };
    }
}

/// The next new invoices.
///
/// # Errors
/// Those of the connection.
pub async fn next(session: &InforSession, cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
    let now = session.runtime().clock.now();
    let mut cursor = begin(session, cursor, now)?;
    let year = cursor.at;
    let mut walk = cursor.years.remove(&year).unwrap_or_default();
    let list = MiTransaction::new(
        "LstInvHead",
        [
            ("YEA4", Some(year.to_string())),
            ("IVNO", Some(walk.from.to_string())),
        ],
    );
    let reply = session
        .read(MiRequest::one("OIS350MI", list).max_records(PAGE))
        .await?;
    let outcome = reply.outcome(0)?;
    let since = day::from_mi(&session.m3().read_from).unwrap_or_default();
    let mut reached = walk.from;
    let mut fresh = Vec::new();
    for row in &outcome.records {
        let number = text(row, "IVNO").parse::<u64>().unwrap_or(0);
        reached = reached.max(number);
        if !walk.seen.insert(number) {
            continue;
        }
        match Invoice::read(row) {
            Ok(invoice) if invoice.date >= since => fresh.push(invoice),
            Ok(_) => {}
            // One that cannot be read must not hold up all that come after it.
            Err(fault) => tracing::warn!(number, %fault, "an invoice cannot be read"),
        }
    }
    add_orders(session, &mut fresh).await?;
    walk.advance(reached, outcome.truncated);
    let done = !outcome.truncated;
    if !done || !is_over(now, year) {
        cursor.years.insert(year, walk);
    }
    let later = cursor.years.range(year + 1..).next().map(|(y, _)| *y);
    let more = !done || later.is_some();
    if done {
        cursor.at = later
            .or(cursor.years.keys().next().copied())
            .unwrap_or(year + 1);
    }
    let cursor = serde_json::to_value(cursor)
        .map_err(|e| Fault::bug(format!("a cursor cannot be written: {e}")))?;
    Ok(Page {
        items: fresh.into_iter().map(|i| i.event(now)).collect(),
        cursor,
        more,
    })
}

/// The invoices of orders, by one bulk call for up to a page of them: for deposits that stay open.
///
/// # Errors
/// Those of the connection; what M3 refuses of one order is that order's answer.
pub async fn of_orders(session: &InforSession, orders: &[String]) -> Result<Vec<About>, Fault> {
    let now = session.runtime().clock.now();
    let since = day::from_mi(&session.m3().read_from).unwrap_or_default();
    let mut found = Vec::with_capacity(orders.len());
    for page in orders.chunks(PAGE as usize) {
        let ask = |order: &String| MiTransaction::by("LstAllInvByCO", "ORNO", order);
        let request = MiRequest::bulk("OIS350MI", page.iter().map(ask).collect());
        match session.read(request).await {
            Ok(reply) => {
                let outcomes = page.iter().zip(&reply.outcomes);
                found
                    .extend(outcomes.map(|(order, outcome)| of_order(order, outcome, &since, now)));
            }
            // A call of a single transaction fails as a whole.
            Err(fault) if page.len() == 1 && fault.class == FaultClass::Rejected => {
                found.push(Err(fault));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(found)
}

fn of_order(order: &str, outcome: &Outcome, since: &str, now: Timestamp) -> About {
    if let Some(fault) = &outcome.fault {
        return Err(fault.clone());
    }
    let invoices = outcome.records.iter().map(Invoice::read);
    let invoices = invoices.collect::<Result<Vec<_>, _>>()?;
    let events = invoices
        .into_iter()
        .filter(|i| i.date.as_str() >= since)
        .map(|mut invoice| {
            invoice.order = Some(order.to_owned());
            let mut event = invoice.event(now);
            // The walk may have met it without its order: then its event is spent and its run skipped.
            event.dedupe_key = format!("{}:{order}", event.dedupe_key);
            event
        });
    Ok(events.collect())
}

/// The cursor, with a walk for each year that has begun.
fn begin(session: &InforSession, cursor: &Value, now: Timestamp) -> Result<Cursor, Fault> {
    let year = |date: &str| date.get(..4).and_then(|y| y.parse::<i64>().ok());
    let this_year = year(&day::of_days(now.seconds().div_euclid(86_400))).unwrap_or(0);
    let mut cursor = match cursor {
        Value::Null => {
            let first = year(&session.m3().read_from)
                .unwrap_or(this_year)
                .min(this_year);
            let years = (first..=this_year).map(|y| (y, Walk::default())).collect();
            Cursor { at: first, years }
        }
        stored => Cursor::deserialize(stored)
            .map_err(|e| Fault::bug(format!("the stored cursor cannot be read: {e}")))?,
    };
    cursor.years.entry(this_year).or_default();
    Ok(cursor)
}

/// Whether no more invoices of `year` are made: those of December may come in January.
fn is_over(now: Timestamp, year: i64) -> bool {
    let end = day::to_days(&format!("{:04}0201", year + 1));
    end.is_some_and(|end| now.seconds().div_euclid(86_400) >= end)
}

async fn add_orders(session: &InforSession, invoices: &mut [Invoice]) -> Result<(), Fault> {
    if invoices.is_empty() {
        return Ok(());
    }
    let lines = invoices.iter().map(|invoice| {
        let key = [
            ("YEA4", Some(invoice.year.clone())),
            ("IVNO", Some(invoice.number.clone())),
        ];
        MiTransaction::new("LstInvLine", key).columns(&["ORNO"])
    });
    let reply = session
        .read(MiRequest::bulk("OIS350MI", lines.collect()))
        .await?;
    for (invoice, outcome) in invoices.iter_mut().zip(&reply.outcomes) {
        if let Some(fault) = &outcome.fault {
            // A call of a single transaction fails as a whole; of several, each by itself.
            tracing::warn!(invoice = invoice.number, %fault, "an invoice's lines cannot be read");
        }
        let order = outcome.records.iter().map(|row| text(row, "ORNO"));
        invoice.order = order.into_iter().find(|o| !o.is_empty()).map(str::to_owned);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists `there` from the walk's beginning, `page` at a time; gives the numbers that are new.
    fn poll(walk: &mut Walk, there: &BTreeSet<u64>, page: usize) -> Vec<u64> {
        let mut fresh = Vec::new();
        loop {
            let list: Vec<u64> = there.range(walk.from..).take(page).copied().collect();
            let reached = list.last().copied().unwrap_or(walk.from);
            fresh.extend(list.iter().filter(|n| walk.seen.insert(**n)));
            walk.advance(reached, list.len() == page);
            if list.len() < page {
                return fresh;
            }
        }
    }

    #[test]
    fn a_number_that_becomes_visible_late_is_met_and_no_other_twice() {
        // Pages larger and smaller than the overlap.
        for page in [90, 20] {
            let mut walk = Walk::default();
            let mut there: BTreeSet<u64> = (800_001..=800_200).collect();
            there.remove(&800_160);
            assert_eq!(poll(&mut walk, &there, page).len(), 199);
            assert!(poll(&mut walk, &there, page).is_empty());
            there.insert(800_160);
            assert_eq!(poll(&mut walk, &there, page), [800_160]);
            there.insert(800_201);
            assert_eq!(poll(&mut walk, &there, page), [800_201]);
            // A list that is empty for once takes nothing from what is known.
            assert!(poll(&mut walk, &BTreeSet::new(), page).is_empty());
            assert!(poll(&mut walk, &there, page).is_empty());
            assert!(walk.seen.len() <= 51);
        }
    }
}
