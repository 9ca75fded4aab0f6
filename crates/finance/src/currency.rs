//! Currencies, and how many decimals an amount has: Stripe's exponents, which are not ISO's.
//!
//! Sources: docs.stripe.com/currencies, ISO 4217 (list one, and what left it in the last years); the
//! special cases are named beside them.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// An ISO 4217 code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Text that is no currency code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no currency code: three letters, such as EUR")]
pub struct NoCurrency(pub String);

/// Amounts are whole units at Stripe.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Amounts are thousandths, and Stripe wants the last digit to be 0.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Every code that has been money in the last years: ISO 4217 without metals, bond units and tests.
/// The last line left the list lately, but charges in them are still refunded and reported.
const LISTED: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
    CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP \
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR \
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG \
    ANG BGN BYR CUC HRK LTL MRO SLL STD VEF ZWL";

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const GBP: Self = Self(*b"GBP");
    pub const JPY: Self = Self(*b"JPY");
    pub const USD: Self = Self(*b"USD");

    /// The code: `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals an amount has in Stripe's API. ISK and UGX have two there (always `.00`),
    /// although ISO gives them none. Of UGX this is unverified: Stripe lists it as whole units and
    /// asks for two decimals all the same, so one test charge must show it before it is used.
    pub fn exponent(&self) -> u32 {
        let code = self.code();
        if WHOLE.contains(&code) {
            0
        } else if THOUSANDTHS.contains(&code) {
            3
        } else {
            2
        }
    }

    /// How many decimals ISO 4217 gives it.
    pub fn iso_exponent(&self) -> u32 {
        match self.code() {
            "ISK" | "UGX" => 0,
            "IQD" | "LYD" => 3,
            "MGA" => 2,
            "BYR" | "UYI" => 0,
            "CLF" | "UYW" => 4,
            _ => self.exponent(),
        }
    }

    /// Whether ISO 4217 lists it, or did until lately. Of others nobody knows the decimals.
    pub fn is_listed(&self) -> bool {
        LISTED.split(' ').any(|code| code == self.code())
    }

    /// Charges are multiples of this many minor units.
    pub fn charge_step(&self) -> i64 {
        match self.code() {
            "ISK" | "UGX" => 100,
            code if THOUSANDTHS.contains(&code) => 10,
            _ => 1,
        }
    }

    /// Payouts are multiples of this many minor units.
    pub fn payout_step(&self) -> i64 {
        match self.code() {
            "HUF" | "TWD" => 100,
            _ => self.charge_step(),
        }
    }
}

impl FromStr for Currency {
    type Err = NoCurrency;

    fn from_str(text: &str) -> Result<Self, NoCurrency> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|b| b.is_ascii_alphabetic()) => Ok(Self([
                a.to_ascii_uppercase(),
                b.to_ascii_uppercase(),
                c.to_ascii_uppercase(),
            ])),
            _ => Err(NoCurrency(text.chars().take(16).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[A-Za-z]{3}$", "description": "ISO 4217 code"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_decimals_are_not_isos() {
        // Code, Stripe's decimals, ISO's, steps of charges and of payouts.
        for (code, stripe, iso, charge, payout) in [
            ("EUR", 2, 2, 1, 1),
            ("JPY", 0, 0, 1, 1),
            ("MGA", 0, 2, 1, 1),
            ("KWD", 3, 3, 10, 10),
            ("LYD", 2, 3, 1, 1),
            ("ISK", 2, 0, 100, 100),
            ("UGX", 2, 0, 100, 100),
            ("CLF", 2, 4, 1, 1),
            ("UYI", 2, 0, 1, 1),
            ("HUF", 2, 2, 1, 100),
            ("TWD", 2, 2, 1, 100),
        ] {
            let currency: Currency = code.to_lowercase().parse().unwrap();
            assert_eq!(currency.code(), code);
            assert!(currency.is_listed(), "{code}");
            let decimals = (currency.exponent(), currency.iso_exponent());
            assert_eq!(decimals, (stripe, iso), "{code}");
            let steps = (currency.charge_step(), currency.payout_step());
            assert_eq!(steps, (charge, payout), "{code}");
        }
    }

    #[test]
    fn a_code_is_three_letters() {
        for text in ["", "EU", "EURO", "E1R", "E\u{2000}", "€"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
        assert!(!"EUX".parse::<Currency>().unwrap().is_listed());
        let read: Currency = serde_json::from_str("\"eur\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"EUR\"");
    }
}
