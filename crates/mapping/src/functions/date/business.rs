//! Days on which banks and offices work.

use super::{date, read, written};
use crate::fact::Stop;
use crate::functions::{Function, fail, int, list};
use crate::value::Value;
use jiff::civil::Date;
use std::collections::BTreeSet;

pub const IS_BUSINESS_DAY: Function = Function {
    name: "is_business_day",
    signature: "is_business_day(date: text, holidays: list, weekend?: list) -> bool",
    doc: "Whether the date is neither in the weekend (Saturday and Sunday, or the days given: 1 is \
          Monday, 7 Sunday) nor one of the holidays.",
    examples: &[
        ("is_business_day('2026-12-25', ['2026-12-25'])", "false"),
        ("is_business_day('2026-11-28', [])", "false"),
        ("is_business_day('2026-11-29', [], [5, 6])", "true"),
        ("is_business_day('2026-11-28', [], [])", "true"),
    ],
    run: |a, _| {
        let calendar = Calendar::read("is_business_day", a, 1)?;
        Ok(calendar.works(date("is_business_day", a, 0)?).into())
    },
};

pub const NEXT_BUSINESS_DAY: Function = Function {
    name: "next_business_day",
    signature: "next_business_day(date: text, holidays: list, weekend?: list) -> text",
    doc: "The date itself if it is a business day, else the first one after it. Weekend and \
          holidays as of `is_business_day`.",
    examples: &[
        ("next_business_day('2026-11-27', [])", "\"2026-11-27\""),
        ("next_business_day('2026-11-28', [])", "\"2026-11-30\""),
        (
            "next_business_day('2026-12-24', ['2026-12-24', '2026-12-25'])",
            "\"2026-12-28\"",
        ),
        ("next_business_day('2026-11-27', ['Christmas'])", "!no date"),
        (
            "next_business_day('2026-11-27', [], [1, 2, 3, 4, 5, 6, 7])",
            "!no working day",
        ),
    ],
    run: |a, _| {
        let calendar = Calendar::read("next_business_day", a, 1)?;
        let from = date("next_business_day", a, 0)?;
        let day = calendar
            .on_or_after(from)
            .map_err(fail("next_business_day"))?;
        Ok(written(day))
    },
};

pub const ADD_BUSINESS_DAYS: Function = Function {
    name: "add_business_days",
    signature: "add_business_days(date: text, days: int, holidays: list, weekend?: list) -> text",
    doc: "The date so many business days later, 0 to 1000; with 0 as `next_business_day`. Weekend \
          and holidays as of `is_business_day`.",
    examples: &[
        ("add_business_days('2026-11-27', 2, [])", "\"2026-12-01\""),
        ("add_business_days('2026-11-28', 0, [])", "\"2026-11-30\""),
        (
            "add_business_days('2026-12-23', 1, ['2026-12-24', '2026-12-25'])",
            "\"2026-12-28\"",
        ),
        ("add_business_days('2026-12-23', -1, [])", "!0 to 1000"),
    ],
    run: |a, _| {
        let fail = || fail("add_business_days");
        let calendar = Calendar::read("add_business_days", a, 2)?;
        let days = int(a, 1).unwrap_or_default();
        if !(0..=1000).contains(&days) {
            return Err(fail()(format!("{days} business days; it takes 0 to 1000")));
        }
        let mut day = calendar
            .on_or_after(date("add_business_days", a, 0)?)
            .map_err(fail())?;
        for _ in 0..days {
            let next = day.tomorrow().map_err(|e| fail()(e.to_string()))?;
            day = calendar.on_or_after(next).map_err(fail())?;
        }
        Ok(written(day))
    },
};

/// The days on which nobody works.
struct Calendar {
    holidays: BTreeSet<Date>,
    /// 1 is Monday, 7 Sunday.
    weekend: BTreeSet<i64>,
}

impl Calendar {
    /// From the argument `n`, the holidays, and the one after it, the weekend.
    fn read(name: &'static str, arguments: &[Value], n: usize) -> Result<Self, Stop> {
        let holiday = |value: &Value| match value.as_text() {
            Some(text) => read(text),
            None => Err(format!(
                "a holiday is a text YYYY-MM-DD, not {}",
                value.kind()
            )),
        };
        let holidays: Result<_, String> = list(arguments, n).iter().map(holiday).collect();
        let day = |value: &Value| {
            let day = value.as_int().filter(|day| (1..=7).contains(day));
            day.ok_or_else(|| "a day of the weekend is a number, 1 (Monday) to 7".to_owned())
        };
        let weekend: Result<_, String> = match arguments.get(n + 1) {
            None => Ok(BTreeSet::from([6, 7])),
            Some(_) => list(arguments, n + 1).iter().map(day).collect(),
        };
        Ok(Self {
            holidays: holidays.map_err(fail(name))?,
            weekend: weekend.map_err(fail(name))?,
        })
    }

    fn works(&self, day: Date) -> bool {
        let weekday = i64::from(day.weekday().to_monday_one_offset());
        !self.weekend.contains(&weekday) && !self.holidays.contains(&day)
    }

    fn on_or_after(&self, from: Date) -> Result<Date, String> {
        let mut days = from.series(jiff::Span::new().days(1)).take(366);
        days.find(|day| self.works(*day))
            .ok_or_else(|| format!("there is no working day in the year from {from} on"))
    }
}
