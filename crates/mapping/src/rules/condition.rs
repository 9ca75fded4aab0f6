//! What one cell of a rule asks of an attribute.
//!
//! | written | means |
//! |---|---|
//! | nothing, or `*` | anything, also an absent attribute |
//! | `prod_1` | this value |
//! | `pro\|team` | one of these |
//! | `prod_*` | a text that begins so |
//! | `10..20` | from 10 to 20, both counted; `10..<20` without 20; `10..` and `..20` have one end |
//!
//! Ranges are of numbers, decimals and days. In a text, `\` before `*`, `|` or `\` takes the
//! character as itself.

use crate::number;
use crate::table::{Column, ColumnKind, day};
use crate::value::Value;
use rust_decimal::Decimal;
use std::fmt;

/// The most alternatives of one cell.
const TERMS_MAX: usize = 200;

/// What a cell asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Any,
    OneOf(Vec<Term>),
}

/// One alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    Is(Scalar),
    Prefix(String),
    Range(Range),
}

/// A value that conditions compare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    Bool(bool),
    Number(Decimal),
    Day(day::Date),
    Text(String),
}

/// From a value to a value; a missing end is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub from: Option<Scalar>,
    pub to: Option<Scalar>,
    /// Whether `to` itself is in it.
    pub closed: bool,
}

type Wrong = (String, String);

impl Condition {
    /// Reads a cell.
    ///
    /// # Errors
    /// What is wrong with it, and the cure.
    pub fn parse(column: &Column, cell: &str) -> Result<Self, Wrong> {
        if cell.is_empty() || cell == "*" {
            return Ok(Self::Any);
        }
        let terms: Vec<Term> = match column.kind {
            ColumnKind::Text | ColumnKind::Code => texts(column, cell)?,
            _ => cell
                .split('|')
                .map(|term| ordered(column, term))
                .collect::<Result<_, _>>()?,
        };
        if terms.len() > TERMS_MAX {
            let message = format!(
                "{} alternatives; a cell has {TERMS_MAX} at most",
                terms.len()
            );
            return Err((message, "use a prefix, a range, or several rules".into()));
        }
        Ok(Self::OneOf(terms))
    }

    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// Whether an attribute fulfils it; an absent one fulfils only "anything".
    pub fn holds(&self, value: Option<&Scalar>) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::OneOf(_), None) => false,
            (Self::OneOf(terms), Some(value)) => terms.iter().any(|term| term.holds(value)),
        }
    }

    /// Whether some attribute fulfils both.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::OneOf(a), Self::OneOf(b)) => a.iter().any(|a| b.iter().any(|b| a.meets(b))),
        }
    }

    /// The texts that it asks for, if it asks for nothing else.
    pub(super) fn exact(&self) -> Option<Vec<&str>> {
        let Self::OneOf(terms) = self else {
            return None;
        };
        let texts = terms.iter().map(|term| match term {
            Term::Is(Scalar::Text(text)) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

impl Term {
    fn holds(&self, value: &Scalar) -> bool {
        match (self, value) {
            (Self::Is(is), value) => is == value,
            (Self::Prefix(prefix), Scalar::Text(text)) => text.starts_with(prefix.as_str()),
            (Self::Prefix(_), _) => false,
            (Self::Range(range), value) => range.holds(value),
        }
    }

    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Is(value), other) | (other, Self::Is(value)) => other.holds(value),
            (Self::Prefix(a), Self::Prefix(b)) => {
                a.starts_with(b.as_str()) || b.starts_with(a.as_str())
            }
            (Self::Range(a), Self::Range(b)) => a.meets(b),
            // Prefixes are of texts, ranges are not.
            (Self::Prefix(_), Self::Range(_)) | (Self::Range(_), Self::Prefix(_)) => false,
        }
    }
}

impl Range {
    fn holds(&self, value: &Scalar) -> bool {
        let above = self.from.as_ref().is_none_or(|from| from <= value);
        let below = self
            .to
            .as_ref()
            .is_none_or(|to| if self.closed { value <= to } else { value < to });
        above && below
    }

    /// Whether some value is in both; between two decimals there always is one.
    fn meets(&self, other: &Self) -> bool {
        self.begins_in(other) && other.begins_in(self)
    }

    /// Whether its beginning does not lie behind the end of `other`.
    fn begins_in(&self, other: &Self) -> bool {
        match (&self.from, &other.to) {
            (Some(from), Some(to)) => from < to || (from == to && other.closed),
            _ => true,
        }
    }
}

