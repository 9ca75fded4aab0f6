//! The conversions that are made unasked where a value goes to a field: a closed list, each shown
//! on its step and each to be switched off. All else is refused, with a way to say it.
//!
//! A text that goes to a text is never touched, so leading zeros stay. A text that goes to a number
//! is converted only if the number, written again, is the same text apart from zeros after the
//! point: `007` and `+46` would lose what they say, and are refused.

pub(crate) mod convert;
mod made;
pub(crate) mod target;

pub use made::Made;
pub(crate) use made::between;

use model::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// One conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// `'12.50'` where a number is due becomes 12.50.
    TextToNumber,
    /// `12` where a text is due becomes `'12'`.
    NumberToText,
    /// `'2026-01-31'` where `"format": "date-basic"` is due becomes `'20260131'` (ISO 8601's basic
    /// format, which ERPs use).
    DateToBasic,
    /// `12` where a decimal (`"format": "decimal"`) is due becomes the decimal 12.
    IntegerToDecimal,
}

impl Rule {
    pub const ALL: [Self; 4] = [
        Self::TextToNumber,
        Self::NumberToText,
        Self::DateToBasic,
        Self::IntegerToDecimal,
    ];

    /// As it is written in a flow: `text_to_number`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextToNumber => "text_to_number",
            Self::NumberToText => "number_to_text",
            Self::DateToBasic => "date_to_basic",
            Self::IntegerToDecimal => "integer_to_decimal",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// What is converted, in the words of a step.
    pub const fn from(self) -> &'static str {
        match self {
            Self::TextToNumber => "a text of digits",
            Self::NumberToText => "a number",
            Self::DateToBasic => "a date as YYYY-MM-DD",
            Self::IntegerToDecimal => "a whole number",
        }
    }

    /// What it becomes, in the words of a step.
    pub const fn to(self) -> &'static str {
        match self {
            Self::TextToNumber => "a number",
            Self::NumberToText => "a text",
            Self::DateToBasic => "a date as YYYYMMDD",
            Self::IntegerToDecimal => "a decimal",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The conversions that are switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coercions {
    on: [bool; Rule::ALL.len()],
}

impl Default for Coercions {
    fn default() -> Self {
        Self::all()
    }
}

impl Coercions {
    pub const fn all() -> Self {
        Self {
            on: [true; Rule::ALL.len()],
        }
    }

    pub const fn none() -> Self {
        Self {
            on: [false; Rule::ALL.len()],
        }
    }

    /// All but one.
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.on[rule as usize] = false;
        self
    }

    /// None but those before and this one.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.on[rule as usize] = true;
        self
    }

    pub fn allow(&self, rule: Rule) -> bool {
        self.on[rule as usize]
    }

    /// Reads a step's `coerce`: `off` for none, or a list of those that are on. `path` is where it
    /// stands.
    pub fn read(json: &Json, path: &str) -> Result<Self, Vec<Problem>> {
        let known = || Rule::ALL.map(Rule::name).join(", ");
        let list = match json {
            Json::Bool(false) => return Ok(Self::none()),
            Json::String(word) if word == "off" => return Ok(Self::none()),
            Json::Array(list) => list,
            _ => {
                let message = "`coerce` is neither `off` nor a list of conversions";
                let cure = format!("leave it out for all, or list some of: {}", known());
                return Err(vec![Problem::error(path, "wrong_coerce", message, cure)]);
            }
        };
        let mut problems = Vec::new();
        let mut on = Self::none();
        for (n, item) in list.iter().enumerate() {
            match item.as_str().and_then(Rule::named) {
                Some(rule) => on = on.with(rule),
                None => problems.push(Problem::error(
                    format!("{path}[{n}]"),
                    "unknown_coercion",
                    format!("there is no conversion {item}"),
                    format!("one of: {}", known()),
                )),
            }
        }
        if problems.is_empty() {
            Ok(on)
        } else {
            Err(problems)
        }
    }
}

/// A conversion that a template makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coercion {
    /// Where, from the document's root: `steps.order.with.lines[].quantity`.
    pub path: String,
    pub rule: Rule,
    /// What is converted, in words.
    pub from: &'static str,
    /// What it becomes, in words.
    pub to: &'static str,
    /// Whether the kinds are known before it runs; else it is made for the values that need it.
    pub certain: bool,
}
