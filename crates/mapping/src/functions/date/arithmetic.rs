//! Counting with dates.

use super::{date, written};
use crate::fact::Stop;
use crate::functions::{Function, fail, int};
use crate::value::Value;
use jiff::civil::Date;
use jiff::{Span, Unit};

pub const ADD_DAYS: Function = Function {
    name: "add_days",
    signature: "add_days(date: text, days: int) -> text",
    doc: "The date so many days later; earlier, if the number is below 0.",
    examples: &[
        ("add_days('2026-02-27', 2)", "\"2026-03-01\""),
        ("add_days('2026-01-01', -1)", "\"2025-12-31\""),
        ("add_days('2026-1-1', 1)", "!no date"),
        ("add_days('9999-12-31', 1)", "!beyond the calendar"),
    ],
    run: |a, _| shifted("add_days", a, |n| Span::new().try_days(n).ok()),
};

pub const ADD_MONTHS: Function = Function {
    name: "add_months",
    signature: "add_months(date: text, months: int) -> text",
    doc: "The same day so many months later, or the last day of that month if it is shorter. A \
          year is 12 months. Dates of a series are counted from its first: from 31 January by one \
          month at a time one would never see a 31st again.",
    examples: &[
        ("add_months('2026-01-31', 1)", "\"2026-02-28\""),
        ("add_months('2028-01-31', 1)", "\"2028-02-29\""),
        ("add_months('2026-01-31', 2)", "\"2026-03-31\""),
        ("add_months('2028-02-29', 12)", "\"2029-02-28\""),
        ("add_months('2026-03-31', -1)", "\"2026-02-28\""),
    ],
    run: |a, _| shifted("add_months", a, |n| Span::new().try_months(n).ok()),
};

pub const START_OF_MONTH: Function = Function {
    name: "start_of_month",
    signature: "start_of_month(date: text) -> text",
    doc: "The first day of the date's month.",
    examples: &[("start_of_month('2026-11-27')", "\"2026-11-01\"")],
    run: |a, _| Ok(written(date("start_of_month", a, 0)?.first_of_month())),
};

pub const END_OF_MONTH: Function = Function {
    name: "end_of_month",
    signature: "end_of_month(date: text) -> text",
    doc: "The last day of the date's month.",
    examples: &[
        ("end_of_month('2026-02-03')", "\"2026-02-28\""),
        ("end_of_month('2028-02-03')", "\"2028-02-29\""),
        (
            "add_days(end_of_month(add_months('2026-11-27', 1)), 10)",
            "\"2027-01-10\"",
        ),
    ],
    run: |a, _| Ok(written(date("end_of_month", a, 0)?.last_of_month())),
};

pub const DAYS_BETWEEN: Function = Function {
    name: "days_between",
    signature: "days_between(date: text, later: text) -> int",
    doc: "How many days the second date is after the first; below 0 if it is before.",
    examples: &[
        ("days_between('2026-02-27', '2026-03-02')", "3"),
        ("days_between('2026-03-02', '2026-02-27')", "-3"),
        ("days_between('2026-03-02', 'soon')", "!no date"),
    ],
    run: |a, _| {
        let (from, to) = (date("days_between", a, 0)?, date("days_between", a, 1)?);
        let days = from.until((Unit::Day, to));
        let days = days.map_err(|e| fail("days_between")(e.to_string()))?;
        Ok(Value::Int(days.get_days().into()))
    },
};

fn shifted(
    name: &'static str,
    arguments: &[Value],
    span: fn(i64) -> Option<Span>,
) -> Result<Value, Stop> {
    let from = date(name, arguments, 0)?;
    let by = int(arguments, 1).unwrap_or_default();
    let beyond = || fail(name)(format!("{from} and {by} more is beyond the calendar"));
    let to: Option<Date> = span(by).and_then(|span| from.checked_add(span).ok());
    to.map(written).ok_or_else(beyond)
}
