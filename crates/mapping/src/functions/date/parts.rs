//! What a date is part of.

use super::date;
use crate::functions::Function;
use crate::value::Value;

pub const WEEKDAY: Function = Function {
    name: "weekday",
    signature: "weekday(date: text) -> int",
    doc: "The day of the week: 1 is Monday, 7 Sunday.",
    examples: &[
        ("weekday('2026-11-27')", "5"),
        ("weekday('2026-11-29')", "7"),
    ],
    run: |a, _| {
        let day = date("weekday", a, 0)?.weekday();
        Ok(Value::Int(day.to_monday_one_offset().into()))
    },
};

pub const ISO_WEEK: Function = Function {
    name: "iso_week",
    signature: "iso_week(date: text) -> map",
    doc: "The week of ISO 8601: {year, week}. In the first and last days of January and December \
          the year may be another than the date's.",
    examples: &[
        ("iso_week('2026-11-27')", r#"{"week":48,"year":2026}"#),
        ("iso_week('2027-01-01')", r#"{"week":53,"year":2026}"#),
    ],
    run: |a, _| {
        let week = date("iso_week", a, 0)?.iso_week_date();
        Ok(Value::map([
            ("year", Value::Int(week.year().into())),
            ("week", Value::Int(week.week().into())),
        ]))
    },
};
