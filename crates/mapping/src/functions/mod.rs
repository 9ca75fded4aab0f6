//! The functions that formulas call: one self-describing table.
//!
//! Each entry says how it is called, what it means and examples; the examples run as tests. A
//! function is pure; what it needs from outside it asks as a [`Fact`](crate::Fact).

mod address;
mod choice;
mod convert;
mod date;
mod facts;
mod finance;
mod list;
mod money;
mod number;
pub mod signature;
mod text;

use crate::fact::Stop;
use crate::scope::Scope;
use crate::value::Value;
use signature::Signature;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// A function of the mapping language.
#[derive(Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    /// How it is called: see [`signature`].
    pub signature: &'static str,
    /// What it gives, in a sentence or two.
    pub doc: &'static str,
    /// Formulas and their results as JSON; a result that begins with `!` is part of an error.
    pub examples: &'static [(&'static str, &'static str)],
    pub run: fn(&[Value], &Scope<'_>) -> Result<Value, Stop>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signature)
    }
}

/// A function with its signature read.
#[derive(Debug)]
pub struct Entry {
    pub function: Function,
    pub signature: Signature,
}

/// Every function of the language itself.
pub const FUNCTIONS: &[Function] = &[
    money::MONEY,
    money::MINOR,
    finance::POST,
    number::ROUND,
    number::DIV,
    number::ABS,
    number::MIN,
    number::MAX,
    number::SUM,
    convert::NUMBER,
    convert::INT,
    convert::TEXT,
    convert::STRING,
    convert::BOOL,
    date::DATE,
    date::TIME,
    text::UPPER,
    text::LOWER,
    text::UPPER_ASCII,
    text::LOWER_ASCII,
    text::TRIM,
    text::TRUNCATE,
    text::REPLACE,
    text::SPLIT,
    text::SPLIT_LINES,
    text::CONTAINS,
    text::STARTS_WITH,
    text::ENDS_WITH,
    text::MATCHES,
    text::INDEX_OF,
    text::SUBSTRING,
    text::PAD_LEFT,
    list::SIZE,
    list::JOIN,
    list::FLATTEN,
    list::DISTINCT,
    list::SORT,
    list::RANGE,
    list::FIRST,
    list::LAST,
    choice::COALESCE,
    choice::IS_NULL,
    facts::LOOKUP,
    facts::LOOKUP_OR,
    facts::XREF,
    address::ADDRESS,
];

/// The functions that a formula may call, by name.
#[derive(Clone, Debug, Default)]
pub struct FunctionTable {
    entries: BTreeMap<&'static str, Arc<Entry>>,
}

static STANDARD: LazyLock<FunctionTable> =
    LazyLock::new(|| FunctionTable::default().with(FUNCTIONS));

impl FunctionTable {
    /// The functions of the language itself.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// This table and more functions; those replace functions of the same name.
    ///
    /// # Panics
    /// If a signature cannot be read, which is a mistake in the program.
    #[must_use]
    pub fn with(mut self, functions: &[Function]) -> Self {
        for function in functions {
            let signature = Signature::parse(function.signature)
                .unwrap_or_else(|| panic!("`{}` is no signature", function.signature));
            let entry = Entry {
                function: *function,
                signature,
            };
            self.entries.insert(function.name, Arc::new(entry));
        }
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(name)
    }

    /// All functions, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Function> {
        self.entries.values().map(|entry| &entry.function)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.keys().copied()
    }
}

impl Entry {
    /// Checks the arguments against the signature and runs the function.
    pub(crate) fn call(&self, arguments: &[Value], scope: &Scope<'_>) -> Result<Value, Stop> {
        for (n, value) in arguments.iter().enumerate() {
            let Some(parameter) = self.signature.parameter(n) else {
                break;
            };
            let absent = value.is_null() && parameter.kind.optional;
            if !absent && !parameter.kind.kind.holds(value) {
                return Err(Stop::failed(format!(
                    "{}: `{}` must be {}, it is {}",
                    self.function.name,
                    parameter.name,
                    parameter.kind.kind,
                    value.kind()
                )));
            }
        }
        (self.function.run)(arguments, scope)
    }
}

/// Why a constant argument can never work: a pattern or a time zone that does not exist.
pub(crate) fn refuse_constant(name: &str, n: usize, text: &str) -> Option<(String, &'static str)> {
    match (name, n) {
        ("matches", 1) => text::pattern(text)
            .err()
            .map(|message| (message, "write a regular expression in RE2 syntax")),
        ("date" | "time", 1) => date::zone(text).err().map(|message| {
            (
                message,
                "use company.books_zone, or a name as Europe/Stockholm",
            )
        }),
        ("money" | "minor", 1) => money::currency(text)
            .err()
            .map(|message| (message, "use the code of ISO 4217, such as EUR")),
        _ => None,
    }
}

/// What an argument has to be was checked before the function ran, by its signature; these read it.
pub(crate) fn text(arguments: &[Value], n: usize) -> &str {
    arguments
        .get(n)
        .and_then(Value::as_text)
        .unwrap_or_default()
}

pub(crate) fn list(arguments: &[Value], n: usize) -> &[Value] {
    arguments
        .get(n)
        .and_then(Value::as_list)
        .unwrap_or_default()
}

pub(crate) fn int(arguments: &[Value], n: usize) -> Option<i64> {
    arguments.get(n).and_then(Value::as_int)
}

/// A whole number of at least 0, such as a length.
pub(crate) fn length(name: &str, arguments: &[Value], n: usize) -> Result<usize, Stop> {
    let number = int(arguments, n).unwrap_or_default();
    usize::try_from(number).map_err(|_| {
        Stop::failed(format!(
            "{name}: {number} is no length; it must be 0 or more"
        ))
    })
}

/// An error of the function `name`.
pub(crate) fn fail(name: &str) -> impl Fn(String) -> Stop {
    move |message| Stop::failed(format!("{name}: {message}"))
}
