//! Dates. A moment has a date only in a zone, so every function takes one.

use super::{Function, fail, int, text};
use crate::fact::Stop;
use crate::value::Value;
use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

pub const DATE: Function = Function {
    name: "date",
    signature: "date(seconds: int, zone: text) -> text",
    doc: "The calendar date of a moment (seconds since 1970, as Stripe gives them) in a zone (an \
          IANA name), as YYYY-MM-DD.",
    examples: &[
        ("date(1767225599, 'UTC')", "\"2025-12-31\""),
        ("date(1767225599, 'Europe/Stockholm')", "\"2026-01-01\""),
        ("date(0, 'Mars/Olympus')", "!no time zone"),
    ],
    run: |a, _| Ok(moment("date", a)?.strftime("%Y-%m-%d").to_string().into()),
};

pub const TIME: Function = Function {
    name: "time",
    signature: "time(seconds: int, zone: text) -> text",
    doc: "The time of day of a moment in a zone, as HH:MM:SS.",
    examples: &[("time(1767225599, 'Europe/Stockholm')", "\"00:59:59\"")],
    run: |a, _| Ok(moment("time", a)?.strftime("%H:%M:%S").to_string().into()),
};

fn moment(name: &str, arguments: &[Value]) -> Result<ZonedDateTime, Stop> {
    let seconds = int(arguments, 0).unwrap_or_default();
    let moment = jiff::Timestamp::from_second(seconds)
        .map_err(|_| fail(name)(format!("{seconds} seconds are beyond the calendar")))?;
    let zone = zone(text(arguments, 1)).map_err(fail(name))?;
    Ok(moment.to_zoned_datetime(zone))
}

/// A zone of the database that is built in; the machine's own would make a formula impure.
pub(crate) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("`{name}` is no time zone; use a name as Europe/Stockholm"))
}
