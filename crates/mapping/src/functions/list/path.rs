//! The member of each item that a function looks at.

use crate::number::shorten;
use crate::value::Value;
use rust_decimal::Decimal;
use std::fmt;
use std::sync::Arc;

/// Whether `path` can lead anywhere: names with points between them, or nothing at all.
pub fn check(path: &str) -> Result<(), String> {
    if path.is_empty() || path.split('.').all(|name| !name.trim().is_empty()) {
        return Ok(());
    }
    let shown = shorten(path);
    Err(format!("`{shown}` is no path; write it as tax.amount"))
}

/// The member of `item` that `path` leads to; why not, otherwise.
pub fn member<'a>(item: &'a Value, path: &str) -> Result<&'a Value, String> {
    let mut at = item;
    for name in path.split('.').filter(|_| !path.is_empty()) {
        let found = at.get(name).filter(|value| !value.is_null());
        at = found.ok_or_else(|| match at.as_map() {
            Some(_) => format!("`{}` is missing", shorten(path)),
            None => {
                let (path, name) = (shorten(path), shorten(name));
                format!("`{path}`: {} has no member `{name}`", at.kind())
            }
        })?;
    }
    Ok(at)
}

/// The members of all items; an error says which item has none.
pub fn members<'a>(
    items: &'a [Value],
    path: &'a str,
) -> impl Iterator<Item = Result<(&'a Value, &'a Value), String>> {
    items.iter().enumerate().map(move |(n, item)| {
        let found = member(item, path).map_err(|message| format!("item {n}: {message}"));
        found.map(|member| (item, member))
    })
}

/// What items are told apart by: equal for values that equal each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Bool(bool),
    Number(Decimal),
    Text(Arc<str>),
}

impl Key {
    pub fn of(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(Self::Bool(*value)),
            Value::Text(text) => Ok(Self::Text(Arc::clone(text))),
            value => value.as_decimal().map(Self::Number).ok_or_else(|| {
                format!(
                    "{} is no key: it takes a text, number, true or false",
                    value.kind()
                )
            }),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(text) => f.write_str(&shorten(text)),
        }
    }
}
