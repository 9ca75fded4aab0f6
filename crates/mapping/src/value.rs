//! What a formula computes with. Numbers are exact: there is no binary fraction.

use crate::limits;
pub use crate::map::Map;
use crate::shape::Shape;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;

/// A value of a formula. Copies are cheap: everything large is shared.
///
/// `Int` and `Decimal` are one kind of number: they add, compare and equal each other.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing: an absent optional, an unknown cross reference, a null item of a list. A null
    /// member of a document is left out instead.
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Text(Arc<str>),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
}

/// What a value is, for messages and for the signatures of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Int,
    Decimal,
    Text,
    List,
    Map,
}

impl Kind {
    /// With its article, as it stands in a sentence.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Decimal => "a decimal",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.phrase())
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A map of the members that have a value.
    pub fn map(members: impl IntoIterator<Item = (impl AsRef<str>, Value)>) -> Self {
        let members = members.into_iter().filter(|(_, value)| !value.is_null());
        Self::Map(Arc::new(
            members
                .map(|(name, value)| (Arc::from(name.as_ref()), value))
                .collect(),
        ))
    }

    pub const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Decimal(_) => Kind::Decimal,
            Self::Text(_) => Kind::Text,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
        }
    }

    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, whichever way it is held.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(value) => Some(Decimal::from(*value)),
            Self::Decimal(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The member `name` of a map, if it is one and has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_map()?.get(name)
    }

    /// The value that `pointer` names (RFC 6901, members only, without escapes), if it is there.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        let names = pointer.split('/').skip(1);
        names
            .into_iter()
            .try_fold(self, |value, name| value.get(name))
    }

    /// Presents a JSON document to formulas: members that are null are left out, whole numbers
    /// become `Int`, numbers beyond 64 bits or with a fraction become `Decimal` by their text, and
    /// so do texts where `shape` says that they are decimals.
    ///
    /// Fails, with a path, on a text that should be a decimal and is none, on a fraction whose
    /// digits the JSON reader may already have rounded (more than 15), and on a document that is
    /// nested too deeply.
    pub fn from_json(json: &Json, shape: &Shape) -> Result<Self, String> {
        present(json, shape.root(), limits::DOCUMENT_DEPTH)
            .map_err(|fault| format!("{}: {}", fault.path(), fault.message))
    }

    /// The same for a document that is not needed any more: its parts are freed as they are
    /// presented, so that a long list does not stand in memory twice.
    pub fn take_json(json: Json, shape: &Shape) -> Result<Self, String> {
        present_owned(json, shape.root(), limits::DOCUMENT_DEPTH, &mut Vec::new())
            .map_err(|fault| format!("{}: {}", fault.path(), fault.message))
    }

    /// As JSON. A decimal becomes a text with all its digits: `"12.30"`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Decimal(value) => Json::String(value.to_string()),
            Self::Text(text) => Json::String(text.as_ref().to_owned()),
            Self::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Self::Map(members) => Json::Object(
                members
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| (name.as_ref().to_owned(), value.to_json()))
                    .collect(),
            ),
        }
    }
}

/// What a document could not be presented for; the path is put together on the way out.
struct Fault {
    at: Vec<String>,
    message: String,
}

impl Fault {
    fn new(message: String) -> Self {
        Self {
            at: Vec::new(),
            message,
        }
    }

    fn within(mut self, name: String) -> Self {
        self.at.push(name);
        self
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (n, part) in self.at.iter().rev().enumerate() {
            if n > 0 && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
        }
        path
    }
}

fn present(json: &Json, shape: crate::shape::Place<'_>, depth: usize) -> Result<Value, Fault> {
    if depth == 0 {
        let most = limits::DOCUMENT_DEPTH;
        return Err(Fault::new(format!("nested more than {most} deep")));
    }
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) if shape.is_decimal() => Value::Decimal(Decimal::from(value)),
            Some(value) => Value::Int(value),
            None => Value::Decimal(crate::number::from_json_number(number).map_err(Fault::new)?),
        },
        Json::String(text) if shape.is_decimal() => {
            Value::Decimal(crate::number::parse(text).map_err(Fault::new)?)
        }
        Json::String(text) => Value::text(text),
        Json::Array(items) => {
            let inner = shape.item();
            let items = items.iter().enumerate();
            let items: Result<Vec<_>, _> = items
                .map(|(n, item)| {
                    present(item, inner, depth - 1).map_err(|f| f.within(format!("[{n}]")))
                })
                .collect();
            Value::list(items?)
        }
        Json::Object(members) => {
            let mut map = Map::with_capacity(members.len());
            for (name, member) in members.iter().filter(|(_, member)| !member.is_null()) {
                let value = present(member, shape.member(name), depth - 1)
                    .map_err(|f| f.within(name.clone()))?;
                map.insert(Arc::from(name.as_str()), value);
            }
            Value::Map(Arc::new(map))
        }
    })
}

fn present_owned(
    json: Json,
    shape: crate::shape::Place<'_>,
    depth: usize,
    names: &mut Vec<Arc<str>>,
) -> Result<Value, Fault> {
    match json {
        Json::Array(items) if depth > 0 => {
            let mut list = Vec::with_capacity(items.len());
            for (n, item) in items.into_iter().enumerate() {
                let value = present_owned(item, shape.item(), depth - 1, names);
                list.push(value.map_err(|f| f.within(format!("[{n}]")))?);
            }
            Ok(Value::list(list))
        }
        Json::Object(members) if depth > 0 => {
            let mut map = Map::with_capacity(members.len());
            for (name, member) in members.into_iter().filter(|(_, m)| !m.is_null()) {
                let value = present_owned(member, shape.member(&name), depth - 1, names);
                let value = value.map_err(|f| f.within(name.clone()))?;
                map.insert(shared_name(names, &name), value);
            }
            Ok(Value::Map(Arc::new(map)))
        }
        other => present(&other, shape, depth),
    }
}

/// The items of a list have members of the same names: each is kept once.
fn shared_name(names: &mut Vec<Arc<str>>, name: &str) -> Arc<str> {
    const NAMES_MAX: usize = 32;
    if let Some(known) = names.iter().find(|known| ***known == *name) {
        return Arc::clone(known);
    }
    let new: Arc<str> = Arc::from(name);
    if names.len() < NAMES_MAX {
        names.push(Arc::clone(&new));
    }
    new
}

/// Numbers equal by amount, everything else by kind and content. What CEL calls heterogeneous
/// equality: a text never equals a number, and asking is no error.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => match (self.as_decimal(), other.as_decimal()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Decimal(value)
    }
}

/// The members of a JSON object, with its nulls, as attributes for [`crate::RuleTable::pick`].
///
/// # Errors
/// If it is no object, or a member cannot be presented.
pub fn value_map(json: &Json) -> Result<Map, String> {
    let members = json.as_object().ok_or("the attributes are a map")?;
    let present = |(name, member): (&String, &Json)| {
        let value = Value::from_json(member, &Shape::plain())?;
        Ok((Arc::from(name.as_str()), value))
    };
    members.iter().map(present).collect()
}
