//! Vouchers as the ledger holds them: lines of GLS200MI, and our references in their texts.

use crate::m3::amount::Amount;
use crate::m3::day;
use crate::m3::reply::text;
use crate::m3::request::{MiRequest, MiTransaction, Record};
use crate::settings::Settings;
use connector::Posting;
use finance::{Currency, Money};
use model::Fault;
use std::collections::BTreeMap;

/// So many lines are asked for at once; servers may cut earlier.
pub const LINES: u32 = 5_000;

/// One line of a voucher.
#[derive(Clone, Debug, PartialEq)]
pub struct VoucherLine {
    /// `2026/A/600001`: year, series, number.
    pub voucher: String,
    /// YYYYMMDD.
    pub date: String,
    pub account: String,
    /// Debit positive.
    pub amount: Amount,
    pub currency: String,
    pub text: String,
}

/// Lines with an accounting date from `from` to `to` (YYYYMMDD, both included).
pub fn by_date(settings: &Settings, from: &str, to: &str) -> MiRequest {
    let fields = [
        ("FRDT", Some(from.to_owned())),
        ("TODT", Some(to.to_owned())),
        ("DIVI", Some(settings.division.clone())),
    ];
    let columns = [
        "YEA4", "VSER", "VONO", "ACDT", "AIT1", "CUAM", "CUCD", "VTXT",
    ];
    let transaction = MiTransaction::new("LstVouchersByDt", fields).columns(&columns);
    MiRequest::one("GLS200MI", transaction).max_records(LINES)
}

impl VoucherLine {
    /// Reads a row.
    ///
    /// # Errors
    /// `Rejected` if its amount is no number.
    pub fn read(row: &Record) -> Result<Self, Fault> {
        let part = |name: &str| text(row, name).to_owned();
        Ok(Self {
            voucher: format!("{}/{}/{}", part("YEA4"), part("VSER"), part("VONO")),
            date: part("ACDT"),
            account: part("AIT1"),
            amount: Amount::read("CUAM", text(row, "CUAM"))?,
            currency: part("CUCD"),
            text: part("VTXT"),
        })
    }
}

/// Our reference in a voucher's text: its first word, if it is one of ours.
pub fn reference(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let digits = word.strip_prefix("ST")?;
    let ours = |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b));
    (word.len() >= 12 && digits.bytes().all(ours)).then_some(word)
}

/// The vouchers under references of ours, one posting per voucher and reference.
///
/// # Errors
/// If an amount does not fit its currency.
pub fn postings(lines: &[VoucherLine]) -> Result<Vec<Posting>, Fault> {
    let mut found: BTreeMap<(&str, &str, &str), (i64, &str)> = BTreeMap::new();
    for line in lines {
        let Some(reference) = reference(&line.text) else {
            continue;
        };
        let entry = found
            .entry((&line.voucher, reference, &line.currency))
            .or_default();
        entry.0 = entry.0.saturating_add(minor(line)?.max(0));
        entry.1 = &line.date;
    }
    let posting = |((voucher, reference, currency), (debit_minor, date)): (_, (i64, &str))| {
        let (voucher, reference, currency): (&str, &str, &str) = (voucher, reference, currency);
        Posting {
            reference: reference.to_owned(),
            voucher: voucher.to_owned(),
            debit_minor,
            currency: currency.to_owned(),
            date: day::from_mi(date).unwrap_or_else(|| date.to_owned()),
        }
    };
    Ok(found.into_iter().map(posting).collect())
}

/// A line's amount in minor units.
///
/// # Errors
/// If it does not fit its currency.
pub fn minor(line: &VoucherLine) -> Result<i64, Fault> {
    let currency: Currency =
        line.currency
            .parse()
            .map_err(|e: finance::currency::NoCurrency| {
                Fault::rejected(e.to_string()).with_field("CUCD")
            })?;
    let money = Money::from_decimal(line.amount.0.normalize(), currency);
    money
        .map(|m| m.minor)
        .map_err(|e| Fault::rejected(e.to_string()).with_field("CUAM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_references_are_recognised() {
        for (text, found) in [
            ("ST6Q20CV974D4TE txn_1", Some("ST6Q20CV974D4TE")),
            ("ST6Q20CV974D4TETF85S", Some("ST6Q20CV974D4TETF85S")),
            ("STOCK TRANSFER", None),
            ("STATIONERY 2026", None),
            ("Invoice SI800001", None),
            ("", None),
        ] {
            assert_eq!(reference(text), found, "{text}");
        }
    }
}
