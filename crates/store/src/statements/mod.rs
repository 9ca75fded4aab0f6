//! All SQL, as one table of statements.
//!
//! Text is shared where the dialects agree. Statements that are executed for each of many rows
//! differ in shape: SQLite repeats a prepared statement, PostgreSQL takes one array per parameter
//! and joins `unnest`. Rules for shared text: time is a parameter, `CAST(x AS type)` and never
//! `::`, no JSON operators, flags as integers.

pub mod account;
pub mod audit;
pub mod completeness;
pub mod deploy;
pub mod effect;
pub mod event;
pub mod list;
pub mod lookup;
pub mod repair;
pub mod run;
pub mod settings;
pub mod subledger;
pub mod tag;
#[cfg(test)]
mod tests;
pub mod what_if;

use std::fmt::Write as _;

/// Whether a statement runs for every event or run. A hot one may not scan a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heat {
    Hot,
    Cold,
}

/// How often it is executed per call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    One,
    /// For each row of the parameters.
    Each,
}

/// The type of a column that is inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Int,
    Text,
    Blob,
}

enum Text {
    Shared(&'static str),
    Pair {
        sqlite: &'static str,
        postgres: &'static str,
    },
    Insert {
        table: &'static str,
        columns: &'static [(&'static str, Type)],
        tail: &'static str,
        /// The column of the rows that were inserted that it answers with.
        answer: Option<&'static str>,
    },
}

/// A statement: its name, which is unique, and its text.
pub struct Statement {
    pub name: &'static str,
    /// Only tests read it: they refuse a hot statement that scans a table.
    pub heat: Heat,
    pub mode: Mode,
    text: Text,
}

impl Statement {
    const fn one(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            heat: Heat::Cold,
            mode: Mode::One,
            text: Text::Shared(text),
        }
    }

    const fn one_pair(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            name,
            heat: Heat::Cold,
            mode: Mode::One,
            text: Text::Pair { sqlite, postgres },
        }
    }

    const fn one_hot(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            heat: Heat::Hot,
            mode: Mode::One,
            text: Text::Shared(text),
        }
    }

    const fn each(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            name,
            heat: Heat::Cold,
            mode: Mode::Each,
            text: Text::Pair { sqlite, postgres },
        }
    }

    const fn each_hot(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            name,
            heat: Heat::Hot,
            mode: Mode::Each,
            text: Text::Pair { sqlite, postgres },
        }
    }

    const fn insert(
        name: &'static str,
        table: &'static str,
        columns: &'static [(&'static str, Type)],
        tail: &'static str,
    ) -> Self {
        let text = Text::Insert {
            table,
            columns,
            tail,
            answer: None,
        };
        Self {
            name,
            heat: Heat::Hot,
            mode: Mode::Each,
            text,
        }
    }

    /// Inserts what `conflict` does not pass over, and answers with one column of what it inserted.
    const fn insert_new(
        name: &'static str,
        table: &'static str,
        columns: &'static [(&'static str, Type)],
        conflict: &'static str,
        answer: &'static str,
    ) -> Self {
        let text = Text::Insert {
            table,
            columns,
            tail: conflict,
            answer: Some(answer),
        };
        Self {
            name,
            heat: Heat::Hot,
            mode: Mode::Each,
            text,
        }
    }

    /// Which parameter of a row that was inserted is the answer. SQLite's `RETURNING` would keep
    /// all rows in a table of its own and make every insert one that can be taken back.
    pub fn answer_at(&self) -> Option<usize> {
        let Text::Insert {
            columns,
            answer: Some(answer),
            ..
        } = &self.text
        else {
            return None;
        };
        columns.iter().position(|(name, _)| name == answer)
    }

    /// The text for SQLite: `?1`, because SQLite takes `$1` for a *name* and numbers names by
    /// first appearance.
    pub fn sqlite(&self) -> String {
        match &self.text {
            Text::Shared(text) | Text::Pair { sqlite: text, .. } => text.replace('$', "?"),
            Text::Insert {
                table,
                columns,
                tail,
                ..
            } => {
                let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
                format!(
                    "INSERT INTO {table}({}) VALUES({}) {tail}",
                    names(columns),
                    places.join(", ")
                )
            }
        }
    }

    /// The text for PostgreSQL.
    pub fn postgres(&self) -> String {
        match &self.text {
            Text::Shared(text) | Text::Pair { postgres: text, .. } => (*text).to_owned(),
            Text::Insert {
                table,
                columns,
                tail,
                answer,
            } => {
                let mut arrays = String::new();
                for (n, (_, kind)) in columns.iter().enumerate() {
                    let kind = match kind {
                        Type::Int => "BIGINT",
                        Type::Text => "TEXT",
                        Type::Blob => "BYTEA",
                    };
                    let comma = if n == 0 { "" } else { ", " };
                    let place = n + 1;
                    write!(arrays, "{comma}CAST(${place} AS {kind}[])")
                        .expect("a string takes all that is written");
                }
                let names = names(columns);
                let insert = format!("INSERT INTO {table}({names}) SELECT * FROM unnest({arrays})");
                match answer {
                    Some(answer) => format!("{insert} {tail} RETURNING {answer}"),
                    None => format!("{insert} {tail}"),
                }
            }
        }
    }
}

fn names(columns: &[(&str, Type)]) -> String {
    columns
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Declares statements and the list of all of a module's.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $make:ident($($arg:expr),* $(,)?);)*) => {
        $($(#[$meta])*
        pub const $name: $crate::statements::Statement =
            $crate::statements::Statement::$make(stringify!($name), $($arg),*);)*
        /// All of this module's.
        pub const ALL: &[&$crate::statements::Statement] = &[$(&$name),*];
    };
}
use statements;

/// Every statement of the store.
pub const STATEMENTS: &[&[&Statement]] = &[
    account::ALL,
    audit::ALL,
    completeness::ALL,
    deploy::ALL,
    effect::ALL,
    event::ALL,
    list::ALL,
    lookup::ALL,
    repair::ALL,
    run::ALL,
    settings::ALL,
    subledger::ALL,
    tag::ALL,
    what_if::ALL,
];

/// Every statement of the store, one after the other.
pub fn all() -> impl Iterator<Item = &'static Statement> {
    STATEMENTS.iter().copied().flatten().copied()
}