impl Scalar {
    /// The attribute as a column compares it.
    ///
    /// # Errors
    /// If it is of another kind.
    pub fn of(column: &Column, value: &Value) -> Result<Self, String> {
        let wrong = || {
            let (name, kind) = (&column.name, column.kind.as_str());
            format!("`{name}` is asked for as {kind}, it is {}", value.kind())
        };
        match (column.kind, value) {
            (ColumnKind::Bool, Value::Bool(value)) => Ok(Self::Bool(*value)),
            (ColumnKind::Number | ColumnKind::Decimal, Value::Text(text)) => {
                number::parse(text).map(Self::Number)
            }
            (ColumnKind::Number | ColumnKind::Decimal, value) => {
                value.as_decimal().map(Self::Number).ok_or_else(wrong)
            }
            (ColumnKind::Date, Value::Text(text)) => day::parse(text).map(Self::Day),
            (ColumnKind::Text | ColumnKind::Code, Value::Text(text)) => {
                Ok(Self::Text(text.as_ref().to_owned()))
            }
            (ColumnKind::Text | ColumnKind::Code, Value::Int(number)) => {
                Ok(Self::Text(number.to_string()))
            }
            (ColumnKind::Text | ColumnKind::Code, Value::Bool(value)) => {
                Ok(Self::Text(value.to_string()))
            }
            _ => Err(wrong()),
        }
    }
}

/// The alternatives of a cell of texts.
fn texts(column: &Column, cell: &str) -> Result<Vec<Term>, Wrong> {
    let (mut terms, mut text, mut prefix) = (Vec::new(), String::new(), false);
    let mut chars = cell.chars();
    loop {
        let next = chars.next();
        match next {
            None | Some('|') => {
                terms.push(term(column, std::mem::take(&mut text), prefix)?);
                prefix = false;
            }
            Some(_) if prefix => {
                return Err((
                    "`*` stands in the middle of a text".into(),
                    "put it at the end, or write `\\*` for the character".into(),
                ));
            }
            Some('*') => prefix = true,
            Some('\\') => match chars.next() {
                Some(escaped @ ('*' | '|' | '\\')) => text.push(escaped),
                _ => {
                    return Err((
                        "`\\` stands before neither `*`, `|` nor `\\`".into(),
                        "write `\\\\` for the character".into(),
                    ));
                }
            },
            Some(other) => text.push(other),
        }
        if next.is_none() {
            return Ok(terms);
        }
    }
}

fn term(column: &Column, text: String, prefix: bool) -> Result<Term, Wrong> {
    if text.is_empty() {
        return Err((
            "an alternative is empty".into(),
            "leave the `|` out; `*` alone means anything".into(),
        ));
    }
    if prefix {
        return Ok(Term::Prefix(text));
    }
    if column.kind == ColumnKind::Code && !column.codes.contains(&text) {
        let cure = match crate::check::nearest(&text, column.codes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give one of: {}", column.codes.join(", ")),
        };
        return Err((format!("`{text}` is none of the codes"), cure));
    }
    Ok(Term::Is(Scalar::Text(text)))
}

/// An alternative of a column whose values have an order.
fn ordered(column: &Column, text: &str) -> Result<Term, Wrong> {
    let scalar = |text: &str| scalar(column, text);
    let Some((from, to)) = text.split_once("..") else {
        return scalar(text).map(Term::Is);
    };
    if column.kind == ColumnKind::Bool {
        return Err((
            "true and false have no range".into(),
            "write one of them".into(),
        ));
    }
    let (to, closed) = match to.strip_prefix('<') {
        Some(to) => (to, false),
        None => (to, true),
    };
    let bound = |text: &str| (!text.is_empty()).then(|| scalar(text)).transpose();
    let (from, to) = (bound(from)?, bound(to)?);
    if from.is_none() && to.is_none() {
        return Err((
            "the range has no end at all".into(),
            "leave the cell empty".into(),
        ));
    }
    if let (Some(from), Some(to)) = (&from, &to)
        && (from > to || (from == to && !closed))
    {
        return Err((
            format!("the range `{text}` is empty"),
            "write the smaller end first".into(),
        ));
    }
    Ok(Term::Range(Range { from, to, closed }))
}

fn scalar(column: &Column, text: &str) -> Result<Scalar, Wrong> {
    let of_day = |text: &str| day::parse(text).map(Scalar::Day);
    let read = match (column.kind, text) {
        (ColumnKind::Bool, "true") => Ok(Scalar::Bool(true)),
        (ColumnKind::Bool, "false") => Ok(Scalar::Bool(false)),
        (ColumnKind::Bool, _) => Err(format!("`{text}` is neither true nor false")),
        (ColumnKind::Date, text) => of_day(text),
        (_, text) => number::parse(text).map(Scalar::Number),
    };
    read.map_err(|message| {
        let cure = match column.kind {
            ColumnKind::Bool => "write true or false",
            ColumnKind::Date => "write days as 2026-01-31, a range as 2026-01-01..2026-12-31",
            _ => "write numbers as 12.30, a range as 10..20",
        };
        (message, cure.into())
    })
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::OneOf(terms) = self else {
            return f.write_str("*");
        };
        for (n, term) in terms.iter().enumerate() {
            if n > 0 {
                f.write_str("|")?;
            }
            match term {
                Term::Is(value) => write!(f, "{value}")?,
                Term::Prefix(prefix) => write!(f, "{prefix}*")?,
                Term::Range(Range { from, to, closed }) => {
                    if let Some(from) = from {
                        write!(f, "{from}")?;
                    }
                    f.write_str(if *closed || to.is_none() { ".." } else { "..<" })?;
                    if let Some(to) = to {
                        write!(f, "{to}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Day(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}
