//! The members of maps and the items of lists, and what is said where there is none.

use crate::expression::{Index, Select};
use crate::fact::Stop;
use crate::number;
use crate::value::Value;

pub fn select_from(of: &Value, select: &Select) -> Result<Value, Stop> {
    match of {
        Value::Map(members) => match members.get(&select.field) {
            Some(value) => Ok(value.clone()),
            None if select.optional => Ok(Value::Null),
            None => Err(Stop::failed(format!(
                "`{}.{}` is missing",
                select.of.describe(),
                select.field
            ))),
        },
        Value::Null if select.optional => Ok(Value::Null),
        other => Err(no_member(select, other)),
    }
}

pub fn no_member(select: &Select, of: &Value) -> Stop {
    Stop::failed(format!(
        "`{}` is {}, which has no member `{}`",
        select.of.describe(),
        of.kind(),
        select.field
    ))
}

pub fn index_into(of: &Value, key: &Value, index: &Index) -> Result<Value, Stop> {
    let found = match (of, key) {
        (Value::Null, _) if index.optional => return Ok(Value::Null),
        (Value::List(items), Value::Int(n)) => {
            usize::try_from(*n).ok().and_then(|n| items.get(n)).cloned()
        }
        (Value::Map(members), Value::Text(name)) => members.get(name).cloned(),
        (of, key) => {
            let what = index.of.describe();
            let message = format!(
                "`{what}` is {}, it has no item by {}",
                of.kind(),
                key.kind()
            );
            return Err(Stop::failed(message));
        }
    };
    match found {
        Some(value) => Ok(value),
        None if index.optional => Ok(Value::Null),
        None => {
            let key = match key {
                Value::Int(n) => n.to_string(),
                other => format!("'{}'", number::shorten(other.as_text().unwrap_or_default())),
            };
            Err(Stop::failed(format!(
                "`{}[{key}]` is missing",
                index.of.describe()
            )))
        }
    }
}
