//! A flow document: structured steps, no coordinates, stable ids.
//!
//! A [`Flow`] is a value. It is read from YAML tolerantly: [`parse`] returns what it understood and
//! every [`Problem`](crate::Problem) it met, so that an editor can show all of them at once.
//! [`write`] gives the one text of a flow: reading it gives the flow again, and writing that gives
//! the same bytes.

pub mod diff;
mod document;
mod format;
pub mod limits;
mod places;
mod read;
mod sample;
mod schema;
mod span;
mod start;
mod tree;
mod write;

pub use document::{
    Approve, Body, Branch, Call, Case, Check, Coerce, Each, Else, Flow, Nested, Nesting, OnError,
    Step, StepKind, Steps, Use, Wait,
};
pub use format::{Formatted, MovedComment, OnComment, format};
pub use places::Places;
pub use read::{Read, parse, read};
pub use sample::{Effect, Expected, Given, Sample, parse_sample, write_sample};
pub use schema::schema;
pub use span::{parse_span, say_span, write_span};
pub use start::{EventStart, Input, InputKind, Schedule, Start};
pub use tree::{DIGITS, Tree, read_tree, write_tree};
pub use write::{write, write_steps};
