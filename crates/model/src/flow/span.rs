//! Spans of time, as they are written: `30s`, `15m`, `72h`, `30d`.

use std::time::Duration;

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads a span of time: `30s`, `15m`, `72h`, `30d`.
pub fn parse_span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// Writes a span in the largest unit that keeps it whole. Hours are kept up to four days, as spans
/// of retries are spoken of: `72h`.
pub fn write_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let fits = |(unit, size): &(char, u64)| {
        let spoken = *unit != 'd' || seconds > 96 * 3_600 || seconds == 86_400;
        spoken && seconds > 0 && seconds.is_multiple_of(*size)
    };
    let (unit, size) = UNITS.into_iter().find(fits).unwrap_or(('s', 1));
    format!("{}{unit}", seconds / size)
}

/// Says a span in words: `30 days`, `1 hour`.
pub fn say_span(span: Duration) -> String {
    let text = write_span(span);
    let (number, unit) = text.split_at(text.len() - 1);
    let word = match unit {
        "d" => "day",
        "h" => "hour",
        "m" => "minute",
        _ => "second",
    };
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {word}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_they_are_read() {
        for text in ["30s", "90s", "15m", "72h", "1d", "30d", "5d", "0s", "96h"] {
            let span = parse_span(text).expect("a span");
            assert_eq!(write_span(span), text);
        }
        assert_eq!(write_span(Duration::from_secs(7200)), "2h");
        for text in [
            "",
            "s",
            "-1s",
            "+1s",
            "1",
            "1w",
            "1.5h",
            "99999999999999999999s",
        ] {
            assert_eq!(parse_span(text), None, "{text}");
        }
        assert_eq!(say_span(Duration::from_secs(3600)), "1 hour");
        assert_eq!(say_span(Duration::from_secs(86_400 * 30)), "30 days");
    }
}
