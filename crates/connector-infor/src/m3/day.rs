//! Days as M3 writes them, yyyyMMdd, and as flows do, YYYY-MM-DD.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::{Fault, Timestamp};
use std::fmt::Display;

/// Reads yyyyMMdd.
///
/// # Errors
/// `Unknown`: an answer that cannot be read.
pub fn read(text: &str) -> Result<Date, Fault> {
    let date = Date::strptime("%Y%m%d", text.trim());
    date.map_err(|_| Fault::unknown(format!("M3's answer has `{text}` for a date")))
}

/// Reads YYYY-MM-DD, as a flow gives it.
///
/// # Errors
/// `Rejected`, naming `field`.
pub fn given(text: &str, field: &str) -> Result<Date, Fault> {
    let date = Date::strptime("%Y-%m-%d", text);
    date.map_err(|_| {
        Fault::rejected(format!("`{text}` is no date of the form YYYY-MM-DD")).with_field(field)
    })
}

/// As M3 writes it: yyyyMMdd.
pub fn m3(date: Date) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    format!("{year:04}{month:02}{day:02}")
}

/// The day in UTC: M3's own time zone may be a day ahead or behind.
pub fn of(at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_second(at.seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(at).date()
}

/// The day's first moment in UTC.
pub fn start(date: Date) -> Timestamp {
    let start = TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight()));
    Timestamp::from_seconds(start.map_or(0, |at| at.as_second()))
}

/// So many days later.
pub fn later(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

/// The day in the middle of `from` and `to`, before `to`.
pub fn middle(from: Date, to: Date) -> Date {
    later(from, (to - from).get_days() / 2)
}

/// A defect in what we keep ourselves.
pub fn bug(error: impl Display) -> Fault {
    Fault::bug(format!("a stored date: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn halving_ends_at_a_day() {
        let (from, mut to) = (date(2026, 2, 25), date(2026, 3, 2));
        let mut steps = Vec::new();
        while from != to {
            to = middle(from, to);
            steps.push(m3(to));
        }
        assert_eq!(steps, ["20260227", "20260226", "20260225"]);
        assert_eq!(of(start(date(2026, 1, 31))), date(2026, 1, 31));
        assert!(read("2026-01-31").is_err() && given("20260131", "from").is_err());
    }
}
