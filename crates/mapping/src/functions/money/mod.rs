//! Amounts: integer minor units and exact decimals.
//!
//! Three tables of decimals are kept apart: what Stripe's API counts ([`Currency::exponent`]), what
//! ISO 4217 says ([`Currency::iso_exponent`]), and of what a charge or a payout must be a multiple.
//! Sources: docs.stripe.com/currencies and ISO 4217; the table is `finance::currency`.

mod allocate;
mod exchange;
mod iso;
mod step;
mod words;

pub use allocate::ALLOCATE;
pub use exchange::CONVERT;
pub use iso::{DECIMALS, ISO_DECIMALS, ISO_MINOR, ISO_MONEY};
pub use step::{CHARGE_MINOR, PAYOUT_MINOR};
pub use words::AMOUNT_IN_WORDS;

use super::{Function, fail, int, optional_text, text};
use crate::number;
use crate::value::Value;
use finance::Currency;
use rust_decimal::Decimal;

pub const MONEY: Function = Function {
    name: "money",
    signature: "money(minor: int, currency: text) -> number",
    doc: "The decimal amount of so many minor units, with the currency's decimals as Stripe \
          counts them.",
    examples: &[
        ("money(1230, 'eur')", "\"12.30\""),
        ("money(500, 'JPY')", "\"500\""),
        ("money(12340, 'kwd')", "\"12.340\""),
        ("money(123400, 'isk')", "\"1234.00\""),
        ("money(500, 'mga')", "\"500\""),
        ("money(1, 'euro')", "!no currency code"),
        ("money(1, 'eux')", "!ISO 4217 does not list"),
    ],
    run: |a, _| {
        let currency = currency(text(a, 1)).map_err(fail("money"))?;
        let minor = int(a, 0).unwrap_or_default();
        Ok(Decimal::new(minor, currency.exponent()).into())
    },
};

pub const MINOR: Function = Function {
    name: "minor",
    signature: "minor(amount: any, currency: text, mode?: text) -> int",
    doc: "The minor units, as Stripe counts them, of a decimal amount, given as a number or as a \
          text. More decimals than the currency has are an error, unless a mode says how to \
          round: modes as of `round`.",
    examples: &[
        ("minor(number('12.30'), 'eur')", "1230"),
        ("minor('12.3', 'EUR')", "1230"),
        ("minor(500, 'jpy')", "500"),
        ("minor('1234', 'isk')", "123400"),
        ("minor('0.005', 'eur')", "!more digits"),
        ("minor('0.005', 'eur', 'half_up')", "1"),
        ("minor('0.005', 'eur', 'half_even')", "0"),
        ("minor('-0.005', 'eur', 'floor')", "-1"),
        ("minor('1', 'eur', 'nearest')", "!no way to round"),
    ],
    run: |a, _| {
        let fail = || fail("minor");
        let currency = currency(text(a, 1)).map_err(fail())?;
        let amount = amount(&a[0]).map_err(fail())?;
        minor(amount, currency, currency.exponent(), optional_text(a, 2))
            .map(Value::Int)
            .map_err(fail())
    },
};

/// The currency of a code; one that ISO 4217 does not list has decimals that nobody knows.
pub fn currency(code: &str) -> Result<Currency, String> {
    let currency: Currency = code
        .parse()
        .map_err(|error: finance::currency::NoCurrency| error.to_string())?;
    if currency.is_listed() {
        Ok(currency)
    } else {
        Err(format!("ISO 4217 does not list a currency `{currency}`"))
    }
}

/// The amount that a number is or a text says.
fn amount(value: &Value) -> Result<Decimal, String> {
    match value {
        Value::Text(text) => number::parse(text),
        value => value
            .as_decimal()
            .ok_or_else(|| format!("{} is no amount", value.kind())),
    }
}

/// `amount` in units of its `decimals`-th decimal, rounded only if `mode` says how.
fn minor(
    amount: Decimal,
    currency: Currency,
    decimals: u32,
    mode: Option<&str>,
) -> Result<i64, String> {
    let rounded = match mode {
        Some(mode) => number::round(amount, i64::from(decimals), mode)?,
        None => amount,
    };
    let units = number::multiply(rounded, Decimal::from(10_i64.pow(decimals)))?;
    super::convert::whole(units).map_err(|_| {
        if units.fract().is_zero() {
            return format!("{amount} {currency} is too large");
        }
        format!(
            "{amount} has more digits than {currency} has decimals ({decimals}); say how to round, \
             as 'half_up'"
        )
    })
}
