//! Dates: `2026-11-24` outside, `20261124` in M3.

/// `2026-11-24` as M3 writes it; nothing if it is no such text.
pub fn to_mi(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let text = [year, month, day].concat();
    from_mi(&text).map(|_| text)
}

/// `20261124` as `2026-11-24`; nothing if it is no date.
pub fn from_mi(text: &str) -> Option<String> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (month, day) = (
        text[4..6].parse().unwrap_or(0),
        text[6..].parse().unwrap_or(0),
    );
    let real = (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then(|| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}

/// The day that is `days` after 1970-01-01, as M3 writes it. (Civil-from-days by Howard Hinnant.)
pub fn of_days(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}")
}

/// How many days after 1970-01-01 an M3 date is.
pub fn to_days(text: &str) -> Option<i64> {
    from_mi(text)?;
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    Some(era * 146_097 + of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (days, text) in [(0, "19700101"), (19_782, "20240229"), (20_781, "20261124")] {
            assert_eq!(of_days(days), text);
            assert_eq!(to_days(text), Some(days));
        }
        assert_eq!(to_mi("2026-11-24").as_deref(), Some("20261124"));
        assert_eq!(to_mi("2026-13-24"), None);
        assert_eq!(to_mi("24.11.2026"), None);
    }
}
