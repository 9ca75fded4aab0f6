//! Currencies and their decimals as Stripe counts them (not ISO's), with the rules for amounts.
//! Source: docs.stripe.com/currencies. Zero decimals of UGX are left out (public lists disagree).

use super::error::ApiError;

const ZERO: [&str; 15] = [
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
];
const THREE: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];
const TWO: [&str; 40] = [
    "usd", "eur", "gbp", "chf", "aud", "cad", "nzd", "sek", "nok", "dkk", "isk", "pln", "czk",
    "huf", "ron", "bgn", "try", "ils", "zar", "aed", "sar", "qar", "egp", "mad", "inr", "sgd",
    "hkd", "cny", "twd", "thb", "idr", "myr", "php", "mxn", "brl", "cop", "pen", "ars", "uyu",
    "ugx",
];

/// How many decimals Stripe's amounts of `code` have; nothing for an unknown code.
pub fn decimals(code: &str) -> Option<u32> {
    if ZERO.contains(&code) {
        Some(0)
    } else if THREE.contains(&code) {
        Some(3)
    } else if TWO.contains(&code) {
        Some(2)
    } else {
        None
    }
}

/// Refuses an amount that cannot be charged or refunded in `code`.
pub fn check_amount(code: &str, amount: i64, param: &str) -> Result<(), ApiError> {
    if amount < 1 {
        return Err(ApiError::parameter(
            param,
            "parameter_invalid_integer",
            "Invalid positive integer",
        ));
    }
    if amount > 99_999_999_999 {
        return Err(ApiError::parameter(
            param,
            "amount_too_large",
            "Amount must be no more than 99999999999",
        ));
    }
    if THREE.contains(&code) && amount % 10 != 0 {
        return Err(ApiError::parameter(
            param,
            "",
            "Invalid amount: three-decimal currencies need a zero as the last digit.",
        ));
    }
    if matches!(code, "isk" | "ugx") && amount % 100 != 0 {
        return Err(ApiError::parameter(
            param,
            "invalid_charge_amount_no_decimal_compatible",
            format!("Invalid amount: {code} amounts must be multiples of 100."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_follow_the_currency() {
        for (code, amount, fits) in [
            ("jpy", 1, true),
            ("usd", 0, false),
            ("kwd", 1_230, true),
            ("kwd", 1_234, false),
            ("isk", 150, false),
            ("isk", 200, true),
        ] {
            assert_eq!(
                check_amount(code, amount, "amount").is_ok(),
                fits,
                "{code} {amount}"
            );
        }
        assert_eq!(decimals("jpy"), Some(0));
        assert_eq!(decimals("kwd"), Some(3));
        assert_eq!(decimals("xyz"), None);
    }
}
