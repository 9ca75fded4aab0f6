//! Exact arithmetic. What does not fit is an error, never a rounding.
//!
//! `rust_decimal` rounds a sum or a product that needs more than 28 digits; here that is an error.

use crate::value::Value;
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

/// An operator between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

const TOO_LARGE: &str = "the result has more digits than a number can hold";

/// Reads a decimal: an optional sign, digits, a point. No exponent, no blanks, at most 28 digits.
pub fn parse(text: &str) -> Result<Decimal, String> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
    let number = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    number.ok_or_else(|| format!("`{}` is no decimal number", shorten(text)))
}

/// The decimal that a JSON number's text says.
///
/// The reader holds fractions in binary. Its shortest text is what was written as long as that had
/// at most 15 significant digits; longer ones may have been changed and are refused.
pub fn from_json_number(number: &serde_json::Number) -> Result<Decimal, String> {
    let text = number.to_string();
    let decimal = if text.contains(['e', 'E']) {
        Decimal::from_scientific(&text).ok()
    } else {
        Decimal::from_str_exact(&text).ok()
    };
    let decimal = decimal.ok_or_else(|| format!("the number {text} has too many digits"))?;
    let digits = decimal
        .normalize()
        .mantissa()
        .unsigned_abs()
        .to_string()
        .len();
    if !number.is_u64() && digits > 15 {
        return Err(format!(
            "the number {text} has more digits than JSON keeps exactly; send it as a text"
        ));
    }
    Ok(decimal)
}

/// `a` and `b` combined, exactly.
pub fn combine(op: Arithmetic, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        if matches!(op, Arithmetic::Divide | Arithmetic::Remainder) && *b == 0 {
            return Err("division by zero".to_owned());
        }
        let result = match op {
            Arithmetic::Add => a.checked_add(*b),
            Arithmetic::Subtract => a.checked_sub(*b),
            Arithmetic::Multiply => a.checked_mul(*b),
            Arithmetic::Divide => a.checked_div(*b),
            Arithmetic::Remainder => a.checked_rem(*b),
        };
        return result.map(Value::Int).ok_or_else(|| TOO_LARGE.to_owned());
    }
    let (Some(x), Some(y)) = (a.as_decimal(), b.as_decimal()) else {
        return Err(format!(
            "`{}` does not go between {} and {}",
            op.sign(),
            a.kind(),
            b.kind()
        ));
    };
    let result = match op {
        Arithmetic::Add => add(x, y),
        Arithmetic::Subtract => add(x, -y),
        Arithmetic::Multiply => multiply(x, y),
        Arithmetic::Divide => {
            let cure = "`/` does not say how a decimal is rounded: use div(a, b, scale, mode)";
            return Err(cure.to_owned());
        }
        Arithmetic::Remainder => {
            return Err("`%` goes between whole numbers only".to_owned());
        }
    };
    result.map(Value::Decimal)
}

/// `a + b`, or an error if it would have to be rounded.
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, String> {
    let sum = a.checked_add(b).ok_or_else(|| TOO_LARGE.to_owned())?;
    let scale = a.scale().max(b.scale());
    let needed = a.normalize().scale().max(b.normalize().scale());
    if sum.scale() < scale && sum.scale() < needed {
        return Err(TOO_LARGE.to_owned());
    }
    Ok(sum)
}

/// `a * b`, or an error if it would have to be rounded.
pub fn multiply(a: Decimal, b: Decimal) -> Result<Decimal, String> {
    let product = a.checked_mul(b).ok_or_else(|| TOO_LARGE.to_owned())?;
    if a.is_zero() || b.is_zero() || product.scale() == a.scale() + b.scale() {
        return Ok(product);
    }
    let (a, b) = (a.normalize(), b.normalize());
    let product = a.checked_mul(b).ok_or_else(|| TOO_LARGE.to_owned())?;
    if product.scale() == a.scale() + b.scale() {
        Ok(product)
    } else {
        Err(TOO_LARGE.to_owned())
    }
}

/// How `a` stands to `b`, for numbers, texts and truth values of the same kind.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Ok(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
        _ => match (a.as_decimal(), b.as_decimal()) {
            (Some(a), Some(b)) => Ok(a.cmp(&b)),
            _ => Err(format!("{} does not compare with {}", a.kind(), b.kind())),
        },
    }
}

/// Fails unless every two of the values compare. To be asked before they are sorted: an order that
/// holds for some pairs only makes the library's sort panic.
pub fn comparable<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<(), String> {
    let mut values = values.into_iter();
    let Some(first) = values.next() else {
        return Ok(());
    };
    values.try_for_each(|value| compare(first, value).map(drop))
}

