//! Values on their way into a statement and cells on their way out.
//!
//! Both databases are spoken to in four kinds of value, so that the code above knows neither.

use crate::error::{Error, Result};
use std::borrow::Cow;

/// A parameter, borrowed from whoever calls.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a Cow<'static, str>> for Value<'a> {
    fn from(value: &'a Cow<'static, str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a> From<&'a vault::Sealed> for Value<'a> {
    fn from(value: &'a vault::Sealed) -> Self {
        Self::Blob(&value.0)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Turns a list of anything that can be a parameter into parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// A stored value, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<Value<'_>> for Cell {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(value) => Self::Int(value),
            Value::Text(value) => Self::Text(value.to_owned()),
            Value::Blob(value) => Self::Blob(value.to_vec()),
        }
    }
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// Reads the cells from the first to the last; `table` is named if one is not as it should be.
    pub fn read(self, table: &'static str) -> Reader {
        let row = match self.0.first() {
            Some(Cell::Int(id)) => *id,
            _ => 0,
        };
        Reader {
            table,
            row,
            cells: self.0.into_iter(),
        }
    }

    /// The integer at `at`; for statements that answer with integers alone.
    pub fn int(&self, at: usize) -> Result<i64> {
        match self.0.get(at) {
            Some(Cell::Int(value)) => Ok(*value),
            other => Err(Error::Corrupt {
                table: "?",
                row: String::new(),
                reason: format!("expected an integer at {at}, found {}", kind(other)),
            }),
        }
    }
}

/// Takes a row apart.
pub struct Reader {
    table: &'static str,
    row: i64,
    cells: std::vec::IntoIter<Cell>,
}

impl Reader {
    /// An error that names this row.
    pub fn corrupt(&self, reason: impl Into<String>) -> Error {
        Error::Corrupt {
            table: self.table,
            row: self.row.to_string(),
            reason: reason.into(),
        }
    }

    fn wrong(&self, wanted: &str, found: Option<&Cell>) -> Error {
        self.corrupt(format!("expected {wanted}, found {}", kind(found)))
    }

    pub fn opt_int(&mut self) -> Result<Option<i64>> {
        match self.cells.next() {
            Some(Cell::Int(value)) => Ok(Some(value)),
            Some(Cell::Null) => Ok(None),
            other => Err(self.wrong("an integer", other.as_ref())),
        }
    }

    pub fn int(&mut self) -> Result<i64> {
        self.opt_int()?
            .ok_or_else(|| self.wrong("an integer", Some(&Cell::Null)))
    }

    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    pub fn opt_text(&mut self) -> Result<Option<String>> {
        match self.cells.next() {
            Some(Cell::Text(value)) => Ok(Some(value)),
            Some(Cell::Null) => Ok(None),
            other => Err(self.wrong("text", other.as_ref())),
        }
    }

    pub fn text(&mut self) -> Result<String> {
        self.opt_text()?
            .ok_or_else(|| self.wrong("text", Some(&Cell::Null)))
    }

    pub fn opt_blob(&mut self) -> Result<Option<Vec<u8>>> {
        match self.cells.next() {
            Some(Cell::Blob(value)) => Ok(Some(value)),
            Some(Cell::Null) => Ok(None),
            other => Err(self.wrong("bytes", other.as_ref())),
        }
    }

    pub fn blob(&mut self) -> Result<Vec<u8>> {
        self.opt_blob()?
            .ok_or_else(|| self.wrong("bytes", Some(&Cell::Null)))
    }

    /// A SHA-256.
    pub fn digest(&mut self) -> Result<[u8; 32]> {
        let bytes = self.blob()?;
        bytes
            .try_into()
            .map_err(|_| self.corrupt("a digest has 32 bytes"))
    }

    /// Text that names one of a closed list.
    pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self) -> Result<T> {
        let text = self.text()?;
        text.parse().map_err(|e| self.corrupt(format!("{e}")))
    }

    /// A fault: its class and message, both absent if there is none.
    pub fn fault(&mut self) -> Result<Option<(model::FaultClass, String)>> {
        let class = self.opt_text()?;
        let message = self.opt_text()?;
        let Some(class) = class else { return Ok(None) };
        let class = class.parse().map_err(|e: String| self.corrupt(e))?;
        Ok(Some((class, message.unwrap_or_default())))
    }
}

fn kind(cell: Option<&Cell>) -> &'static str {
    match cell {
        None => "no column",
        Some(Cell::Null) => "nothing",
        Some(Cell::Int(_)) => "an integer",
        Some(Cell::Text(_)) => "text",
        Some(Cell::Blob(_)) => "bytes",
    }
}
