//! Calendar dates as the books write them.

use jiff::civil::Date;

/// Whether `text` is a day of the calendar, written `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let date = text.parse::<Date>();
    date.is_ok_and(|date| date.to_string() == text)
}
