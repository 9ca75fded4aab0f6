//! A type as editors show it.

use super::known::Known;
use crate::functions::signature::Kind;
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt;

/// What is known of a value: its kind in words, and all else as a JSON schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Type {
    /// The kind, `Any` if nothing is known or it may be of several.
    pub kind: Kind,
    /// It may be absent.
    pub optional: bool,
    /// Members, items, lengths, words.
    pub schema: Json,
}

impl Type {
    pub(crate) fn of(known: &Known<'_>, optional: bool) -> Self {
        Self {
            kind: known.kind().unwrap_or(Kind::Any),
            optional,
            schema: known.to_schema(),
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.schema.get(key)?.as_u64()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = self.schema.get("format").and_then(Json::as_str);
        match (self.kind, format) {
            (Kind::Text, Some("date")) => f.write_str("a date (YYYY-MM-DD)")?,
            (Kind::Text, Some("date-basic")) => f.write_str("a date (YYYYMMDD)")?,
            (Kind::Text, Some("currency")) => f.write_str("a currency code")?,
            (kind, _) => write!(f, "{kind}")?,
        }
        if let (Kind::Text, Some(most), None) = (self.kind, self.number("maxLength"), format) {
            write!(f, " of at most {most} characters")?;
        }
        if self.optional {
            f.write_str(" that may be absent")?;
        }
        Ok(())
    }
}
