//! Days: what tables are dated by.
//!
//! A row is valid from a day on, and an event asks with its books date. Stored times are moments;
//! a day stands for its first moment in UTC, whatever the zone of the books, so that a date in a
//! file means the same everywhere. A day asks with its last moment: what became valid at any time
//! of a day is valid for that day. A row may also be stored from a moment within a day; it counts
//! from that day in UTC.

use jiff::tz::TimeZone;
use model::Timestamp;

pub use jiff::civil::Date;

/// From the beginning: no day before it can be written.
pub const ALWAYS: Timestamp = Timestamp(0);
const DAY_US: i64 = 86_400_000_000;
/// The last day of the calendar that has a day after it.
const LAST: Date = Date::constant(9999, 12, 30);

/// Reads `YYYY-MM-DD`.
///
/// # Errors
/// If it is written in another way, before 1970 or after 9999-12-30.
pub fn parse(text: &str) -> Result<Date, String> {
    // What is far too long is not told whole.
    let told: String = text.chars().take(40).collect();
    let wrong = || format!("`{told}` is no day; write it as 2026-01-31");
    if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return Err(wrong());
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    if start(day) < ALWAYS || day > LAST {
        return Err(format!(
            "{day} is beyond the calendar; leave it empty for always"
        ));
    }
    Ok(day)
}

/// The day's first moment.
pub fn start(day: Date) -> Timestamp {
    let moment = day.to_zoned_datetime(TimeZone::UTC);
    Timestamp(moment.map_or(0, |moment| moment.timestamp().as_microsecond()))
}

/// The day's last moment.
pub fn end(day: Date) -> Timestamp {
    Timestamp(start(day).0.saturating_add(DAY_US - 1))
}

/// The day of a moment in a zone, an IANA name.
///
/// # Errors
/// If there is no such zone, or the moment is beyond the calendar.
pub fn in_zone(at: Timestamp, zone: &str) -> Result<Date, String> {
    let moment = jiff::Timestamp::from_microsecond(at.0)
        .map_err(|_| format!("the moment {} is beyond the calendar", at.0))?;
    let zone = crate::functions::zone(zone)?;
    Ok(moment.to_zoned_datetime(zone).date())
}

/// The moment that `valid_from` says: a day, a moment (RFC 3339), or nothing for always.
///
/// # Errors
/// If it is neither.
pub fn from_text(text: &str) -> Result<Timestamp, String> {
    if text.is_empty() {
        return Ok(ALWAYS);
    }
    match moment(text) {
        Some(at) => at,
        None => parse(text).map(start),
    }
}

/// The first moment that `valid_to` no longer covers: of a day the next day, of a moment itself;
/// nothing says that there is no end.
///
/// # Errors
/// If it is neither.
pub fn until_text(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match moment(text) {
        Some(at) => at.map(Some),
        None => parse(text).map(|day| Some(Timestamp(start(day).0 + DAY_US))),
    }
}

fn moment(text: &str) -> Option<Result<Timestamp, String>> {
    text.contains('T').then(|| {
        let parsed: Result<jiff::Timestamp, _> = text.parse();
        match parsed {
            Ok(at) if at.as_microsecond() >= 0 && at.subsec_nanosecond() % 1000 == 0 => {
                Ok(Timestamp(at.as_microsecond()))
            }
            _ => Err(format!(
                "`{text}` is no moment; write it as 2026-01-31T00:00:00Z, or the day alone"
            )),
        }
    })
}

/// As `valid_from` is written: the day, the moment if it is not a day's first, nothing for always.
pub fn to_from_text(at: Timestamp) -> String {
    if at == ALWAYS {
        return String::new();
    }
    text(at, 0)
}

/// As `valid_to` is written: the last day, or the moment itself.
pub fn to_until_text(at: Timestamp) -> String {
    text(at, DAY_US)
}

fn text(at: Timestamp, before: i64) -> String {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(moment) if at.0 % DAY_US != 0 => moment.to_string(),
        Ok(_) => jiff::Timestamp::from_microsecond(at.0 - before)
            .map(|day| day.to_zoned_datetime(TimeZone::UTC).date().to_string())
            .unwrap_or_default(),
        Err(_) => at.0.to_string(),
    }
}
