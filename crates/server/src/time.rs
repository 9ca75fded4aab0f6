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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc() {
        assert_eq!(rfc3339(Timestamp::from_seconds(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(Timestamp(1_500_000)), "1970-01-01T00:00:01.5Z");
    }
}
