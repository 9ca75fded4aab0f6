//! Times as the API writes them.

use model::Timestamp;

/// RFC 3339 in UTC, to the microsecond.
pub fn rfc3339(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(at) => at.to_string(),
        Err(_) => at.0.to_string(),
    }
}

/// The same, if there is one.
pub fn optional(at: Option<Timestamp>) -> Option<String> {
    at.map(rfc3339)
}

/// Which end of a day is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Its first moment.
    First,
    /// The first moment after it.
    Last,
}

/// Reads a moment (RFC 3339), or a day of a zone as one of its edges.
///
/// # Errors
/// Why it is neither, as a sentence.
pub fn moment(text: &str, zone: &str, edge: Edge) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(at.as_microsecond()));
    }
    let wrong = || {
        let shown: String = text.chars().take(40).collect();
        format!("`{shown}` is no moment and no day")
    };
    if text.len() != "2026-11-24".len() {
        return Err(wrong());
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let day = match edge {
        Edge::First => day,
        Edge::Last => day.tomorrow().map_err(|_| wrong())?,
    };
    let zone = jiff::tz::TimeZone::get(zone).map_err(|e| e.to_string())?;
    let at = zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| wrong())?;
    Ok(Timestamp(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_its_first_moment_to_the_next_days() {
        let zone = "America/New_York";
        let read = |text: &str, edge| moment(text, zone, edge).map(rfc3339);
        let expected = |text: &str| Ok(text.to_owned());
        assert_eq!(
            read("2026-10-01", Edge::First),
            expected("2026-10-01T04:00:00Z")
        );
        assert_eq!(
            read("2026-10-31", Edge::Last),
            expected("2026-11-01T04:00:00Z")
        );
        assert_eq!(
            read("2026-10-01T00:00:00Z", Edge::Last),
            expected("2026-10-01T00:00:00Z")
        );
        for wrong in [
            "",
            "2026-10",
            "2026-13-01",
            "yesterday!",
            "2026-10-01 00:00",
        ] {
            assert!(read(wrong, Edge::First).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(rfc3339(Timestamp::from_seconds(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(Timestamp(1_500_000)), "1970-01-01T00:00:01.5Z");
    }
}
