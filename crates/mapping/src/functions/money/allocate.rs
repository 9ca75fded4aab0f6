//! Splitting an amount so that nothing is lost.

use crate::functions::{Function, fail, int, list};
use crate::number;
use crate::value::Value;
use rust_decimal::Decimal;

pub const ALLOCATE: Function = Function {
    name: "allocate",
    signature: "allocate(amount: number, weights: list, scale?: int) -> list",
    doc: "The amount split in proportion to the weights, with as many decimals as the amount has, \
          or as `scale` says. The parts always sum to the amount: each is the rounded share of all \
          weights so far (half away from zero) less the parts before, as the posting rules spread.",
    examples: &[
        ("allocate(100, [1, 1, 1])", "[33,34,33]"),
        (
            "allocate(money(1000, 'eur'), [50, 50, 1])",
            r#"["4.95","4.95","0.10"]"#,
        ),
        ("allocate(10, [1, 1, 1], 2)", r#"["3.33","3.34","3.33"]"#),
        ("allocate(-100, [number('0.5'), 1])", "[-33,-67]"),
        (
            "sum(allocate(money(-9999, 'kwd'), [3, 7, 11]))",
            "\"-9.999\"",
        ),
        ("allocate(5, [])", "!no weight"),
        ("allocate(5, [0, 0])", "!sum to 0"),
        ("allocate(5, [2, -1])", "!0 or more"),
        ("allocate(number('1.234'), [1], 2)", "!more decimals"),
    ],
    run: |a, _| {
        let amount = a[0].as_decimal().unwrap_or_default();
        let scale = match a.get(2) {
            Some(_) => u32::try_from(int(a, 2).unwrap_or_default()).ok(),
            None => Some(amount.scale()),
        };
        let whole = matches!(a[0], Value::Int(_)) && scale == Some(0);
        let parts = scale
            .filter(|scale| *scale <= Decimal::MAX_SCALE)
            .ok_or_else(|| "the scale is 0 to 28 decimals".to_owned())
            .and_then(|scale| allocate(amount, scale, list(a, 1)));
        let parts = parts.map_err(fail("allocate"))?;
        let value = |part: Decimal| match i64::try_from(part) {
            Ok(part) if whole => Value::Int(part),
            _ => Value::Decimal(part),
        };
        Ok(Value::list(parts.into_iter().map(value).collect()))
    },
};

fn allocate(amount: Decimal, scale: u32, weights: &[Value]) -> Result<Vec<Decimal>, String> {
    let too_large = || "the amount or the weights are too large to calculate with".to_owned();
    let units = units(amount, scale)
        .ok_or_else(|| format!("{amount} has more decimals than {scale}, or is too large"))?;
    let decimals: Option<Vec<Decimal>> = weights.iter().map(Value::as_decimal).collect();
    let decimals = decimals.ok_or_else(|| "a weight is no number".to_owned())?;
    if decimals.is_empty() {
        return Err("there is no weight to split by".to_owned());
    }
    if decimals
        .iter()
        .any(|weight| weight.is_sign_negative() && !weight.is_zero())
    {
        return Err("a weight must be 0 or more".to_owned());
    }
    if decimals.iter().all(Decimal::is_zero) {
        return Err("the weights sum to 0, which splits nothing".to_owned());
    }
    let finest = decimals
        .iter()
        .map(|weight| weight.normalize().scale())
        .max();
    let weights: Option<Vec<i64>> = decimals
        .iter()
        .map(|weight| self::units(*weight, finest.unwrap_or_default()))
        .collect();
    let parts = finance::posting::spread(units, &weights.ok_or_else(too_large)?);
    if parts.len() != decimals.len() {
        return Err(too_large());
    }
    assert_eq!(
        parts.iter().map(|part| i128::from(*part)).sum::<i128>(),
        i128::from(units),
        "an allocation sums to its amount"
    );
    Ok(parts
        .into_iter()
        .map(|part| Decimal::new(part, scale))
        .collect())
}

/// `value` in units of its `scale`-th decimal, if it is a whole number of them.
fn units(value: Decimal, scale: u32) -> Option<i64> {
    let power = Decimal::try_from_i128_with_scale(10_i128.checked_pow(scale)?, 0).ok()?;
    let units = number::multiply(value, power).ok()?;
    units.fract().is_zero().then(|| i64::try_from(units).ok())?
}
