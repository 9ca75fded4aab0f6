//! Amounts: minor units inside, decimal strings with the currency's own number of decimals outside.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals (DCCD) of the currencies that the sandbox knows.
pub const CURRENCIES: [(&str, u32, &str); 5] = [
    ("USD", 2, "US dollar"),
    ("EUR", 2, "Euro"),
    ("GBP", 2, "Pound sterling"),
    ("JPY", 0, "Yen"),
    ("KWD", 3, "Kuwaiti dinar"),
];

/// How many decimals `currency` has, if it is known.
pub fn decimals(currency: &str) -> Option<u32> {
    CURRENCIES.iter().find(|c| c.0 == currency).map(|c| c.1)
}

/// The largest amount that the sandbox takes, in minor units: far from where sums overflow.
pub const LARGEST: i64 = 1_000_000_000_000_000;

/// `text` as minor units of `currency`; nothing if it isn't a number, has too many decimals, or is
/// too large.
pub fn to_minor(text: &str, currency: &str) -> Option<i64> {
    let amount = Decimal::from_str_exact(text.trim()).ok()?;
    let scaled = amount.checked_mul(Decimal::from(10_i64.pow(decimals(currency)?)))?;
    if !scaled.fract().is_zero() {
        return None;
    }
    scaled.to_i64().filter(|minor| minor.abs() <= LARGEST)
}

/// Minor units of `currency` as M3 writes them: a point, no separators, no point for JPY.
pub fn to_text(minor: i64, currency: &str) -> String {
    Decimal::new(minor, decimals(currency).unwrap_or(2)).to_string()
}

/// `amount` rounded to the minor unit of `currency`, halves away from zero.
pub fn round(amount: Decimal, currency: &str) -> i64 {
    let places = decimals(currency).unwrap_or(2);
    let mut rounded = amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    i64::try_from(rounded.mantissa()).unwrap_or(LARGEST + 1)
}

/// The VAT that is contained in `gross` at `percent`.
pub fn vat_inside(gross: i64, percent: Decimal, currency: &str) -> i64 {
    let places = decimals(currency).unwrap_or(2);
    let hundred = Decimal::ONE_HUNDRED;
    let vat = Decimal::new(gross, places) * percent / (hundred + percent);
    round(vat, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_round_trip_in_every_currency() {
        for (text, currency, minor) in [
            ("125.40", "EUR", 12_540),
            ("-0.01", "USD", -1),
            ("5000", "JPY", 5_000),
            ("1.234", "KWD", 1_234),
        ] {
            assert_eq!(to_minor(text, currency), Some(minor));
            assert_eq!(to_text(minor, currency), text);
        }
        assert_eq!(to_minor("1.5", "JPY"), None);
        assert_eq!(to_minor("1.234", "EUR"), None);
        assert_eq!(to_minor("12.5", "EUR"), Some(1_250));
    }

    #[test]
    fn vat_is_taken_out_of_a_gross_price() {
        assert_eq!(vat_inside(12_000, Decimal::from(20), "EUR"), 2_000);
        assert_eq!(vat_inside(100, Decimal::from(20), "JPY"), 17);
    }
}
