//! Decimals as texts: exact, never floats.

use finance::{Currency, Money};
use model::Fault;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A decimal number that travels as a text: `"12.30"`. A whole number may come as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(pub Decimal);

impl Amount {
    /// Reads what M3 wrote.
    ///
    /// # Errors
    /// `Rejected` if it is no number.
    pub fn read(field: &str, text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let text = if text.is_empty() { "0" } else { text };
        Decimal::from_str_exact(text).map(Self).map_err(|_| {
            Fault::rejected(format!(
                "M3 wrote `{text}` into {field}, which is no number"
            ))
            .with_field(field)
        })
    }

    /// In minor units of `currency`.
    ///
    /// # Errors
    /// `Rejected` if it has more decimals than the currency.
    pub fn minor(self, currency: Currency) -> Result<i64, Fault> {
        let money = Money::from_decimal(self.0, currency);
        money
            .map(|m| m.minor)
            .map_err(|e| Fault::rejected(e.to_string()))
    }

    /// Refuses what cannot be money to be received: less than nothing, or more decimals than the
    /// currency has. `field` is where it stands in the input.
    ///
    /// # Errors
    /// `Rejected`, naming the field and a cure.
    pub fn check(self, field: &str, currency: Currency) -> Result<(), Fault> {
        if self.0.is_sign_negative() && !self.0.is_zero() {
            let message = format!(
                "{field}: {self} {currency} is less than nothing; give an amount of zero or more, \
                 and what is given back by a document of its own"
            );
            return Err(Fault::rejected(message)
                .with_field(field)
                .with_code("negative"));
        }
        let places = currency.exponent();
        if self.0.normalize().scale() > places {
            let cut = self
                .0
                .round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            let message = format!(
                "{field}: {self} has more decimals than {currency}, which has {places}; round it \
                 in the mapping, such as to {cut}"
            );
            return Err(Fault::rejected(message)
                .with_field(field)
                .with_code("too_precise"));
        }
        Ok(())
    }

    /// As M3 takes it: a point, no superfluous zeros.
    pub fn to_mi(self) -> String {
        self.0.normalize().to_string()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a text, or a whole number")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Amount, E> {
                let exact = Decimal::from_str_exact(text.trim());
                exact
                    .map(Amount)
                    .map_err(|_| E::custom(format!("`{text}` is no decimal number")))
            }
            fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Amount, E> {
                Ok(Amount(Decimal::from(whole)))
            }
            fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Amount, E> {
                Ok(Amount(Decimal::from(whole)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "decimal"})
    }
}

/// The currency of an input's `currency`.
///
/// # Errors
/// `Rejected` if it is none.
pub fn currency(code: &str) -> Result<Currency, Fault> {
    code.parse().map_err(|e: finance::currency::NoCurrency| {
        Fault::rejected(e.to_string()).with_field("currency")
    })
}

/// The price of one that makes `quantity` of them cost exactly `amount` once M3 has rounded the
/// line to the currency's minor unit. Prices have at most six decimals [unverified].
///
/// # Errors
/// `Rejected` if no such price has six decimals: the quantity is too large.
pub fn unit_price(amount: Amount, quantity: Amount, currency: Currency) -> Result<Amount, Fault> {
    let places = currency.exponent();
    let away = RoundingStrategy::MidpointAwayFromZero;
    let quotient = amount.0.checked_div(quantity.0);
    for decimals in places..=6 {
        let price = quotient.map(|q| q.round_dp_with_strategy(decimals, away));
        let line = price.and_then(|p| p.checked_mul(quantity.0));
        if let (Some(price), Some(line)) = (price, line)
            && line.round_dp_with_strategy(places, away) == amount.0
        {
            return Ok(Amount(price));
        }
    }
    Err(Fault::rejected(format!(
        "no unit price with six decimals makes {quantity} of them cost {amount} {currency}"
    ))
    .with_field("SAPR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        serde_json::from_value(text.into()).expect("a decimal")
    }

    #[test]
    fn a_price_that_does_not_divide_gets_the_decimals_it_needs() {
        for (total, quantity, price) in [
            ("10.00", "1", "10.00"),
            ("10.00", "3", "3.333"),
            ("20.00", "3", "6.667"),
            ("100.00", "7", "14.286"),
            ("0", "3", "0"),
        ] {
            let exact = unit_price(amount(total), amount(quantity), Currency::EUR);
            assert_eq!(
                exact.expect("a price"),
                amount(price),
                "{total} / {quantity}"
            );
        }
        assert!(unit_price(amount("0.01"), amount("99999999"), Currency::EUR).is_err());
    }

    #[test]
    fn floats_are_not_amounts() {
        assert!(serde_json::from_str::<Amount>("1.5").is_err());
        assert_eq!(
            serde_json::from_str::<Amount>("15").expect("whole"),
            amount("15")
        );
        assert_eq!(amount("12.50").to_mi(), "12.5");
    }
}
