//! The signature of a function, read from the one line that documents it.
//!
//! `split_lines(text: text, width: int, most?: int) -> list`: a `?` after a parameter's name means
//! that it may be left out, `...` that it may be repeated, and a `?` after a kind that the value
//! may be absent.

use crate::value::Value;
use serde::Serialize;
use std::fmt;

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    pub result: Type,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Type,
    pub may_be_left_out: bool,
    pub repeated: bool,
}

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    pub kind: Kind,
    /// It may be absent.
    pub optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Any,
    Bool,
    Int,
    /// A whole number or a decimal.
    Number,
    Text,
    List,
    Map,
}

impl Kind {
    const ALL: [(&'static str, Self, &'static str); 7] = [
        ("any", Self::Any, "a value"),
        ("bool", Self::Bool, "true or false"),
        ("int", Self::Int, "a whole number"),
        ("number", Self::Number, "a number"),
        ("text", Self::Text, "a text"),
        ("list", Self::List, "a list"),
        ("map", Self::Map, "a map"),
    ];

    /// Whether `value` is of this kind.
    pub fn holds(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => false,
            (Self::Any, _)
            | (Self::Bool, Value::Bool(_))
            | (Self::Int | Self::Number, Value::Int(_))
            | (Self::Number, Value::Decimal(_))
            | (Self::Text, Value::Text(_))
            | (Self::List, Value::List(_))
            | (Self::Map, Value::Map(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.iter().find(|(_, kind, _)| kind == self);
        f.write_str(found.map_or("a value", |(_, _, phrase)| phrase))
    }
}

impl Signature {
    /// Reads `name(a: text, b?: int) -> text`; nothing if it is not one.
    pub fn parse(line: &'static str) -> Option<Self> {
        let (call, result) = line.split_once(" -> ")?;
        let inner = call.split_once('(')?.1.strip_suffix(')')?;
        let parameters = inner.split(", ").filter(|part| !part.is_empty());
        let parameters: Option<Vec<_>> = parameters.map(parameter).collect();
        Some(Self {
            parameters: parameters?,
            result: type_of(result)?,
        })
    }

    /// The parameter that argument `n` goes to.
    pub fn parameter(&self, n: usize) -> Option<&Parameter> {
        let last = self.parameters.last().filter(|p| p.repeated);
        self.parameters.get(n).or(last)
    }

    pub fn takes(&self, count: usize) -> bool {
        let needed = |p: &&Parameter| !p.may_be_left_out;
        let least = self.parameters.iter().filter(needed).count();
        let endless = self.parameters.iter().any(|p| p.repeated);
        count >= least && (endless || count <= self.parameters.len())
    }
}

fn parameter(part: &'static str) -> Option<Parameter> {
    let (name, kind) = part.split_once(": ")?;
    let repeated = name.ends_with("...");
    let name = name.trim_end_matches("...");
    let may_be_left_out = repeated || name.ends_with('?');
    Some(Parameter {
        name: name.trim_end_matches('?'),
        kind: type_of(kind)?,
        may_be_left_out,
        repeated,
    })
}

fn type_of(text: &str) -> Option<Type> {
    let name = text.trim_end_matches('?');
    let (_, kind, _) = Kind::ALL.iter().find(|(known, _, _)| *known == name)?;
    Some(Type {
        kind: *kind,
        optional: text.ends_with('?'),
    })
}
