//! The functions that formulas call: one self-describing table.
//!
//! Each entry says how it is called, what it means and examples; the examples run as tests. A
//! function is pure; what it needs from outside it asks as a [`Fact`](crate::Fact).
//!
//! Names of parameters are words with one meaning: what is called `zone`, `currency` or `format` is
//! one in every function, and a constant that can never be one is refused before anything runs
//! (`constant`).

mod address;
mod choice;
mod constant;
mod convert;
mod date;
mod facts;
mod finance;
mod list;
mod locale;
mod map;
mod money;
mod name;
mod number;
mod payment_method;
mod phone;
mod read;
pub mod reference;
pub mod signature;
mod text;

pub(crate) use constant::refuse_constant;

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

/// Functions about one thing.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub title: &'static str,
    pub functions: &'static [Function],
}

/// Every function of the language itself, by what it is about. One more function is one more line.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Money",
        functions: &[
            money::MONEY,
            money::MINOR,
            money::CHARGE_MINOR,
            money::PAYOUT_MINOR,
            money::DECIMALS,
            money::ISO_MONEY,
            money::ISO_MINOR,
            money::ISO_DECIMALS,
            money::ALLOCATE,
            money::CONVERT,
            money::AMOUNT_IN_WORDS,
            payment_method::PAYMENT_METHOD,
            finance::POST,
        ],
    },
    Section {
        title: "Numbers",
        functions: &[
            number::ROUND,
            number::DIV,
            number::ABS,
            number::MIN,
            number::MAX,
            list::SUM,
            list::SUM_BY,
        ],
    },
    Section {
        title: "From one kind to another",
        functions: &[
            convert::NUMBER,
            convert::INT,
            convert::TEXT,
            convert::STRING,
            convert::BOOL,
            read::PARSE_NUMBER,
            read::PARSE_BOOL,
        ],
    },
    Section {
        title: "Dates and times",
        functions: &[
            date::DATE,
            date::TIME,
            date::TIMESTAMP,
            date::MOMENT,
            date::PARSE_DATE,
            date::FORMAT_DATE,
            date::ADD_DAYS,
            date::ADD_MONTHS,
            date::START_OF_MONTH,
            date::END_OF_MONTH,
            date::DAYS_BETWEEN,
            date::WEEKDAY,
            date::ISO_WEEK,
            date::IS_BUSINESS_DAY,
            date::NEXT_BUSINESS_DAY,
            date::ADD_BUSINESS_DAYS,
            date::FISCAL_PERIOD,
        ],
    },
    Section {
        title: "Texts",
        functions: &[
            text::UPPER,
            text::LOWER,
            text::UPPER_ASCII,
            text::LOWER_ASCII,
            text::TITLE,
            text::TRIM,
            text::COLLAPSE,
            text::TRUNCATE,
            text::FITS,
            text::LEFT,
            text::RIGHT,
            text::SUBSTRING,
            text::BEFORE,
            text::AFTER,
            text::BEFORE_LAST,
            text::AFTER_LAST,
            text::REPLACE,
            text::SPLIT,
            text::SPLIT_LINES,
            text::WORDS,
            text::INITIALS,
            text::DIGITS,
            text::PAD_LEFT,
            text::PAD_RIGHT,
            text::CONTAINS,
            text::STARTS_WITH,
            text::ENDS_WITH,
            text::INDEX_OF,
            text::MATCHES,
            text::EXTRACT,
            text::EXTRACT_ALL,
            text::REPLACE_PATTERN,
            text::ASCII,
            text::SLUG,
            text::SHA256,
        ],
    },
    Section {
        title: "Lists and maps",
        functions: &[
            list::SIZE,
            list::JOIN,
            list::FLATTEN,
            list::DISTINCT,
            list::SORT,
            list::SORT_BY,
            list::REVERSE,
            list::RANGE,
            list::FIRST,
            list::LAST,
            list::TAKE,
            list::FIND,
            list::GROUP_BY,
            list::INDEX_BY,
            list::UNIQUE_BY,
            list::ZIP,
            list::CHUNK,
            map::KEYS,
            map::VALUES,
            map::ENTRIES,
            map::MERGE,
            map::PICK,
            map::WITHOUT,
        ],
    },
    Section {
        title: "Choices",
        functions: &[
            choice::COALESCE,
            choice::IS_NULL,
            choice::IS_BLANK,
            choice::FIRST_FILLED,
            choice::SWITCH,
            choice::ONE_OF,
        ],
    },
    Section {
        title: "Tables and cross references",
        functions: &[facts::LOOKUP, facts::LOOKUP_OR, facts::XREF],
    },
    Section {
        title: "Addresses, names and telephones",
        functions: &[
            address::ADDRESS,
            address::NORMAL_ADDRESS,
            address::MISSING_PARTS,
            address::FIT_ADDRESS,
            address::ADDRESS_FOR,
            address::ADDRESS_LINES,
            address::COUNTRY,
            address::COUNTRY_ALPHA3,
            address::COUNTRY_NAME,
            address::STATE_CODE,
            address::STATE_NAME,
            address::POSTAL_CODE,
            name::PERSON_NAME,
            name::NAME_KEY,
            phone::PHONE,
        ],
    },
];

/// Every function of the language itself, in the order of [`SECTIONS`].
pub const FUNCTIONS: &[Function] = &all();

const fn count() -> usize {
    let (mut section, mut count) = (0, 0);
    while section < SECTIONS.len() {
        count += SECTIONS[section].functions.len();
        section += 1;
    }
    count
}

const fn all() -> [Function; count()] {
    let mut all = [SECTIONS[0].functions[0]; count()];
    let (mut section, mut at) = (0, 0);
    while section < SECTIONS.len() {
        let functions = SECTIONS[section].functions;
        let mut n = 0;
        while n < functions.len() {
            all[at] = functions[n];
            (at, n) = (at + 1, n + 1);
        }
        section += 1;
    }
    all
}

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

/// What an argument has to be was checked before the function ran, by its signature; these read it.
pub(crate) fn text(arguments: &[Value], n: usize) -> &str {
    arguments
        .get(n)
        .and_then(Value::as_text)
        .unwrap_or_default()
}

/// A text that may be left out.
pub(crate) fn optional_text(arguments: &[Value], n: usize) -> Option<&str> {
    arguments.get(n).and_then(Value::as_text)
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
