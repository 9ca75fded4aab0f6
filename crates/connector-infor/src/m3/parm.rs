//! The fixed-width line of a journal (PARM of GLS840MI), by the installation's own template.
//!
//! Where which value stands is decided by a GLS850 template of the customer's; two that were seen
//! differ even in the decimal character. So the layout is a setting, never code.

use finance::Currency;
use model::{Fault, Problem};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// PARM's width.
const PARM: usize = 900;

/// One part of a line: which value, from which column (counted from 1), how wide, and how it is put
/// there. What no part covers is blank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinePart {
    /// `literal:I1` (that text), `key`, `line`, `division`, `account`, `dimension`, `amount`,
    /// `side` (D or C), `currency`, `date`, `text`.
    pub value: String,
    pub start: usize,
    pub width: usize,
    #[serde(default)]
    pub align: Align,
    /// What fills it up.
    #[serde(default = "blank")]
    pub pad: char,
    /// The decimal character of amounts.
    #[serde(default = "point")]
    pub decimal: char,
    /// How a credit is told from a debit.
    #[serde(default)]
    pub sign: Sign,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Left,
    Right,
}

/// Where the sign of an amount stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Credits have a minus in front.
    #[default]
    Before,
    /// Credits have a minus behind.
    Behind,
    /// None: another part says `side`.
    Absent,
}

fn blank() -> char {
    ' '
}
fn point() -> char {
    '.'
}

/// What stands in one line.
pub struct LineValues<'a> {
    pub key: &'a str,
    /// Counted from 1.
    pub line: usize,
    pub division: &'a str,
    pub account: &'a str,
    pub dimension: &'a str,
    /// Debit positive.
    pub amount: Decimal,
    pub currency: Currency,
    /// YYYYMMDD.
    pub date: &'a str,
    /// A remark: cut to its width, because what matters (the key) stands in front.
    pub text: &'a str,
}

/// The layout of the sandbox's template `STRIPE-POS1`. A real installation has its own.
pub fn sandbox_line() -> Vec<LinePart> {
    let part = |value: &str, start, width| LinePart {
        value: value.into(),
        start,
        width,
        align: Align::Left,
        pad: ' ',
        decimal: '.',
        sign: Sign::Before,
    };
    let right = |part: LinePart, pad| LinePart {
        align: Align::Right,
        pad,
        ..part
    };
    vec![
        part("literal:I1", 1, 2),
        part("key", 3, 15),
        right(part("line", 18, 8), '0'),
        part("division", 26, 3),
        part("account", 29, 10),
        part("dimension", 39, 10),
        right(part("amount", 49, 17), ' '),
        part("currency", 66, 3),
        part("date", 69, 8),
        part("text", 77, 40),
    ]
}

/// What is wrong with a layout.
pub fn problems(parts: &[LinePart]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |n: usize, message: String| {
        let cure = "Take the positions from GLS850 and give each part once.";
        let at = format!("settings.journal_line[{n}]");
        problems.push(Problem::error(at, "journal_line", message, cure));
    };
    let mut taken = vec![false; PARM];
    for (n, part) in parts.iter().enumerate() {
        let end = part.start.saturating_add(part.width).saturating_sub(1);
        if part.start == 0 || part.width == 0 || end > PARM {
            wrong(
                n,
                format!(
                    "Columns {} to {end} are not within 1 to {PARM}.",
                    part.start
                ),
            );
            continue;
        }
        let columns = &mut taken[part.start - 1..end];
        if columns.iter().any(|t| *t) {
            wrong(
                n,
                format!("Columns {} to {end} overlap another part.", part.start),
            );
        }
        columns.fill(true);
        if value(part, &probe()).is_none() {
            wrong(
                n,
                format!("`{}` is no value of a journal line.", part.value),
            );
        }
    }
    for name in ["key", "account", "amount", "text"] {
        if !parts.iter().any(|p| p.value == name) {
            wrong(parts.len(), format!("No part holds the `{name}`."));
        }
    }
    problems
}

