//! Amounts: integer minor units, as Stripe counts them, and exact decimals.

use super::{Function, fail, int, text};
use crate::number;
use crate::value::Value;
use finance::{Currency, Money};

pub const MONEY: Function = Function {
    name: "money",
    signature: "money(minor: int, currency: text) -> number",
    doc: "The decimal amount of so many minor units, with the currency's decimals as Stripe \
          counts them.",
    examples: &[
        ("money(1230, 'eur')", "\"12.30\""),
        ("money(500, 'JPY')", "\"500\""),
        ("money(12340, 'kwd')", "\"12.340\""),
        ("money(1, 'euro')", "!no currency code"),
    ],
    run: |a, _| {
        let currency = currency(text(a, 1)).map_err(fail("money"))?;
        let money = Money::new(int(a, 0).unwrap_or_default(), currency);
        Ok(Value::Decimal(money.to_decimal()))
    },
};

pub const MINOR: Function = Function {
    name: "minor",
    signature: "minor(amount: any, currency: text) -> int",
    doc: "The minor units, as Stripe counts them, of a decimal amount, given as a number or as a \
          text. More decimals than the currency has are an error: round first.",
    examples: &[
        ("minor(number('12.30'), 'eur')", "1230"),
        ("minor('12.3', 'EUR')", "1230"),
        ("minor(500, 'jpy')", "500"),
        ("minor('0.005', 'eur')", "!more digits"),
    ],
    run: |a, _| {
        let currency = currency(text(a, 1)).map_err(fail("minor"))?;
        let amount = match &a[0] {
            Value::Text(text) => number::parse(text).map_err(fail("minor"))?,
            value => value
                .as_decimal()
                .ok_or_else(|| fail("minor")(format!("{} is no amount", value.kind())))?,
        };
        let money = Money::from_decimal(amount, currency);
        money
            .map(|money| Value::Int(money.minor))
            .map_err(|error| fail("minor")(error.to_string()))
    },
};

pub(super) fn currency(code: &str) -> Result<Currency, String> {
    code.parse()
        .map_err(|error: finance::currency::NoCurrency| error.to_string())
}
