//! Fiscal years and their periods.

use super::{date, written};
use crate::functions::{Function, fail, int, text};
use crate::value::Value;
use jiff::civil::Date;

pub const FISCAL_PERIOD: Function = Function {
    name: "fiscal_period",
    signature: "fiscal_period(date: text, first_month: int, named_by: text) -> map",
    doc: "The period of a fiscal year of twelve months that begins with a month (1 to 12): {year, \
          period, quarter, start, end}. `named_by` says which calendar year names it: that in \
          which it `starts` or that in which it `ends`. An ERP's own calendar may differ: then \
          look the date up in a table.",
    examples: &[
        (
            "fiscal_period('2026-11-27', 1, 'starts')",
            r#"{"end":"2026-11-30","period":11,"quarter":4,"start":"2026-11-01","year":2026}"#,
        ),
        (
            "fiscal_period('2026-11-27', 7, 'ends')",
            r#"{"end":"2026-11-30","period":5,"quarter":2,"start":"2026-11-01","year":2027}"#,
        ),
        ("fiscal_period('2026-03-31', 4, 'starts').period", "12"),
        ("fiscal_period('2026-03-31', 4, 'starts').year", "2025"),
        ("fiscal_period('2026-03-31', 4, 'ends').year", "2026"),
        ("fiscal_period('2026-03-31', 13, 'ends')", "!1 to 12"),
        (
            "fiscal_period('2026-03-31', 4, 'april')",
            "!`starts` or `ends`",
        ),
    ],
    run: |a, _| {
        let fail = || fail("fiscal_period");
        let day = date("fiscal_period", a, 0)?;
        let first = int(a, 1).unwrap_or_default();
        if !(1..=12).contains(&first) {
            return Err(fail()(format!("{first} is no month: 1 to 12")));
        }
        let (starts, period) = place(day, first);
        let year = match text(a, 2) {
            // A year from January to December ends in the year in which it starts.
            "ends" => starts + i64::from(first > 1),
            "starts" => starts,
            other => {
                check_named_by(other).map_err(fail())?;
                starts
            }
        };
        Ok(Value::map([
            ("year", Value::Int(year)),
            ("period", Value::Int(period)),
            ("quarter", Value::Int((period - 1) / 3 + 1)),
            ("start", written(day.first_of_month())),
            ("end", written(day.last_of_month())),
        ]))
    },
};

/// The year in which the fiscal year starts, and the period from 1 on.
fn place(day: Date, first: i64) -> (i64, i64) {
    let (year, month) = (i64::from(day.year()), i64::from(day.month()));
    if month >= first {
        (year, month - first + 1)
    } else {
        (year - 1, month + 12 - first + 1)
    }
}

/// Whether the text says what names a fiscal year.
pub fn check_named_by(text: &str) -> Result<(), String> {
    if matches!(text, "starts" | "ends") {
        return Ok(());
    }
    let shown = crate::number::shorten(text);
    Err(format!(
        "`{shown}`: a fiscal year is named by the year in which it `starts` or `ends`"
    ))
}
