//! Numbers, exact.

use super::{Function, fail, int, text};
use crate::number;
use crate::value::Value;
use rust_decimal::Decimal;

pub const ROUND: Function = Function {
    name: "round",
    signature: "round(value: number, scale: int, mode: text) -> number",
    doc: "The number with so many decimals. The mode is half_up (half away from zero), half_even, \
          half_down, up (away from zero), down (towards zero), ceiling or floor.",
    examples: &[
        ("round(number('2.345'), 2, 'half_up')", "\"2.35\""),
        ("round(number('2.345'), 2, 'half_even')", "\"2.34\""),
        ("round(number('-2.5'), 0, 'half_up')", "\"-3\""),
        ("round(5, 2, 'down')", "\"5.00\""),
        ("round(number('-2.5'), 0, 'half_down')", "\"-2\""),
        ("round(number('-2.1'), 0, 'up')", "\"-3\""),
        ("round(number('-2.1'), 0, 'ceiling')", "\"-2\""),
        ("round(number('-2.1'), 0, 'floor')", "\"-3\""),
        ("round(5, 2, 'nearest')", "!no way to round"),
    ],
    run: |a, _| {
        let scale = int(a, 1).unwrap_or_default();
        let rounded = number::round(decimal(a, 0), scale, text(a, 2));
        rounded.map(Value::Decimal).map_err(fail("round"))
    },
};

pub const DIV: Function = Function {
    name: "div",
    signature: "div(a: number, b: number, scale: int, mode: text) -> number",
    doc: "The quotient with so many decimals, rounded once. Modes as of `round`.",
    examples: &[
        ("div(10, 3, 2, 'half_up')", "\"3.33\""),
        ("div(-1, 8, 2, 'half_even')", "\"-0.12\""),
        ("div(number('0.15'), 2, 2, 'half_even')", "\"0.08\""),
        ("div(-10, 3, 0, 'floor')", "\"-4\""),
        ("div(-10, 3, 0, 'ceiling')", "\"-3\""),
        ("div(1, 0, 2, 'half_up')", "!division by zero"),
    ],
    run: |a, _| {
        let scale = int(a, 2).unwrap_or_default();
        let quotient = number::divide(decimal(a, 0), decimal(a, 1), scale, text(a, 3));
        quotient.map(Value::Decimal).map_err(fail("div"))
    },
};

pub const ABS: Function = Function {
    name: "abs",
    signature: "abs(value: number) -> number",
    doc: "The number without its sign.",
    examples: &[("abs(-5)", "5"), ("abs(number('-0.5'))", "\"0.5\"")],
    run: |a, _| {
        if decimal(a, 0).is_sign_negative() {
            number::negate(&a[0]).map_err(fail("abs"))
        } else {
            Ok(a[0].clone())
        }
    },
};

pub const MIN: Function = Function {
    name: "min",
    signature: "min(value: number, others...: number) -> number",
    doc: "The smallest of the numbers.",
    examples: &[("min(3, number('2.5'), 7)", "\"2.5\"")],
    run: |a, _| Ok(least(a.iter())),
};

pub const MAX: Function = Function {
    name: "max",
    signature: "max(value: number, others...: number) -> number",
    doc: "The largest of the numbers.",
    examples: &[("max(3, number('2.5'), 7)", "7")],
    run: |a, _| {
        Ok(a.iter()
            .max_by_key(|v| v.as_decimal())
            .cloned()
            .unwrap_or_default())
    },
};

fn least<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    values
        .min_by_key(|v| v.as_decimal())
        .cloned()
        .unwrap_or_default()
}

fn decimal(arguments: &[Value], n: usize) -> Decimal {
    arguments
        .get(n)
        .and_then(Value::as_decimal)
        .unwrap_or_default()
}
