//! Tables that formulas look values up in: what their columns are, what a row may be, how a table
//! is read from and written to CSV, and what a change would change.
//!
//! Two kinds: of *rows*, found by their key (`lookup`), and of *rules*, found by what their
//! conditions say of some attributes (`derive`, see [`crate::rules`]). A row is valid from a day on
//! until the next row of its key, or until it is ended. All of it is pure: the caller brings what
//! is stored.

mod cell;
mod check;
pub mod day;
pub mod key;
mod row;
pub mod sheet;
pub mod timeline;

pub use cell::shown;
pub use row::Cells;
pub use timeline::{Change, Diff, Point};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The most columns that a table has.
pub const COLUMNS_MAX: usize = 50;
/// The longest text of a cell, in characters, unless the column says less.
pub const TEXT_MAX: usize = 1_000;
/// The most rows of a table of rules: all are looked at for one event.
pub const RULES_MAX: usize = 10_000;
/// The most rows of a table of rows.
pub const ROWS_MAX: usize = 100_000;

/// The name of a rule's own column in files and of the part of its key.
pub const RULE: &str = "rule";
/// The column of a rule's priority: rules with a lower number come first; 0 if it is left out.
pub const PRIORITY: &str = "priority";
/// The only column of a table whose rows are bare values.
pub const VALUE: &str = "value";
pub const VALID_FROM: &str = "valid_from";
pub const VALID_TO: &str = "valid_to";

/// How the rows of a table are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// By their key: `lookup`.
    #[default]
    Rows,
    /// By their conditions: `derive`.
    Rules,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    #[default]
    Text,
    /// A whole number of 64 bits.
    Number,
    /// An exact decimal; it keeps its digits: `12.30`.
    Decimal,
    Bool,
    /// `YYYY-MM-DD`.
    Date,
    /// One of a closed list.
    Code,
}

impl ColumnKind {
    pub const ALL: [(&'static str, Self); 6] = [
        ("text", Self::Text),
        ("number", Self::Number),
        ("decimal", Self::Decimal),
        ("bool", Self::Bool),
        ("date", Self::Date),
        ("code", Self::Code),
    ];

    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, kind)| *kind == self);
        found.map_or("", |(name, _)| name)
    }
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: ColumnKind,
    /// Whether every row has a value in it. Key columns always have one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What a code may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

impl Column {
    /// A text column that may be empty.
    pub fn text(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// What a table is: its kind and its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDefinition {
    #[serde(default)]
    pub kind: TableKind,
    /// What the rows of a table of rows are found by, in the order of the key's parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Column>,
    /// What the conditions of a table of rules ask for: the attributes by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Column>,
    /// What a row gives. A single column `value` makes rows bare values instead of maps.
    pub columns: Vec<Column>,
}

impl TableDefinition {
    /// Whether a row is a bare value.
    pub fn is_bare(&self) -> bool {
        self.columns.len() == 1 && self.columns[0].name == VALUE
    }

    /// The names of the key's parts, as a file has them.
    pub fn key_names(&self) -> Vec<&str> {
        match self.kind {
            TableKind::Rows => self.keys.iter().map(|c| c.name.as_str()).collect(),
            TableKind::Rules => vec![RULE],
        }
    }

    /// The names of all cells that are not the key, in the order of a file.
    pub fn cell_names(&self) -> Vec<&str> {
        let values = self.columns.iter().map(|c| c.name.as_str());
        match self.kind {
            TableKind::Rows => values.collect(),
            TableKind::Rules => std::iter::once(PRIORITY)
                .chain(self.conditions.iter().map(|c| c.name.as_str()))
                .chain(values)
                .collect(),
        }
    }

    /// The JSON schema of what a row gives, for the shape of its value and for checks.
    pub fn schema(&self) -> Json {
        let of = |column: &Column| match column.kind {
            ColumnKind::Text => {
                json!({"type": "string", "maxLength": column.max_length.unwrap_or(TEXT_MAX)})
            }
            ColumnKind::Code => json!({"type": "string", "enum": column.codes}),
            ColumnKind::Date => json!({"type": "string", "format": "date"}),
            ColumnKind::Number => json!({"type": "integer"}),
            ColumnKind::Decimal => json!({"type": "string", "format": "decimal"}),
            ColumnKind::Bool => json!({"type": "boolean"}),
        };
        if self.is_bare() {
            return of(&self.columns[0]);
        }
        let properties: serde_json::Map<String, Json> = self
            .columns
            .iter()
            .map(|column| (column.name.clone(), of(column)))
            .collect();
        let required: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| column.required)
            .map(|column| column.name.as_str())
            .collect();
        json!({"type": "object", "properties": properties, "required": required})
    }
}
