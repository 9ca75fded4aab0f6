//! When a schedule is due.
//!
//! Patterns are read by `croner`; the clock and the zones are `jiff`'s, joined here because croner
//! knows an older one. Where the clock goes forward, a time that does not exist is due at the first
//! moment after the gap; where it goes back, a time that comes twice is due once (croner's rules).

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDateTime, Cron, CronDateTime, Resolution, Weekday};
use jiff::ZonedDateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::Timestamp;
use model::flow::Schedule;
use std::cmp::Ordering;
use std::time::Duration;

/// A schedule, read.
#[derive(Clone, Debug)]
pub enum PlanSchedule {
    /// At the multiples of the span since 1970-01-01 00:00 UTC.
    Every(Duration),
    Cron {
        pattern: Box<Cron>,
        zone: TimeZone,
    },
}

/// A time that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: Timestamp,
    /// How many earlier times passed with nobody there, counted to [`MISSED_MAX`].
    pub missed: u32,
}

/// Missed times are counted to here.
pub const MISSED_MAX: u32 = 1_000;

/// What is wrong with a schedule.
#[derive(Debug)]
pub struct Wrong {
    /// `cron` or `zone`.
    pub field: &'static str,
    pub code: &'static str,
    pub message: String,
    pub cure: &'static str,
}

/// 2024-01-01 00:00 UTC: from here a pattern must come round within croner's horizon.
const PROBE: i64 = 1_704_067_200;

impl PlanSchedule {
    /// # Errors
    /// A pattern that cannot be read or is never due, an unknown zone.
    pub fn new(schedule: &Schedule) -> Result<Self, Wrong> {
        let (pattern, zone) = match schedule {
            Schedule::Every(span) => return Ok(Self::Every(*span)),
            Schedule::Cron { pattern, zone } => (pattern, zone),
        };
        let zone = TimeZone::get(zone).map_err(|_| Wrong {
            field: "zone",
            code: "unknown_zone",
            message: format!("there is no time zone `{zone}`"),
            cure: "name an IANA zone: `Europe/Stockholm`, `UTC`",
        })?;
        let count = pattern.split_whitespace().count();
        if count != 5 {
            return Err(Wrong {
                field: "cron",
                code: "bad_cron",
                message: format!("`{pattern}` has {count} fields instead of 5"),
                cure: "write minute, hour, day of month, month, day of week: `0 2 * * 1-5`",
            });
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let read = parser.parse(pattern).map_err(|error| Wrong {
            field: "cron",
            code: "bad_cron",
            message: format!("`{pattern}` is no cron pattern: {error}"),
            cure: "write minute, hour, day of month, month, day of week: `0 2 * * 1-5`",
        })?;
        let planned = Self::Cron {
            pattern: Box::new(read),
            zone,
        };
        if planned.next(Timestamp::from_seconds(PROBE)).is_none() {
            return Err(Wrong {
                field: "cron",
                code: "never_due",
                message: format!("`{pattern}` is never due"),
                cure: "choose a day that exists",
            });
        }
        Ok(planned)
    }

    /// The first time that is due after `after`.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(span) => {
                let span = i64::try_from(span.as_secs()).ok().filter(|s| *s > 0)?;
                let turn = after.seconds().div_euclid(span).checked_add(1)?;
                Some(Timestamp::from_seconds(turn.checked_mul(span)?))
            }
            Self::Cron { pattern, zone } => {
                let at = jiff::Timestamp::from_second(after.seconds()).ok()?;
                let from = Wall(at.to_zoned_datetime(zone.clone()));
                let next = pattern.find_next_occurrence(&from, false).ok()?;
                Some(Timestamp::from_seconds(next.0.timestamp().as_second()))
            }
        }
    }

    /// The latest time that came after `after` and not after `now`.
    pub fn due(&self, after: Timestamp, now: Timestamp) -> Option<Due> {
        let first = self.next(after).filter(|at| *at <= now)?;
        // `next` never goes back, so the latest moment that has a time after it and by now is found
        // by halving, however long ago `after` is.
        let (mut before, mut beyond) = (after.seconds(), now.seconds());
        let mut at = first;
        while beyond - before > 1 {
            let middle = before + (beyond - before) / 2;
            match self.next(Timestamp::from_seconds(middle)) {
                Some(next) if next <= now => (before, at) = (middle, next),
                _ => beyond = middle,
            }
        }
        let (mut missed, mut earlier) = (0, first);
        while earlier < at && missed < MISSED_MAX {
            missed += 1;
            earlier = self.next(earlier)?;
        }
        Some(Due { at, missed })
    }

    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Self::Every(span) => format!("Every {}", model::flow::say_span(*span)),
            Self::Cron { pattern, zone } => {
                let zone = zone.iana_name().unwrap_or("UTC");
                format!("{} ({zone})", pattern.describe().trim_end_matches('.'))
            }
        }
    }
}

