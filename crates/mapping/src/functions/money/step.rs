//! Amounts that Stripe takes only in steps: some currencies have decimals that must be zero.

use super::{amount, currency, minor};
use crate::fact::Stop;
use crate::functions::{Function, fail, optional_text, text};
use crate::number;
use crate::value::Value;
use finance::Currency;
use rust_decimal::Decimal;

pub const CHARGE_MINOR: Function = Function {
    name: "charge_minor",
    signature: "charge_minor(amount: any, currency: text, mode?: text) -> int",
    doc: "The minor units of an amount as Stripe accepts it for a charge or a refund: KWD, BHD, \
          JOD, OMR and TND in tens, ISK and UGX in whole units. What is between two steps is an \
          error, unless a mode says how to round.",
    examples: &[
        ("charge_minor('1.230', 'kwd')", "1230"),
        (
            "charge_minor('1.234', 'kwd')",
            "!a charge in KWD is a multiple of 0.010",
        ),
        ("charge_minor('1.234', 'kwd', 'half_up')", "1230"),
        ("charge_minor('1.235', 'kwd', 'half_even')", "1240"),
        ("charge_minor('1500', 'isk')", "150000"),
        (
            "charge_minor('1500.50', 'isk')",
            "!a charge in ISK is a multiple of 1.00",
        ),
        ("charge_minor('1500.50', 'ugx', 'down')", "150000"),
        ("charge_minor('12.34', 'huf')", "1234"),
    ],
    run: |a, _| stepped("charge_minor", "charge", a, Currency::charge_step),
};

pub const PAYOUT_MINOR: Function = Function {
    name: "payout_minor",
    signature: "payout_minor(amount: any, currency: text, mode?: text) -> int",
    doc: "The minor units of an amount as Stripe pays it out: HUF and TWD in hundreds, the others \
          as `charge_minor`. What is between two steps is an error, unless a mode says how to \
          round.",
    examples: &[
        ("payout_minor('1234', 'huf')", "123400"),
        (
            "payout_minor('12.34', 'huf')",
            "!a payout in HUF is a multiple of 1.00",
        ),
        ("payout_minor('12.34', 'huf', 'floor')", "1200"),
        ("payout_minor('99.99', 'twd', 'down')", "9900"),
        ("payout_minor('12.34', 'eur')", "1234"),
    ],
    run: |a, _| stepped("payout_minor", "payout", a, Currency::payout_step),
};

fn stepped(
    name: &'static str,
    what: &str,
    arguments: &[Value],
    step: fn(&Currency) -> i64,
) -> Result<Value, Stop> {
    let fail = || fail(name);
    let currency = currency(text(arguments, 1)).map_err(fail())?;
    let amount = amount(&arguments[0]).map_err(fail())?;
    let mode = optional_text(arguments, 2);
    let (exponent, step) = (currency.exponent(), step(&currency));
    let Some(mode) = mode else {
        let minor = minor(amount, currency, exponent, None).map_err(fail())?;
        if minor % step == 0 {
            return Ok(Value::Int(minor));
        }
        let multiple = Decimal::new(step, exponent);
        return Err(fail()(format!(
            "{amount}: a {what} in {currency} is a multiple of {multiple}; say how to round, as \
             'half_up'"
        )));
    };
    // Rounded once, to the step: by way of the minor unit a half could be rounded twice.
    let steps = number::divide(amount, Decimal::new(step, exponent), 0, mode).map_err(fail())?;
    let minor = number::multiply(steps, Decimal::from(step)).map_err(fail())?;
    crate::functions::convert::whole(minor)
        .map(Value::Int)
        .map_err(fail())
}