fn probe() -> LineValues<'static> {
    LineValues {
        key: "ST",
        line: 1,
        division: "AAA",
        account: "1000",
        dimension: "",
        amount: Decimal::ONE,
        currency: Currency::EUR,
        date: "20260101",
        text: "ST",
    }
}

/// One PARM.
///
/// # Errors
/// `Rejected` if a value does not fit its part.
pub fn line(parts: &[LinePart], values: &LineValues<'_>) -> Result<String, Fault> {
    let mut columns: Vec<char> = Vec::new();
    for part in parts {
        let text = value(part, values).unwrap_or_default();
        let mut chars: Vec<char> = text.chars().collect();
        if chars.len() > part.width && part.value == "text" {
            chars.truncate(part.width);
        }
        if chars.len() > part.width {
            let (count, width) = (chars.len(), part.width);
            let cut: String = chars.iter().take(width).collect();
            let message = format!(
                "line {}: {} has {count} characters, the journal template has room for {width}; a \
                 cut that fits: `{cut}`",
                values.line, part.value
            );
            return Err(Fault::rejected(message)
                .with_field("PARM")
                .with_code("too_long"));
        }
        let fill = std::iter::repeat_n(part.pad, part.width - chars.len());
        let padded: Vec<char> = match part.align {
            Align::Left => chars.into_iter().chain(fill).collect(),
            Align::Right => fill.chain(chars).collect(),
        };
        let end = part.start - 1 + part.width;
        if columns.len() < end {
            columns.resize(end, ' ');
        }
        columns[part.start - 1..end].copy_from_slice(&padded);
    }
    Ok(columns.iter().collect())
}

fn value(part: &LinePart, values: &LineValues<'_>) -> Option<String> {
    if let Some(literal) = part.value.strip_prefix("literal:") {
        return Some(literal.to_owned());
    }
    Some(match part.value.as_str() {
        "key" => values.key.to_owned(),
        "line" => values.line.to_string(),
        "division" => values.division.to_owned(),
        "account" => values.account.to_owned(),
        "dimension" => values.dimension.to_owned(),
        "amount" => amount(part, values.amount),
        "side" => if values.amount.is_sign_negative() {
            "C"
        } else {
            "D"
        }
        .to_owned(),
        "currency" => values.currency.code().to_owned(),
        "date" => values.date.to_owned(),
        "text" => values.text.to_owned(),
        _ => return None,
    })
}

fn amount(part: &LinePart, amount: Decimal) -> String {
    let digits = amount
        .abs()
        .to_string()
        .replace('.', &part.decimal.to_string());
    match part.sign {
        Sign::Before if amount.is_sign_negative() => format!("-{digits}"),
        Sign::Behind if amount.is_sign_negative() => format!("{digits}-"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandboxs_line_has_its_columns() {
        assert!(problems(&sandbox_line()).is_empty());
        let values = LineValues {
            amount: Decimal::new(-12_540, 2),
            line: 7,
            ..probe()
        };
        let line = line(&sandbox_line(), &values).expect("it fits");
        assert_eq!(line.chars().count(), 116);
        assert_eq!(&line[..28], "I1ST             00000007AAA");
        assert_eq!(&line[48..76], "          -125.40EUR20260101");
    }

    #[test]
    fn a_layout_may_differ_in_every_way() {
        let mut parts = sandbox_line();
        parts[6].decimal = ',';
        parts[6].sign = Sign::Behind;
        parts[6].pad = '0';
        let values = LineValues {
            amount: Decimal::new(-5, 2),
            ..probe()
        };
        let line = line(&parts, &values).expect("it fits");
        assert_eq!(&line[48..65], "0000000000000,05-");
    }

    #[test]
    fn a_wrong_layout_is_told_in_full() {
        let mut parts = sandbox_line();
        parts[0].start = 0;
        parts[3].start = 20;
        parts[4].value = "acount".into();
        assert_eq!(problems(&parts).len(), 4);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let values = LineValues {
            account: "12345678901",
            ..probe()
        };
        let fault = line(&sandbox_line(), &values).expect_err("too long");
        assert_eq!(fault.field.as_deref(), Some("PARM"));
        assert!(fault.message.contains("room for 10"), "{fault}");
    }
}
