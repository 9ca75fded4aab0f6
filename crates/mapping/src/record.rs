//! Values kept as they are: JSON in which decimals stay decimals.
//!
//! [`Value::to_json`] writes a decimal as a text, and only a schema tells it from a text when it
//! is read back. A record needs no schema: a decimal is `{"=decimal": "12.30"}`.

use crate::value::Value;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;

const DECIMAL: &str = "=decimal";
/// Around a map that would be read as something else.
const MAP: &str = "=map";

/// A value as its record is written.
pub struct Record<'a>(pub &'a Value);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => out.serialize_unit(),
            Value::Bool(value) => out.serialize_bool(*value),
            Value::Int(value) => out.serialize_i64(*value),
            Value::Text(text) => out.serialize_str(text),
            Value::Decimal(value) => one(out, DECIMAL, &value.to_string()),
            Value::List(items) => {
                let mut list = out.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(&Record(item))?;
                }
                list.end()
            }
            Value::Map(members) => {
                let mut names = members.keys();
                if let (Some(only), None) = (names.next(), names.next())
                    && matches!(&**only, DECIMAL | MAP)
                {
                    return one(out, MAP, &Members(members));
                }
                Members(members).serialize(out)
            }
        }
    }
}

fn one<S: Serializer>(out: S, name: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

struct Members<'a>(&'a crate::map::Map);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (name, member) in self.0 {
            map.serialize_entry(&**name, &Record(member))?;
        }
        map.end()
    }
}

/// Reads what [`Record`] wrote.
///
/// # Errors
/// If it is no record: damaged, or written by something else.
pub fn read(record: &Json) -> Result<Value, String> {
    Ok(match record {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::text(text),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Decimal(crate::number::from_json_number(number)?),
        },
        Json::Array(items) => Value::list(items.iter().map(read).collect::<Result<_, _>>()?),
        Json::Object(members) => {
            let only = members.iter().next().filter(|_| members.len() == 1);
            match only {
                Some((name, Json::String(text))) if name == DECIMAL => {
                    Value::Decimal(crate::number::parse(text)?)
                }
                Some((name, Json::Object(inner))) if name == MAP => map(inner)?,
                _ => map(members)?,
            }
        }
    })
}

fn map(members: &serde_json::Map<String, Json>) -> Result<Value, String> {
    let members = members
        .iter()
        .map(|(name, member)| Ok((name, read(member)?)));
    Ok(Value::map(members.collect::<Result<Vec<_>, String>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn what_is_written_is_read_back() {
        let decimal = Value::Decimal(Decimal::new(1230, 2));
        let cases = [
            Value::Null,
            Value::Int(7),
            decimal.clone(),
            Value::text("12.30"),
            Value::list(vec![decimal.clone(), Value::Null, Value::Bool(true)]),
            Value::map([("a", decimal.clone()), ("b", Value::text("x"))]),
            Value::map([("=decimal", Value::text("1"))]),
            Value::map([("=map", Value::map([("=decimal", decimal)]))]),
        ];
        for value in cases {
            let json = serde_json::to_value(Record(&value)).expect("it is JSON");
            let back = read(&json).expect("it is a record");
            assert_eq!(back, value, "{json}");
            assert_eq!(back.kind(), value.kind(), "{json}");
        }
    }
}