/// `-value`.
pub fn negate(value: &Value) -> Result<Value, String> {
    match value {
        Value::Int(n) => n
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| TOO_LARGE.to_owned()),
        Value::Decimal(n) => Ok(Value::Decimal(-*n)),
        other => Err(format!("`-` does not go before {}", other.kind())),
    }
}

/// The names of the ways to round, and what they mean to the library.
///
/// `up` and `down` look at the size of a number, `ceiling` and `floor` at its place on the line.
pub const MODES: [(&str, RoundingStrategy); 7] = [
    ("half_up", RoundingStrategy::MidpointAwayFromZero),
    ("half_even", RoundingStrategy::MidpointNearestEven),
    ("half_down", RoundingStrategy::MidpointTowardZero),
    ("up", RoundingStrategy::AwayFromZero),
    ("down", RoundingStrategy::ToZero),
    ("ceiling", RoundingStrategy::ToPositiveInfinity),
    ("floor", RoundingStrategy::ToNegativeInfinity),
];

/// `value` with exactly `scale` digits after the point.
pub fn round(value: Decimal, scale: i64, mode: &str) -> Result<Decimal, String> {
    let scale = scale_of(scale)?;
    let mut rounded = value.round_dp_with_strategy(scale, strategy(mode)?);
    rounded.rescale(scale);
    if rounded.scale() == scale {
        Ok(rounded)
    } else {
        Err(TOO_LARGE.to_owned())
    }
}

/// `a / b` with exactly `scale` digits after the point, rounded once, from the exact quotient.
pub fn divide(a: Decimal, b: Decimal, scale: i64, mode: &str) -> Result<Decimal, String> {
    let scale = scale_of(scale)?;
    let mode = strategy(mode)?;
    if b.is_zero() {
        return Err("division by zero".to_owned());
    }
    // a / b = (am * 10^(bs + scale)) / (bm * 10^as) / 10^scale, in whole numbers.
    let (a, b) = (a.normalize(), b.normalize());
    let grow = i64::from(b.scale()) + i64::from(scale) - i64::from(a.scale());
    let power = |by: i64| {
        let by = u32::try_from(by.max(0)).ok()?;
        10_i128.checked_pow(by)
    };
    let numerator = power(grow).and_then(|p| a.mantissa().checked_mul(p));
    let denominator = power(-grow).and_then(|p| b.mantissa().checked_mul(p));
    let (Some(n), Some(d)) = (numerator, denominator) else {
        return Err(TOO_LARGE.to_owned());
    };
    let whole = round_quotient(n, d, mode);
    Decimal::try_from_i128_with_scale(whole, scale).map_err(|_| TOO_LARGE.to_owned())
}

fn round_quotient(n: i128, d: i128, mode: RoundingStrategy) -> i128 {
    let (whole, rest) = (n / d, n % d);
    if rest == 0 {
        return whole;
    }
    let away = if (n < 0) == (d < 0) { 1 } else { -1 };
    // |rest| compared with |d| - |rest| avoids doubling, which could overflow.
    let half = rest
        .unsigned_abs()
        .cmp(&(d.unsigned_abs() - rest.unsigned_abs()));
    let up = match mode {
        RoundingStrategy::AwayFromZero => true,
        RoundingStrategy::ToZero => false,
        RoundingStrategy::ToPositiveInfinity => away > 0,
        RoundingStrategy::ToNegativeInfinity => away < 0,
        RoundingStrategy::MidpointAwayFromZero => half != Ordering::Less,
        RoundingStrategy::MidpointTowardZero => half == Ordering::Greater,
        _ => half == Ordering::Greater || (half == Ordering::Equal && whole % 2 != 0),
    };
    if up { whole + away } else { whole }
}

fn scale_of(scale: i64) -> Result<u32, String> {
    u32::try_from(scale)
        .ok()
        .filter(|s| *s <= Decimal::MAX_SCALE)
        .ok_or_else(|| format!("{scale} is no number of decimals: 0 to 28"))
}

/// The way to round that `mode` names.
pub fn strategy(mode: &str) -> Result<RoundingStrategy, String> {
    let found = MODES.iter().find(|(name, _)| *name == mode);
    found.map(|(_, strategy)| *strategy).ok_or_else(|| {
        let known: Vec<&str> = MODES.iter().map(|(name, _)| *name).collect();
        let shown = shorten(mode);
        format!("`{shown}` is no way to round: {}", known.join(", "))
    })
}

/// At most 40 characters of a text, for a message.
pub fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
