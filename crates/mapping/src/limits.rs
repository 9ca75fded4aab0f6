//! How large a formula, its work and its result may be. Measured starting points, not promises.

/// The longest source of one formula, in bytes.
pub const SOURCE_BYTES: usize = 4 * 1024;
/// The deepest nesting of a formula.
pub const DEPTH: usize = 96;
/// How deep `map`, `filter`, `all` and `exists` may be nested in one another.
pub const COMPREHENSIONS: usize = 2;
/// The longest list that a formula goes through or builds.
pub const LIST_ITEMS: usize = 10_000;
/// The largest text that a formula builds, and the largest result of a template, in bytes.
pub const OUTPUT_BYTES: usize = 1 << 20;
/// The most operations of one evaluation: bounds nested lists in time.
pub const OPERATIONS: u32 = 2_000_000;
/// The most operations of a template: bounds a list mapping whose every item is costly.
pub const TEMPLATE_OPERATIONS: u32 = 4 * OPERATIONS;
/// The operations that a call of a function counts as, besides what it reads and makes.
pub const CALL: usize = 8;
/// The deepest JSON document that is presented to formulas.
pub const DOCUMENT_DEPTH: usize = 128;
