//! From one kind of value to another. Nothing is converted unasked.

use super::{Function, fail, text};
use crate::fact::Stop;
use crate::number;
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub const NUMBER: Function = Function {
    name: "number",
    signature: "number(value: any) -> number",
    doc: "The number that a text says: digits, a point, a sign; no thousands, no exponent. \
          This is also how a decimal is written in a formula: number('0.19').",
    examples: &[
        ("number('12.30')", "\"12.30\""),
        ("number(7)", "7"),
        ("number('1,5')", "!no decimal number"),
        ("number(' 1')", "!no decimal number"),
        ("number('12.30') * 3 == number('36.9')", "true"),
    ],
    run: |a, _| match &a[0] {
        Value::Text(text) => number::parse(text)
            .map(Value::Decimal)
            .map_err(fail("number")),
        value @ (Value::Int(_) | Value::Decimal(_)) => Ok(value.clone()),
        other => Err(fail("number")(format!("{} is no number", other.kind()))),
    },
};

pub const INT: Function = Function {
    name: "int",
    signature: "int(value: any) -> int",
    doc: "The whole number that a text says or that a decimal is. A fraction is an error: round \
          it first.",
    examples: &[
        ("int('42')", "42"),
        ("int(number('3.00'))", "3"),
        ("int(number('3.50'))", "!not whole"),
    ],
    run: |a, _| {
        let value = match &a[0] {
            Value::Int(value) => return Ok(Value::Int(*value)),
            Value::Decimal(value) => *value,
            Value::Text(text) => number::parse(text).map_err(fail("int"))?,
            other => return Err(fail("int")(format!("{} is no number", other.kind()))),
        };
        whole(value).map(Value::Int).map_err(fail("int"))
    },
};

pub const TEXT: Function = Function {
    name: "text",
    signature: "text(value: any) -> text",
    doc: "A number, truth value or text as a text, a decimal with all its digits.",
    examples: &[
        ("text(12)", "\"12\""),
        ("text(number('12.30'))", "\"12.30\""),
        ("text(true)", "\"true\""),
        ("text([1])", "!a list has no text"),
    ],
    run: |a, _| to_text(&a[0]).map_err(fail("text")),
};

pub const STRING: Function = Function {
    name: "string",
    signature: "string(value: any) -> text",
    doc: "The same as `text`; CEL's own name.",
    examples: &[("string(12)", "\"12\"")],
    run: |a, _| to_text(&a[0]).map_err(fail("string")),
};

pub const BOOL: Function = Function {
    name: "bool",
    signature: "bool(value: any) -> bool",
    doc: "The truth value that the text `true` or `false` says.",
    examples: &[("bool('true')", "true"), ("bool('yes')", "!neither")],
    run: |a, _| match (&a[0], text(a, 0)) {
        (Value::Bool(value), _) => Ok(Value::Bool(*value)),
        (_, "true") => Ok(Value::Bool(true)),
        (_, "false") => Ok(Value::Bool(false)),
        _ => Err(Stop::failed(
            "bool: the value is neither `true` nor `false`",
        )),
    },
};

/// The whole number that `value` is.
pub(super) fn whole(value: Decimal) -> Result<i64, String> {
    if !value.fract().is_zero() {
        return Err(format!("{value} is not whole"));
    }
    value
        .to_i64()
        .ok_or_else(|| format!("{value} is too large"))
}

pub(super) fn to_text(value: &Value) -> Result<Value, String> {
    match value {
        Value::Text(_) => Ok(value.clone()),
        Value::Int(value) => Ok(value.to_string().into()),
        Value::Decimal(value) => Ok(value.to_string().into()),
        Value::Bool(value) => Ok(value.to_string().into()),
        Value::Null | Value::List(_) | Value::Map(_) => {
            Err(format!("{} has no text", value.kind()))
        }
    }
}
