//! Dates as others write them.
//!
//! A format is written with `YYYY`, `YY` (only to write), `MM`, `M`, `DD`, `D` and `DDD` (the day
//! of the year); whatever is no letter stands for itself. Other letters are refused, so that `mm` is
//! not taken for months by accident.

use super::{date, read, written};
use crate::functions::locale::{self, Order};
use crate::functions::{Function, fail, text};
use crate::number::shorten;
use jiff::Span;
use jiff::civil::Date;

pub const FORMAT_DATE: Function = Function {
    name: "format_date",
    signature: "format_date(date: text, format: text) -> text",
    doc: "The date as the format writes it: YYYY, YY, MM, M, DD, D, DDD (day of the year); what is \
          no letter stands for itself. M3's dates are YYYYMMDD.",
    examples: &[
        ("format_date('2026-01-05', 'YYYYMMDD')", "\"20260105\""),
        ("format_date('2026-01-05', 'DD.MM.YYYY')", "\"05.01.2026\""),
        ("format_date('2026-01-05', 'M/D/YY')", "\"1/5/26\""),
        ("format_date('2026-02-05', 'YYYYDDD')", "\"2026036\""),
        (
            "format_date('2026-01-05', 'dd.mm.yyyy')",
            "!YYYY, YY, MM, M, DD, D and DDD",
        ),
        ("format_date('05.01.2026', 'YYYYMMDD')", "!parse_date"),
    ],
    run: |a, _| {
        let day = date("format_date", a, 0)?;
        let parts = parts(text(a, 1)).map_err(fail("format_date"))?;
        let mut written = String::new();
        for part in parts {
            match part {
                Part::Sign(sign) => written.push(sign),
                Part::Field(field) => written.push_str(&field.write(day)),
            }
        }
        Ok(written.into())
    },
};

pub const PARSE_DATE: Function = Function {
    name: "parse_date",
    signature: "parse_date(text: text, format: text) -> text",
    doc: "The date that a text says, as YYYY-MM-DD. The format is written as of `format_date`, or \
          is a locale (de, en-GB, sv …), which writes day, month and year in its order. Years have \
          four digits.",
    examples: &[
        ("parse_date('20260131', 'YYYYMMDD')", "\"2026-01-31\""),
        ("parse_date('31.1.2026', 'de')", "\"2026-01-31\""),
        ("parse_date('1/31/2026', 'en-US')", "\"2026-01-31\""),
        ("parse_date('31/01/2026', 'en-GB')", "\"2026-01-31\""),
        ("parse_date('2026. 11. 24.', 'hu')", "\"2026-11-24\""),
        ("parse_date('2026036', 'YYYYDDD')", "\"2026-02-05\""),
        (
            "parse_date('30.02.2026', 'DD.MM.YYYY')",
            "!no day of the calendar",
        ),
        ("parse_date('31.01.26', 'de')", "!four digits"),
        ("parse_date('01/02/2026', 'en')", "!en-US or en-GB"),
        (
            "parse_date('2026-01-31', 'DD.MM.YYYY')",
            "!is not written as DD.MM.YYYY",
        ),
        ("parse_date('31.01.2026', 'DD.MM.YY')", "!YYYY"),
    ],
    run: |a, _| {
        let (whole, format) = (text(a, 0), text(a, 1));
        let found = match locale::find(format) {
            Ok(locale) => by_locale(whole.trim(), locale, format),
            Err(_) => by_format(whole.trim(), format),
        };
        found.map(written).map_err(fail("parse_date"))
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    ShortYear,
    Month { padded: bool },
    Day { padded: bool },
    DayOfYear,
}

enum Part {
    Field(Field),
    Sign(char),
}

impl Field {
    fn of(letters: &str) -> Option<Self> {
        Some(match letters {
            "YYYY" => Self::Year,
            "YY" => Self::ShortYear,
            "MM" => Self::Month { padded: true },
            "M" => Self::Month { padded: false },
            "DD" => Self::Day { padded: true },
            "D" => Self::Day { padded: false },
            "DDD" => Self::DayOfYear,
            _ => return None,
        })
    }

    fn write(self, day: Date) -> String {
        match self {
            Self::Year => format!("{:04}", day.year()),
            Self::ShortYear => format!("{:02}", day.year() % 100),
            Self::Month { padded: true } => format!("{:02}", day.month()),
            Self::Month { padded: false } => day.month().to_string(),
            Self::Day { padded: true } => format!("{:02}", day.day()),
            Self::Day { padded: false } => day.day().to_string(),
            Self::DayOfYear => format!("{:03}", day.day_of_year()),
        }
    }

    /// The fewest and the most digits that it is read from.
    const fn digits(self) -> (usize, usize) {
        match self {
            Self::Year => (4, 4),
            Self::DayOfYear => (3, 3),
            Self::ShortYear | Self::Month { padded: true } | Self::Day { padded: true } => (2, 2),
            Self::Month { padded: false } | Self::Day { padded: false } => (1, 2),
        }
    }
}

/// The fields and signs of a format.
fn parts(format: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            letter if letter.is_alphabetic() => rest.chars().take_while(|c| *c == letter).count(),
            sign => {
                parts.push(Part::Sign(sign));
                rest = &rest[sign.len_utf8()..];
                continue;
            }
        };
        let (letters, after) = rest.split_at(length * first.len_utf8());
        let field = Field::of(letters).ok_or_else(|| {
            let shown = shorten(format);
            let letters = shorten(letters);
            format!("`{shown}` has `{letters}`; a format knows YYYY, YY, MM, M, DD, D and DDD")
        })?;
        parts.push(Part::Field(field));
        rest = after;
    }
    if parts.iter().any(|part| matches!(part, Part::Field(_))) {
        Ok(parts)
    } else {
        Err("the format has no YYYY, MM or DD".to_owned())
    }
}

