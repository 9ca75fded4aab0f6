//! A flow document: structured steps, no coordinates, stable ids.
//!
//! A [`Flow`] is a value. It is read from YAML tolerantly: [`parse`] returns what it understood and
//! every [`Problem`](crate::Problem) it met, so that an editor can show all of them at once.

mod document;
mod parse;

pub use document::{Case, Check, Else, Flow, Step, StepKind, Wait};
pub use parse::{parse, parse_span};
