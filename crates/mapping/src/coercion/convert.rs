//! The conversions themselves, and what to do instead where there is none.

use crate::check::facts::Format;
use crate::functions::FunctionTable;
use crate::functions::signature::Kind;
use crate::number::shorten;
use crate::value::Value;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Why a value was not converted, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    pub cure: String,
}

/// The number that a text says, if the text loses nothing by it.
pub fn to_number(text: &str, whole: bool) -> Result<Value, Refusal> {
    let refuse = |what: &str, cure: String| {
        let message = format!("`{}` {what}", shorten(text));
        Err(Refusal { message, cure })
    };
    let name = if whole { "int" } else { "number" };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (before, after) = match digits.split_once('.') {
        Some((before, after)) => (before, Some(after)),
        None => (digits, None),
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(before) || !after.is_none_or(plain) {
        return refuse("is no plain number", foreign(text));
    }
    if before.len() > 1 && before.starts_with('0') {
        let cure = format!("if it is a number, say so: {name}(…); a code belongs in a text field");
        return refuse("would lose its leading zeros as a number", cure);
    }
    if whole {
        if after.is_some() {
            let cure = "say how it is rounded: int(round(number(…), 0, 'half_up'))".to_owned();
            return refuse("is not whole", cure);
        }
        return match text.parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => refuse("is too large", "send it as a text".to_owned()),
        };
    }
    match Decimal::from_str_exact(text) {
        Ok(number) => Ok(Value::Decimal(number)),
        Err(_) => refuse("has too many digits", "round it first".to_owned()),
    }
}

/// How a number that is written another way is read on purpose.
fn foreign(text: &str) -> String {
    let numeric = text.bytes().any(|b| b.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || ".,'’ +-\u{a0}\u{202f}".contains(c));
    if numeric && FunctionTable::standard().get("parse_number").is_some() {
        let locale = if text.rfind(',') > text.rfind('.') {
            "de"
        } else {
            "en"
        };
        return format!("use parse_number(…, '{locale}')");
    }
    "write digits and a point, such as 1234.56".to_owned()
}

/// Whether it is a date of the form YYYY-MM-DD.
pub fn is_date(text: &str) -> bool {
    date(text).is_some()
}

fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let dashes = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let part = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i16>().ok()).flatten()
    };
    if !dashes {
        return None;
    }
    let (month, day) = (
        i8::try_from(part(5, 7)?).ok()?,
        i8::try_from(part(8, 10)?).ok()?,
    );
    Date::new(part(0, 4)?, month, day).ok()
}

/// Whether it is a date of the form YYYYMMDD.
pub fn is_basic_date(text: &str) -> bool {
    text.len() == 8
        && text.is_ascii()
        && is_date(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}

/// A date in ISO 8601's basic format; nothing if it is none.
pub fn to_basic(text: &str) -> Option<String> {
    is_date(text).then(|| text.replace('-', ""))
}

/// A number as a text, a decimal with all its digits.
pub fn to_text(number: &Value) -> Option<Value> {
    match number {
        Value::Int(number) => Some(Value::from(number.to_string())),
        Value::Decimal(number) => Some(Value::from(number.to_string())),
        _ => None,
    }
}

/// What to write where a value of one kind goes to a place of another; `of` is what is written
/// now.
pub fn cure(found: Kind, wanted: Kind, format: Option<Format>, of: &str) -> String {
    match (found, wanted) {
        (Kind::Int, Kind::Text) if format.is_some_and(|f| f != Format::Currency) => {
            format!("make a date of unix seconds: date({of}, company.books_zone)")
        }
        (Kind::Number, Kind::Int) => {
            format!("say how it is rounded: int(round({of}, 0, 'half_up'))")
        }
        (Kind::Text, Kind::Int) => format!("make a number of it: int({of})"),
        (Kind::Int, Kind::Number) => format!("make a decimal of it: round({of}, 0, 'down')"),
        (Kind::Text, Kind::Number) => format!("make a number of it: number({of})"),
        (Kind::Int | Kind::Number, Kind::Text) => format!("make a text of it: text({of})"),
        (Kind::Bool, Kind::Text) => format!("say the words: {of} ? 'Y' : 'N', or text({of})"),
        (Kind::Bool, Kind::Int | Kind::Number) => format!("say the numbers: {of} ? 1 : 0"),
        (Kind::Text, Kind::Bool) => format!("compare it: {of} == 'true', or bool({of})"),
        (Kind::Int | Kind::Number, Kind::Bool) => format!("compare it: {of} != 0"),
        (Kind::List, Kind::Text) => format!("make one text of it: join({of}, ', ')"),
        (Kind::List, Kind::Map) => format!("take one item: {of}[0], or use a list mapping"),
        (Kind::List, _) => format!("take one item: {of}[0]"),
        (Kind::Map, Kind::List) => format!("make a list of it: [{of}]"),
        (Kind::Map, _) => format!("name a member of it: {of}.member"),
        (_, Kind::List) => format!("make a list of it: [{of}]"),
        (_, Kind::Map) => format!("make a map of it: {{'name': {of}}}"),
        _ => "give a value of that kind".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_only_if_nothing_is_lost() {
        for (text, whole, expected) in [
            ("0", true, Some("0")),
            ("-12", true, Some("-12")),
            ("12.50", false, Some("12.50")),
            ("0.5", false, Some("0.5")),
            ("9223372036854775807", true, Some("9223372036854775807")),
            ("007", true, None),
            ("00", false, None),
            ("-01", true, None),
            ("+46", true, None),
            ("1,5", false, None),
            ("1.234,56", false, None),
            ("1e3", false, None),
            (" 1", false, None),
            ("", false, None),
            ("-", false, None),
            (".5", false, None),
            ("5.", false, None),
            ("1.0", true, None),
            ("٣", true, None),
            ("9223372036854775808", true, None),
            ("0.00000000000000000000000000001", false, None),
        ] {
            let found = to_number(text, whole).ok();
            let found = found.and_then(|number| to_text(&number));
            let found = found.as_ref().and_then(Value::as_text);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn dates_are_of_the_calendar() {
        for (text, basic) in [
            ("2026-02-28", Some("20260228")),
            ("2024-02-29", Some("20240229")),
            ("2026-02-29", None),
            ("2026-13-01", None),
            ("2026-1-01", None),
            ("20260228", None),
            ("+026-01-01", None),
            ("2026-01-01T00:00:00Z", None),
            ("۲۰۲۶-01-0", None),
        ] {
            assert_eq!(to_basic(text).as_deref(), basic, "{text}");
        }
        assert!(is_basic_date("20240229") && !is_basic_date("20260229"));
    }
}
