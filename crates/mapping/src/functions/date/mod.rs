//! Dates and times.
//!
//! A *date* is a text `YYYY-MM-DD`, a day of the calendar without a zone. A *moment* is a number of
//! seconds since 1970, as Stripe gives it. A moment has a date only in a zone, so every function
//! between the two takes one: an IANA name from the database that is built in.

mod arithmetic;
mod business;
mod format;
mod moment;
mod parts;
mod period;

pub use arithmetic::{ADD_DAYS, ADD_MONTHS, DAYS_BETWEEN, END_OF_MONTH, START_OF_MONTH};
pub use business::{ADD_BUSINESS_DAYS, IS_BUSINESS_DAY, NEXT_BUSINESS_DAY};
pub use format::{FORMAT_DATE, PARSE_DATE};
pub use moment::{DATE, MOMENT, TIME, TIMESTAMP};
pub use parts::{ISO_WEEK, WEEKDAY};
pub use period::FISCAL_PERIOD;

pub(super) use format::check as check_format;
pub(super) use moment::zone;
pub(super) use period::check_named_by;

use super::{fail, text};
use crate::fact::Stop;
use crate::number::shorten;
use crate::value::Value;
use jiff::civil::Date;

/// The date that argument `n` says.
fn date(name: &'static str, arguments: &[Value], n: usize) -> Result<Date, Stop> {
    read(text(arguments, n)).map_err(fail(name))
}

/// Reads `YYYY-MM-DD` and nothing else.
pub(super) fn read(text: &str) -> Result<Date, String> {
    // Years below 0 and above 9999 have other lengths; no ERP takes them.
    let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    date.filter(|date| date.to_string() == text).ok_or_else(|| {
        let shown = shorten(text);
        format!("`{shown}` is no date; write YYYY-MM-DD, or read it with parse_date(x, format)")
    })
}

fn written(date: Date) -> Value {
    date.to_string().into()
}
