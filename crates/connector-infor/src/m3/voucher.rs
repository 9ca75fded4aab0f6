//! Posted voucher lines: GLS200MI/LstVouchersByDt, by accounting date.
//!
//! The list has no place to go on from, and may be cut without a word: a span of days whose list is
//! cut is halved until it fits.

use crate::m3::day;
use crate::m3::reply::Outcome;
use crate::m3::request::{MiRequest, MiTransaction, Record};
use crate::settings::Settings;
use finance::currency::Currency;
use finance::money::Money;
use jiff::civil::Date;
use model::Fault;
use rust_decimal::Decimal;

/// Rows of one list; more are refused by a ceiling that some installations have [observed].
pub const ROWS: u32 = 1_000;

const COLUMNS: &[&str] = &[
    "YEA4", "VSER", "VONO", "JSNO", "ACDT", "AIT1", "CUAM", "DBCR", "CUCD", "VTXT", "FEID",
];

/// The lines from `from` to `to`, both included.
pub fn list(settings: &Settings, from: Date, to: Date) -> MiRequest {
    let fields = [
        ("DIVI", Some(settings.division.clone())),
        ("FRDT", Some(day::m3(from))),
        ("TODT", Some(day::m3(to))),
    ];
    let list = MiTransaction::new("LstVouchersByDt", fields).columns(COLUMNS);
    MiRequest::one("GLS200MI", list).max_records(ROWS)
}

/// What is said of a day whose list is cut: it cannot be narrowed further.
pub fn too_many(date: Date) -> Fault {
    Fault::rejected(format!(
        "{date} has {ROWS} voucher lines or more: M3 cuts the list and the rest cannot be read"
    ))
}

/// One line of a posted voucher.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `<year>-<voucher number>`.
    pub voucher: String,
    /// The line's own number in the journal.
    pub number: String,
    pub account: String,
    pub text: String,
    pub date: Date,
    /// Debit positive, credit negative, in minor units.
    pub amount: Money,
    pub is_debit: bool,
}

impl Line {
    /// # Errors
    /// `Unknown` if a row is not as it must be.
    pub fn all(outcome: &Outcome) -> Result<Vec<Self>, Fault> {
        outcome.records.iter().map(Self::read).collect()
    }

    fn read(row: &Record) -> Result<Self, Fault> {
        let get = |name: &str| row.get(name).map_or("", |v| v.trim());
        let bad = |what: &str| Fault::unknown(format!("M3's voucher line has no usable {what}"));
        let currency: Currency = get("CUCD").parse().map_err(|_| bad("CUCD"))?;
        let signed = match get("CUAM") {
            "" => Decimal::ZERO,
            text => Decimal::from_str_exact(text).map_err(|_| bad("CUAM"))?,
        };
        // Credits carry a minus in the sandbox; whether everywhere is unverified, so DBCR decides
        // where an amount has no sign. A negative debit stays one: a reversal.
        let is_debit = match get("DBCR") {
            "D" => true,
            "C" => false,
            _ => !signed.is_sign_negative(),
        };
        let signed = if is_debit || signed.is_sign_negative() {
            signed
        } else {
            -signed
        };
        let amount = Money::from_decimal(signed, currency).map_err(|_| bad("CUAM"))?;
        let (year, number) = (get("YEA4"), get("VONO"));
        if year.is_empty() || number.is_empty() {
            return Err(bad("number"));
        }
        Ok(Self {
            voucher: format!("{year}-{number}"),
            number: get("JSNO").to_owned(),
            account: get("AIT1").to_owned(),
            text: get("VTXT").to_owned(),
            date: day::read(get("ACDT"))?,
            amount,
            is_debit,
        })
    }
}
