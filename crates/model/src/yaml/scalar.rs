//! What a plain scalar means, here and to other readers.

use super::node::Kind;
use serde_json::Number;

/// What a plain scalar is. Only what every reader agrees on is anything else than a text.
pub fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if all_digits(whole) && !leading_zero && fraction.is_none_or(all_digits) && text != "-0" {
        // A number that is too large for an integer stays a text, digit for digit.
        let number = match fraction {
            None => text.parse::<i64>().ok().map(Number::from),
            Some(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
        };
        if let Some(number) = number {
            return Kind::Number(number);
        }
    }
    Kind::Text(text.to_owned())
}

/// Whether some reader of YAML 1.1 or 1.2 would take the plain scalar for something else than a
/// text, so that it is quoted when it is one.
pub fn misread(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", "nan",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || looks_like_a_number(&lower) || looks_like_a_date(&lower)
}

/// Integers in any base, fractions, exponents, `1_000`, `12:30:45`, `.5`, `.inf`.
fn looks_like_a_number(lower: &str) -> bool {
    let digits = lower.strip_prefix(['-', '+']).unwrap_or(lower);
    if matches!(digits, ".inf" | ".nan" | "inf" | "infinity") {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return rest.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let mut chars = digits.chars().peekable();
    let first = chars.peek().copied().unwrap_or_default();
    let starts = first.is_ascii_digit() || first == '.' && digits[1..].starts_with(is_digit);
    // Exponents may stand anywhere after the first digit; a letter else makes it a word: `30d`.
    let mut before = ' ';
    starts
        && chars.all(|c| {
            let sign_of_exponent = matches!(c, '+' | '-') && before == 'e';
            before = c;
            c.is_ascii_digit() || matches!(c, '_' | '.' | ':' | ',' | 'e') || sign_of_exponent
        })
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// `2026-11-24`, alone or before a time.
fn looks_like_a_date(lower: &str) -> bool {
    let bytes = lower.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    digits(0..4) && bytes.get(4) == Some(&b'-') && digits(5..6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_readers_agree_on_is_no_text() {
        assert_eq!(resolve("30"), Kind::Number(30.into()));
        assert_eq!(resolve("-7"), Kind::Number((-7).into()));
        for text in [
            "007",
            "1_000",
            "0x1F",
            "yes",
            "NO",
            "2026-11-24",
            "1e3",
            "+5",
            "-",
            "-0",
        ] {
            assert_eq!(resolve(text), Kind::Text(text.to_owned()), "{text}");
        }
        let large = "92233720368547758070";
        assert_eq!(resolve(large), Kind::Text(large.to_owned()));
    }

    #[test]
    fn what_another_reader_would_misread_is_known() {
        for text in [
            "NO",
            "off",
            "Y",
            "1_000",
            "007",
            "1e3",
            "12:30",
            "2026-11-24",
            "0x1f",
            ".5",
            "+1",
            "~",
            "",
            "Null",
            "1,000",
            "-.inf",
            "1.5e-3",
            "=",
        ] {
            assert!(misread(text), "{text}");
        }
        for text in [
            "30d",
            "72h",
            "N30",
            "=1 + 2",
            "0 2 * * 1-5",
            "note",
            "a.b",
            "-x",
            "1st",
        ] {
            assert!(!misread(text), "{text}");
        }
    }
}
