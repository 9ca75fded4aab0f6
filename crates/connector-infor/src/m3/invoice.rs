//! Walking invoices by number: OIS350MI/LstInvHead, year by year.
//!
//! A number may become visible after a higher one, so each walk begins a little before the highest
//! seen; what is met twice has the same key. An invoice with an earlier year's date can come late:
//! the last two years are walked for ever, older ones until their end. That numbers rise within a
//! year (one series for a division) is unverified.

use crate::m3::day;
use crate::m3::request::{MiRequest, MiTransaction, Record};
use crate::session::InforSession;
use connector::{Page, PolledEvent};
use model::Fault;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Invoices of one list: the lines of all its new ones are read in one bulk call.
const ROWS: u32 = 100;
/// Numbers that a walk goes back.
const OVERLAP: u64 = 20;

const COLUMNS: &[&str] = &[
    "IVNO", "YEA4", "EXIN", "CUNO", "PYNO", "CUCD", "AMT1", "RAFC", "IDAT",
];

/// An invoice of M3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invoice {
    /// The internal number, IVNO.
    pub number: u64,
    /// The number as the customer and the receivables ledger know it, EXIN: `SI800001`.
    pub invoice: String,
    /// The year that the number belongs to, YEA4.
    pub year: u16,
    /// The order; the first if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// All orders on it.
    pub orders: Vec<String>,
    /// CUNO.
    pub customer: String,
    /// PYNO.
    pub payer: String,
    pub currency: String,
    /// The total with VAT, AMT1 [that AMT1 is the total is unverified].
    #[schemars(extend("format" = "decimal"))]
    pub amount: String,
    /// What is not paid yet, RAFC.
    #[schemars(extend("format" = "decimal"))]
    pub open: String,
    /// The invoice date, YYYY-MM-DD.
    pub date: String,
}

/// Where a walk stands: the highest number seen of each year.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    last: BTreeMap<i16, u64>,
    /// The year to go on with; the first of `last` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
}

impl Cursor {
    /// Years that began since the last walk, and those that are over for good.
    fn keep(&mut self, first: i16, this: i16) {
        let known = self.last.keys().max().map_or(first, |y| y + 1);
        for year in known..=this.max(first) {
            self.last.insert(year, 0);
        }
    }
}

/// The next invoices, by number.
///
/// # Errors
/// Those of the connection; `Unknown` for rows that cannot be read.
pub async fn next(session: &InforSession, cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
    let settings = session.infor_settings();
    let first = day::read(&settings.read_from).map_err(day::bug)?;
    let this = day::of(session.runtime().clock.now()).year();
    let mut cursor = match cursor {
        Value::Null => Cursor::default(),
        stored => Cursor::deserialize(stored).map_err(day::bug)?,
    };
    cursor.keep(first.year(), this);
    let wanted = cursor.year.unwrap_or(i16::MIN);
    let Some((&year, &last)) = cursor.last.range(wanted..).next() else {
        return Err(Fault::bug("a walk through invoices without a year"));
    };
    let from = (last + 1).saturating_sub(OVERLAP).max(1);
    let fields = [
        ("YEA4", Some(year.to_string())),
        ("IVNO", Some(from.to_string())),
    ];
    let heads = MiTransaction::new("LstInvHead", fields).columns(COLUMNS);
    let reply = session
        .execute(&MiRequest::one("OIS350MI", heads).max_records(ROWS))
        .await?;
    let outcome = reply.outcome(0)?;
    let mut invoices = Vec::new();
    for row in &outcome.records {
        let head = read(row)?;
        cursor
            .last
            .entry(year)
            .and_modify(|last| *last = head.number.max(*last));
        if head.date >= first.to_string() {
            invoices.push(head);
        }
    }
    add_orders(session, &mut invoices).await?;
    if outcome.truncated && cursor.last.get(&year) == Some(&last) {
        return Err(Fault::rejected(format!(
            "M3 lists the same invoices of {year} again and again: a list cannot go on"
        )));
    }
    cursor.year = if outcome.truncated {
        Some(year)
    } else {
        let after = cursor.last.range(year + 1..).next().map(|(year, _)| *year);
        if year + 1 < this {
            cursor.last.remove(&year);
        }
        after
    };
    let event = |invoice: Invoice| {
        let date = day::given(&invoice.date, "date")?;
        let (number, year) = (invoice.number, invoice.year);
        Ok(PolledEvent {
            dedupe_key: format!("{}:{year}:{number}", settings.division),
            kind: "invoice.created".into(),
            occurred_at: day::start(date),
            body: json!({"invoice": invoice}),
        })
    };
    Ok(Page {
        items: invoices.into_iter().map(event).collect::<Result<_, _>>()?,
        more: cursor.year.is_some(),
        cursor: serde_json::to_value(cursor).map_err(day::bug)?,
    })
}

fn read(row: &Record) -> Result<Invoice, Fault> {
    let get = |name: &str| row.get(name).map_or("", |v| v.trim()).to_owned();
    let bad = |what: &str| Fault::unknown(format!("M3's invoice has no usable {what}"));
    let amount = |name: &str| match get(name).as_str() {
        "" => Ok("0".to_owned()),
        text => Decimal::from_str_exact(text)
            .map(|d| d.to_string())
            .map_err(|_| bad(name)),
    };
    let invoice = get("EXIN");
    Ok(Invoice {
        number: get("IVNO").parse().map_err(|_| bad("IVNO"))?,
        invoice: Some(invoice)
            .filter(|i| !i.is_empty())
            .ok_or_else(|| bad("EXIN"))?,
        year: get("YEA4").parse().map_err(|_| bad("YEA4"))?,
        order: None,
        orders: Vec::new(),
        customer: get("CUNO"),
        payer: get("PYNO"),
        currency: get("CUCD"),
        amount: amount("AMT1")?,
        open: amount("RAFC")?,
        date: day::read(&get("IDAT"))?.to_string(),
    })
}

/// Reads the lines of `invoices`, all in one call, for the orders on them.
async fn add_orders(session: &InforSession, invoices: &mut [Invoice]) -> Result<(), Fault> {
    if invoices.is_empty() {
        return Ok(());
    }
    let lines = invoices.iter().map(|invoice| {
        let fields = [
            ("YEA4", Some(invoice.year.to_string())),
            ("IVNO", Some(invoice.number.to_string())),
        ];
        MiTransaction::new("LstInvLine", fields).columns(&["ORNO"])
    });
    let request = MiRequest::bulk("OIS350MI", lines.collect()).max_records(1_000);
    let reply = session.execute(&request).await?;
    for (n, invoice) in invoices.iter_mut().enumerate() {
        let orders = reply.rows(n)?.iter().filter_map(|row| row.get("ORNO"));
        let orders = orders.map(|o| o.trim()).filter(|o| !o.is_empty());
        let orders: BTreeSet<String> = orders.map(str::to_owned).collect();
        invoice.orders = orders.into_iter().collect();
        invoice.order = invoice.orders.first().cloned();
    }
    Ok(())
}
