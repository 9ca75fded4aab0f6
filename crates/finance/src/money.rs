//! An amount of money: integer minor units and a currency.

use crate::currency::Currency;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// So many minor units (cents, whole yen, thousandths of a dinar) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// What cannot be done with money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0} and {1} are different currencies")]
    Mixed(Currency, Currency),
    #[error("the amount is beyond what is kept ({0} minor units of 64 bits)")]
    TooLarge(Currency),
    #[error("{0} has more digits than {1} has decimals ({2})")]
    TooPrecise(Decimal, Currency, u32),
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::Mixed(self.currency, other.currency))
    }

    fn kept(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        let minor = minor.ok_or(MoneyError::TooLarge(self.currency))?;
        Ok(Self::new(minor, self.currency))
    }

    /// # Errors
    /// If the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.kept(self.minor.checked_add(other.minor))
    }

    /// # Errors
    /// If the currencies differ or the difference does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.kept(self.minor.checked_sub(other.minor))
    }

    /// # Errors
    /// If it does not fit.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.kept(self.minor.checked_neg())
    }

    /// The sum of `parts`, in `currency`.
    ///
    /// # Errors
    /// If a part has another currency or the sum does not fit.
    pub fn sum(
        currency: Currency,
        parts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        parts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The exact decimal, with as many decimals as the currency has.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// # Errors
    /// If `amount` has more digits than the currency, or does not fit.
    pub fn from_decimal(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = currency.exponent();
        let too_large = || MoneyError::TooLarge(currency);
        let scale = Decimal::from(10_i64.pow(exponent));
        let minor = amount.checked_mul(scale).ok_or_else(too_large)?;
        if !minor.fract().is_zero() {
            return Err(MoneyError::TooPrecise(amount, currency, exponent));
        }
        let minor = i64::try_from(minor.trunc()).map_err(|_| too_large())?;
        Ok(Self::new(minor, currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_the_currencys_decimals() {
        for (minor, code, text) in [
            (1230, "eur", "12.30 EUR"),
            (500, "JPY", "500 JPY"),
            (12340, "KWD", "12.340 KWD"),
            (-5, "USD", "-0.05 USD"),
        ] {
            let money = Money::new(minor, code.parse().expect("a code"));
            assert_eq!(money.to_string(), text);
            assert_eq!(
                Money::from_decimal(money.to_decimal(), money.currency),
                Ok(money)
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let amount = Decimal::from_str_exact("1.234").expect("a decimal");
        assert!(matches!(
            Money::from_decimal(amount, Currency::EUR),
            Err(MoneyError::TooPrecise(..))
        ));
        let most = Money::new(i64::MAX, Currency::EUR);
        assert!(most.checked_add(Money::new(1, Currency::EUR)).is_err());
        assert!(most.checked_add(Money::new(1, Currency::USD)).is_err());
        assert!("EU".parse::<Currency>().is_err());
    }
}
