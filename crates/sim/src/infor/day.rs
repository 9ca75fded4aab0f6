//! Dates and times as M3 writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The UTC day of `unix_s` as yyyyMMdd.
pub fn of(unix_s: i64) -> String {
    civil(unix_s).strftime("%Y%m%d").to_string()
}

/// The UTC time of `unix_s` as HHmmss.
pub fn time(unix_s: i64) -> String {
    civil(unix_s).strftime("%H%M%S").to_string()
}

fn civil(unix_s: i64) -> jiff::civil::DateTime {
    TimeZone::UTC.to_datetime(Timestamp::from_second(unix_s).unwrap_or_default())
}

/// The `dateformat` option, as strftime.
fn pattern(format: &str) -> Option<&'static str> {
    Some(match format {
        "YMD8" => "%Y%m%d",
        "YMD6" => "%y%m%d",
        "MDY6" => "%m%d%y",
        "DMY6" => "%d%m%y",
        "YMD8-" => "%Y-%m-%d",
        _ => return None,
    })
}

/// `text` in the caller's `format` as yyyyMMdd; nothing if it isn't a date in it.
pub fn parse(text: &str, format: &str) -> Option<String> {
    let date = jiff::civil::Date::strptime(pattern(format)?, text).ok()?;
    let day = date.strftime("%Y%m%d").to_string();
    (day.len() == 8).then_some(day)
}

/// yyyyMMdd in the caller's `format`; anything else is left as it is.
pub fn show(day: &str, format: &str) -> String {
    match (jiff::civil::Date::strptime("%Y%m%d", day), pattern(format)) {
        (Ok(date), Some(pattern)) => date.strftime(pattern).to_string(),
        _ => day.to_owned(),
    }
}
