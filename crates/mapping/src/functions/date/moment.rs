//! Between moments and the calendar of a zone.

use crate::fact::Stop;
use crate::functions::{Function, fail, int, text};
use crate::number::shorten;
use crate::value::Value;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

pub const DATE: Function = Function {
    name: "date",
    signature: "date(seconds: int, zone: text) -> text",
    doc: "The calendar date of a moment (seconds since 1970, as Stripe gives them) in a zone (an \
          IANA name), as YYYY-MM-DD.",
    examples: &[
        ("date(1767225599, 'UTC')", "\"2025-12-31\""),
        ("date(1767225599, 'Europe/Stockholm')", "\"2026-01-01\""),
        ("date(1767225599, company.books_zone)", "\"2026-01-01\""),
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

pub const TIMESTAMP: Function = Function {
    name: "timestamp",
    signature: "timestamp(seconds: int, zone: text) -> text",
    doc: "Date, time and offset of a moment in a zone, as RFC 3339 writes them.",
    examples: &[
        (
            "timestamp(1767225599, 'Europe/Stockholm')",
            "\"2026-01-01T00:59:59+01:00\"",
        ),
        (
            "timestamp(1782864000, 'Europe/Stockholm')",
            "\"2026-07-01T02:00:00+02:00\"",
        ),
        ("timestamp(0, 'UTC')", "\"1970-01-01T00:00:00+00:00\""),
    ],
    run: |a, _| {
        let moment = moment("timestamp", a)?;
        Ok(moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into())
    },
};

pub const MOMENT: Function = Function {
    name: "moment",
    signature: "moment(text: text, zone: text) -> int",
    doc: "The seconds since 1970 of a date (its first second) or of a date and time, both as RFC \
          3339 writes them. Without an offset they are of the zone; a time that the zone's clocks \
          skip or show twice is an error. With an offset the zone does not matter.",
    examples: &[
        ("moment('2026-01-01', 'Europe/Stockholm')", "1767222000"),
        (
            "moment('2026-01-01T00:59:59', 'Europe/Stockholm')",
            "1767225599",
        ),
        (
            "moment('2025-12-31T23:59:59Z', 'Europe/Stockholm')",
            "1767225599",
        ),
        (
            "moment('2026-03-29T02:30:00', 'Europe/Stockholm')",
            "!skip or show twice",
        ),
        (
            "moment('2026-10-25T02:30:00', 'Europe/Stockholm')",
            "!skip or show twice",
        ),
        (
            "date(moment('2026-10-25', 'America/Lima'), 'America/Lima')",
            "\"2026-10-25\"",
        ),
        ("moment('yesterday', 'UTC')", "!write 2026-01-31"),
    ],
    run: |a, _| {
        let zone = zone(text(a, 1)).map_err(fail("moment"))?;
        seconds(text(a, 0), &zone)
            .map(Value::Int)
            .map_err(fail("moment"))
    },
};

fn moment(name: &'static str, arguments: &[Value]) -> Result<ZonedDateTime, Stop> {
    let seconds = int(arguments, 0).unwrap_or_default();
    let moment = Timestamp::from_second(seconds)
        .map_err(|_| fail(name)(format!("{seconds} seconds are beyond the calendar")))?;
    let zone = zone(text(arguments, 1)).map_err(fail(name))?;
    Ok(moment.to_zoned_datetime(zone))
}

fn seconds(whole: &str, zone: &TimeZone) -> Result<i64, String> {
    let shown = shorten(whole);
    let unclear = |_| {
        format!("the clocks of the zone skip or show twice `{shown}`; write its offset, as +01:00")
    };
    if let Ok(moment) = whole.parse::<Timestamp>() {
        return Ok(moment.as_second());
    }
    let local = match (
        whole.len(),
        whole.parse::<Date>(),
        whole.parse::<DateTime>(),
    ) {
        (10, Ok(date), _) => {
            // A day begins when its zone says so, at times after midnight.
            return date
                .to_zoned_datetime(zone.clone())
                .map(|start| start.timestamp().as_second())
                .map_err(|_| format!("`{shown}` is beyond the calendar"));
        }
        (16.., _, Ok(local)) => local,
        _ => {
            return Err(format!(
                "`{shown}` is no date or time; write 2026-01-31 or 2026-01-31T12:00:00"
            ));
        }
    };
    let moment = zone
        .to_ambiguous_zoned_datetime(local)
        .unambiguous()
        .map_err(unclear)?;
    Ok(moment.timestamp().as_second())
}

/// A zone of the database that is built in; the machine's own would make a formula impure.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| {
        let shown = shorten(name);
        format!("`{shown}` is no time zone; use a name as Europe/Stockholm")
    })
}
