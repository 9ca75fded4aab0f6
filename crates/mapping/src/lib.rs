//! The mapping language: formulas (CEL), templates of formulas, and the functions they call.
//!
//! A [`Formula`] is parsed and checked once per version of a flow and evaluated many times. It is
//! pure: no clock, no IO, no map in random order; the same names and facts give the same value,
//! byte for byte. What a formula must ask the outside ([`Fact`]) is named, fetched by the caller,
//! and the formula is evaluated again on the grown [`Facts`].
//!
//! The crate `cel` reads the source (grammar, macros, offsets) in one module, `parse`. The
//! evaluator is ours, because amounts have to stay exact and results have to be repeatable: the
//! crate's own numbers include binary fractions, its map literals iterate in random order, and its
//! functions cannot say "I lack a fact".

pub mod check;
pub mod coercion;
mod complete;
mod eval;
mod expression;
mod fact;
mod formula;
pub mod functions;
mod limits;
mod map;
mod mask;
mod number;
mod parse;
mod parts;
mod path;
pub mod record;
pub mod rules;
mod scan;
mod scope;
mod shape;
pub mod table;
mod template;
mod value;

pub use check::{Checked, Schemas, Type, check, check_against, check_template, schema_of, type_of};
pub use coercion::{Coercion, Coercions, Made};
pub use complete::{Completion, CompletionKind, complete};
pub use fact::{Fact, Facts, Failure, Pick, Stop};
pub use formula::Formula;
pub use functions::{FUNCTIONS, Function, FunctionTable};
pub use mask::Mask;
pub use parts::Worked;
pub use path::{Path, Segment};
pub use rules::{Picked, RuleTable};
pub use scope::{Names, Scope};
pub use shape::Shape;
pub use table::TableDefinition;
pub use template::Template;
pub use value::{Kind, Map, Value, value_map};