/// Whether `format` can be written or, as a locale, read.
pub fn check(format: &str) -> Result<(), String> {
    if locale::find(format).is_ok() {
        return Ok(());
    }
    parts(format).map(drop)
}

fn by_format(whole: &str, format: &str) -> Result<Date, String> {
    let parts = parts(format)?;
    let format = shorten(format);
    let has = |wanted: fn(Field) -> bool| {
        parts
            .iter()
            .any(|part| matches!(part, Part::Field(field) if wanted(*field)))
    };
    let complete = has(|f| f == Field::DayOfYear)
        || (has(|f| matches!(f, Field::Month { .. })) && has(|f| matches!(f, Field::Day { .. })));
    if !has(|f| f == Field::Year) || has(|f| f == Field::ShortYear) || !complete {
        return Err(format!(
            "the format {format} does not say the day: it takes YYYY, MM and DD, or YYYY and DDD"
        ));
    }
    let other = || format!("`{}` is not written as {format}", shorten(whole));
    let (mut year, mut month, mut day, mut day_of_year) = (0, 1, 1, None);
    let mut rest = whole;
    for part in &parts {
        match part {
            Part::Sign(sign) => rest = rest.strip_prefix(*sign).ok_or_else(other)?,
            Part::Field(field) => {
                let (number, after) = digits(rest, field.digits()).ok_or_else(other)?;
                rest = after;
                match field {
                    Field::Month { .. } => month = number,
                    Field::Day { .. } => day = number,
                    Field::DayOfYear => day_of_year = Some(number),
                    Field::Year | Field::ShortYear => year = number,
                }
            }
        }
    }
    if !rest.is_empty() {
        return Err(other());
    }
    match day_of_year {
        None => calendar(year, month, day, whole),
        Some(n) => {
            let first = calendar(year, 1, 1, whole)?;
            let day = Span::new().try_days(i64::from(n) - 1).ok();
            let found = day.and_then(|days| first.checked_add(days).ok());
            found
                .filter(|found| n > 0 && found.year() == first.year())
                .ok_or_else(|| format!("`{}` is no day of the calendar", shorten(whole)))
        }
    }
}

fn by_locale(whole: &str, locale: &locale::Locale, tag: &str) -> Result<Date, String> {
    if locale.order == Order::Unsure {
        return Err(format!(
            "{tag} writes dates in two ways; say en-US or en-GB"
        ));
    }
    let shown = shorten(whole);
    let whole = whole.strip_suffix('.').unwrap_or(whole);
    let numbers: Vec<&str> = whole
        .split(|c| locale.date_separator.contains(&c))
        .collect();
    let numbers: Vec<&str> = numbers.iter().map(|part| part.trim()).collect();
    let [a, b, c] = numbers[..] else {
        return Err(format!(
            "`{shown}` is not written as {tag} writes dates; give a format"
        ));
    };
    let (year, month, day) = match locale.order {
        Order::DayFirst => (c, b, a),
        Order::MonthFirst => (c, a, b),
        Order::YearFirst | Order::Unsure => (a, b, c),
    };
    if year.len() != 4 {
        return Err(format!("`{shown}`: the year takes four digits"));
    }
    let number = |text: &str, most: usize| {
        let (number, rest) = digits(text, (1, most))?;
        rest.is_empty().then_some(number)
    };
    match (number(year, 4), number(month, 2), number(day, 2)) {
        (Some(year), Some(month), Some(day)) => calendar(year, month, day, &shown),
        _ => Err(format!(
            "`{shown}` is not written as {tag} writes dates; give a format"
        )),
    }
}

/// The number in the first digits of `text`, at least and at most so many, and what follows.
fn digits(text: &str, (least, most): (usize, usize)) -> Option<(u16, &str)> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

fn calendar(year: u16, month: u16, day: u16, whole: &str) -> Result<Date, String> {
    // Written and read, so that a day that is not there is refused and never carried over.
    read(&format!("{year:04}-{month:02}-{day:02}"))
        .map_err(|_| format!("`{}` is no day of the calendar", shorten(whole)))
}
