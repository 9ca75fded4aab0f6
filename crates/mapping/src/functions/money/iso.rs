//! Amounts with the decimals of ISO 4217, which most ERPs keep; Stripe's differ for a few.

use super::{amount, currency, minor};
use crate::functions::{Function, fail, int, optional_text, text};
use crate::value::Value;
use rust_decimal::Decimal;

pub const ISO_MONEY: Function = Function {
    name: "iso_money",
    signature: "iso_money(minor: int, currency: text) -> number",
    doc: "The decimal amount of so many minor units, with the decimals of ISO 4217. Stripe counts \
          ISK, UGX and MGA otherwise: for its amounts take `money`.",
    examples: &[
        ("iso_money(1234, 'isk')", "\"1234\""),
        ("iso_money(500, 'mga')", "\"5.00\""),
        ("iso_money(12345, 'clf')", "\"1.2345\""),
    ],
    run: |a, _| {
        let currency = currency(text(a, 1)).map_err(fail("iso_money"))?;
        let minor = int(a, 0).unwrap_or_default();
        Ok(Decimal::new(minor, currency.iso_exponent()).into())
    },
};

pub const ISO_MINOR: Function = Function {
    name: "iso_minor",
    signature: "iso_minor(amount: any, currency: text, mode?: text) -> int",
    doc: "The minor units, with the decimals of ISO 4217, of a decimal amount. From Stripe's minor \
          units: iso_minor(money(m, c), c). More decimals are an error, unless a mode says how to \
          round.",
    examples: &[
        ("iso_minor(money(123400, 'isk'), 'isk')", "1234"),
        ("iso_minor(money(123450, 'isk'), 'isk')", "!more digits"),
        (
            "iso_minor(money(123450, 'isk'), 'isk', 'half_even')",
            "1234",
        ),
        ("iso_minor(money(500, 'mga'), 'mga')", "50000"),
        ("iso_minor('1.234', 'kwd')", "1234"),
    ],
    run: |a, _| {
        let fail = || fail("iso_minor");
        let currency = currency(text(a, 1)).map_err(fail())?;
        let amount = amount(&a[0]).map_err(fail())?;
        minor(
            amount,
            currency,
            currency.iso_exponent(),
            optional_text(a, 2),
        )
        .map(Value::Int)
        .map_err(fail())
    },
};

pub const DECIMALS: Function = Function {
    name: "decimals",
    signature: "decimals(currency: text) -> int",
    doc: "How many decimals an amount of the currency has at Stripe. Of UGX this is unverified: \
          one test charge must show it.",
    examples: &[
        ("decimals('isk')", "2"),
        ("decimals('mga')", "0"),
        ("decimals('kwd')", "3"),
    ],
    run: |a, _| {
        let currency = currency(text(a, 0)).map_err(fail("decimals"))?;
        Ok(Value::Int(currency.exponent().into()))
    },
};

pub const ISO_DECIMALS: Function = Function {
    name: "iso_decimals",
    signature: "iso_decimals(currency: text) -> int",
    doc: "How many decimals ISO 4217 gives the currency.",
    examples: &[("iso_decimals('isk')", "0"), ("iso_decimals('mga')", "2")],
    run: |a, _| {
        let currency = currency(text(a, 0)).map_err(fail("iso_decimals"))?;
        Ok(Value::Int(currency.iso_exponent().into()))
    },
};
