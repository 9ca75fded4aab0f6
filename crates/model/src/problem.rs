//! What is wrong with a document that a person wrote: all of it at once, each with its cure.

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Warning,
    Error,
}

/// A place in a text; both count from 1, columns in characters.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// One problem of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Problem {
    pub severity: Severity,
    /// Where, from the document's root: `steps.order.with.currency`.
    pub path: String,
    /// Where in the text, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Stable, for machines: `unknown_operation`.
    pub code: String,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

impl Problem {
    pub fn error(
        path: impl Into<String>,
        code: &str,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            path: path.into(),
            place: None,
            code: code.into(),
            message: message.into(),
            cure: cure.into(),
        }
    }

    pub fn warning(
        path: impl Into<String>,
        code: &str,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, code, message, cure)
        }
    }

    /// The same problem, with its place in the text.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The most problems of one document that are told.
pub const PROBLEMS_MAX: usize = 1_000;

/// Leaves the first problems, and says so if there were more. Errors stay errors: where one is left
/// out, the last is one.
pub fn keep_the_first(problems: &mut Vec<Problem>) {
    if problems.len() <= PROBLEMS_MAX {
        return;
    }
    let rest = problems.split_off(PROBLEMS_MAX - 1);
    let message = format!("there are {} more problems", rest.len());
    let cure = "cure these first";
    problems.push(if rest.iter().any(Problem::is_error) {
        Problem::error("", "too_many_problems", message, cure)
    } else {
        Problem::warning("", "too_many_problems", message, cure)
    });
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        if let Some(place) = self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{kind}: ")?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        if !self.cure.is_empty() {
            write!(f, "\n  cure: {}", self.cure)?;
        }
        Ok(())
    }
}