/// A moment in a zone, for croner.
#[derive(Clone)]
struct Wall(ZonedDateTime);

impl CronDateTime for Wall {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let part = |n: i8| u32::try_from(n).unwrap_or_default();
        CivilDateTime::from_ymd_hms_opt(
            i32::from(at.year()),
            part(at.month()),
            part(at.day()),
            part(at.hour()),
            part(at.minute()),
            part(at.second()),
        )
        .expect("jiff keeps every part in its range")
    }

    fn civil_weekday(&self) -> Weekday {
        match self.0.weekday() {
            jiff::civil::Weekday::Sunday => Weekday::Sunday,
            jiff::civil::Weekday::Monday => Weekday::Monday,
            jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
            jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
            jiff::civil::Weekday::Thursday => Weekday::Thursday,
            jiff::civil::Weekday::Friday => Weekday::Friday,
            jiff::civil::Weekday::Saturday => Weekday::Saturday,
        }
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let wrong = || CronError::InvalidDate;
        let part = |n: u32| i8::try_from(n).map_err(|_| wrong());
        let at = jiff::civil::DateTime::new(
            i16::try_from(civil.year()).map_err(|_| wrong())?,
            part(civil.month())?,
            part(civil.day())?,
            part(civil.hour())?,
            part(civil.minute())?,
            part(civil.second())?,
            0,
        )
        .map_err(|_| wrong())?;
        let found = self.0.time_zone().to_ambiguous_zoned_datetime(at);
        let moment = |z: Result<ZonedDateTime, jiff::Error>| z.map(Self).map_err(|_| wrong());
        Ok(match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(moment(found.unambiguous())?),
            AmbiguousOffset::Fold { .. } => {
                let earlier = moment(found.clone().earlier())?;
                Resolution::Ambiguous(earlier, moment(found.later())?)
            }
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let span = jiff::SignedDuration::from_secs(seconds);
        self.0.checked_add(span).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(pattern: &str, zone: &str) -> Result<PlanSchedule, Wrong> {
        PlanSchedule::new(&Schedule::Cron {
            pattern: pattern.into(),
            zone: zone.into(),
        })
    }

    fn next(schedule: &PlanSchedule, after: &str) -> String {
        let at: jiff::Timestamp = after.parse().expect("a time");
        let next = schedule.next(Timestamp::from_seconds(at.as_second()));
        let next = next.expect("it is due again").seconds();
        jiff::Timestamp::from_second(next)
            .expect("a time")
            .to_string()
    }

    #[test]
    fn a_pattern_is_due_at_the_wall_clock_of_its_zone() {
        let nightly = cron("0 2 * * 1-5", "Europe/Stockholm").expect("a schedule");
        // A Friday in winter, then the Monday after.
        assert_eq!(
            next(&nightly, "2026-11-27T00:00:00Z"),
            "2026-11-27T01:00:00Z"
        );
        assert_eq!(
            next(&nightly, "2026-11-27T01:00:00Z"),
            "2026-11-30T01:00:00Z"
        );
    }

    #[test]
    fn a_change_of_the_clock_neither_skips_nor_doubles() {
        let daily = cron("30 2 * * *", "Europe/Stockholm").expect("a schedule");
        // 2026-03-29 02:30 does not exist: due when the clock has gone forward, at 03:00.
        assert_eq!(next(&daily, "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next(&daily, "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00Z");
        // 2026-10-25 02:30 comes twice: due the first time only.
        assert_eq!(next(&daily, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next(&daily, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn a_span_is_counted_from_1970() {
        let hourly = PlanSchedule::new(&Schedule::Every(Duration::from_secs(3600)));
        let hourly = hourly.expect("a schedule");
        assert_eq!(
            next(&hourly, "2026-11-27T09:59:59Z"),
            "2026-11-27T10:00:00Z"
        );
        assert_eq!(
            next(&hourly, "2026-11-27T10:00:00Z"),
            "2026-11-27T11:00:00Z"
        );
        assert_eq!(hourly.describe(), "Every 1 hour");
    }

    #[test]
    fn of_missed_times_the_latest_is_due_and_the_others_are_counted() {
        let seconds = |text: &str| {
            let at: jiff::Timestamp = text.parse().expect("a time");
            Timestamp::from_seconds(at.as_second())
        };
        let daily = cron("30 2 * * *", "Europe/Stockholm").expect("a schedule");
        let hourly = PlanSchedule::new(&Schedule::Every(Duration::from_secs(3600)));
        let hourly = hourly.expect("a schedule");
        for (schedule, after, now, expected) in [
            (&daily, "2026-11-27T01:30:00Z", "2026-11-28T01:29:59Z", None),
            (
                &daily,
                "2026-11-27T01:30:00Z",
                "2026-11-28T01:30:00Z",
                Some(("2026-11-28T01:30:00Z", 0)),
            ),
            (
                &daily,
                "2026-11-20T01:30:00Z",
                "2026-11-28T09:00:00Z",
                Some(("2026-11-28T01:30:00Z", 7)),
            ),
            // Over both changes of the clock: 2026-03-29 at 03:00, 2026-10-25 at the first 02:30.
            (
                &daily,
                "2026-03-28T12:00:00Z",
                "2026-03-29T01:00:00Z",
                Some(("2026-03-29T01:00:00Z", 0)),
            ),
            (
                &daily,
                "2026-10-24T12:00:00Z",
                "2026-10-25T01:30:00Z",
                Some(("2026-10-25T00:30:00Z", 0)),
            ),
            (&daily, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", None),
            (
                &hourly,
                "2026-11-27T09:00:00Z",
                "2026-11-27T09:59:59Z",
                None,
            ),
            (
                &hourly,
                "2026-11-27T09:59:59Z",
                "2026-11-27T10:00:00Z",
                Some(("2026-11-27T10:00:00Z", 0)),
            ),
            (
                &hourly,
                "2020-01-01T00:00:00Z",
                "2026-11-27T10:30:00Z",
                Some(("2026-11-27T10:00:00Z", MISSED_MAX)),
            ),
            (
                &hourly,
                "2026-11-28T00:00:00Z",
                "2026-11-27T10:30:00Z",
                None,
            ),
        ] {
            let expected = expected.map(|(at, missed)| Due {
                at: seconds(at),
                missed,
            });
            assert_eq!(
                schedule.due(seconds(after), seconds(now)),
                expected,
                "{after} {now}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (pattern, zone, code) in [
            ("0 2 * *", "UTC", "bad_cron"),
            ("61 * * * *", "UTC", "bad_cron"),
            ("0 0 30 2 *", "UTC", "never_due"),
            ("0 2 * * *", "Europe/Stokholm", "unknown_zone"),
        ] {
            let wrong = cron(pattern, zone).expect_err("it is wrong");
            assert_eq!(wrong.code, code, "{pattern}: {}", wrong.message);
        }
    }
}
