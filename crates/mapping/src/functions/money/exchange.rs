//! From one currency to another.

use super::currency;
use crate::functions::{Function, fail, text};
use crate::number;
use crate::value::Value;

pub const CONVERT: Function = Function {
    name: "convert",
    signature: "convert(amount: number, rate: number, currency: text, mode: text) -> number",
    doc: "The amount times the rate, rounded once to the decimals that ISO 4217 gives the currency \
          it becomes. The rate says how many units of that currency one unit is. A settled amount \
          is never computed: take Stripe's own.",
    examples: &[
        (
            "convert(number('10.00'), number('1.2345'), 'usd', 'half_up')",
            "\"12.35\"",
        ),
        (
            "convert(number('10.00'), number('1.2345'), 'usd', 'half_even')",
            "\"12.34\"",
        ),
        (
            "convert(100, number('163.449'), 'jpy', 'floor')",
            "\"16344\"",
        ),
        (
            "convert(100, number('0.3068'), 'kwd', 'half_up')",
            "\"30.680\"",
        ),
        (
            "convert(-1, number('0.125'), 'eur', 'ceiling')",
            "\"-0.12\"",
        ),
        ("convert(1, 0, 'eur', 'half_up')", "!above 0"),
    ],
    run: |a, _| {
        let fail = || fail("convert");
        let currency = currency(text(a, 2)).map_err(fail())?;
        let (amount, rate) = (
            a[0].as_decimal().unwrap_or_default(),
            a[1].as_decimal().unwrap_or_default(),
        );
        if rate <= rust_decimal::Decimal::ZERO {
            return Err(fail()(format!("the rate {rate} is not above 0")));
        }
        let product = number::multiply(amount, rate).map_err(fail())?;
        number::round(product, currency.iso_exponent().into(), text(a, 3))
            .map(Value::Decimal)
            .map_err(fail())
    },
};
