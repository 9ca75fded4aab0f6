//! Ages in which what needs a person is counted, by 24 hours from when it is asked.

use crate::problem::ApiError;
use model::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// An age, or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Any,
    /// Up to 1 day.
    Fresh,
    /// 2 to 7 days.
    Week,
    /// More than 7 days.
    Older,
}

impl Age {
    /// By the number that the store counts ages by.
    pub const fn of(number: i64) -> &'static str {
        match number {
            0 => "fresh",
            1 => "week",
            _ => "older",
        }
    }

    pub fn parse(text: Option<&str>) -> Result<Self, ApiError> {
        match text {
            None => Ok(Self::Any),
            Some("fresh") => Ok(Self::Fresh),
            Some("week") => Ok(Self::Week),
            Some("older") => Ok(Self::Older),
            Some(other) => Err(ApiError::bad_request(
                "wrong_age",
                format!("`{other}` is no age"),
                "one of: fresh (up to 1 day), week (2 to 7 days), older",
            )),
        }
    }

    /// Where `Fresh` and `Week` begin.
    pub fn bounds(now: Timestamp) -> (Timestamp, Timestamp) {
        (now.minus(DAY * 2), now.minus(DAY * 8))
    }

    /// From when on, and before when, what has this age began.
    pub fn span(self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let (fresh, week) = Self::bounds(now);
        match self {
            Self::Any => (None, None),
            Self::Fresh => (Some(fresh), None),
            Self::Week => (Some(week), Some(fresh)),
            Self::Older => (None, Some(week)),
        }
    }
}
