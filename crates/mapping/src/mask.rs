//! Reading only what is asked for from the text of a JSON document.
//!
//! A [`Mask`] is a set of places. What it reads is the document as [`Value::from_json`] presents
//! it, less all members that no place lies in or under: formulas that ask for nothing else have the
//! same values on it. No tree of the rest is built, though all of it must be JSON.

use crate::path::{Path, Segment};
use crate::value::{Map, Value};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::sync::Arc;

/// Places in JSON documents.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Everything from here on is wanted.
    whole: bool,
    members: Vec<(Arc<str>, Mask)>,
}

impl Mask {
    /// Adds the place that `pointer` names (RFC 6901, without escapes) and all that is under it.
    pub fn add(&mut self, pointer: &str) {
        self.enter(pointer).whole = true;
    }

    /// Adds the place that `pointer` names, and nothing that is under it: a map there is empty.
    pub fn enter(&mut self, pointer: &str) -> &mut Self {
        pointer.split('/').skip(1).fold(self, Self::member)
    }

    /// Adds what `path` reads, its root standing at `pointer`. Of a list all items are read.
    pub fn add_path(&mut self, pointer: &str, path: &Path) {
        let mut at = self.enter(pointer);
        for segment in &path.segments {
            match segment {
                Segment::Field(name) => at = at.member(name),
                Segment::Item => break,
            }
        }
        at.whole = true;
    }

    fn member(&mut self, name: &str) -> &mut Self {
        let known = self.members.iter().position(|(known, _)| **known == *name);
        let at = known.unwrap_or_else(|| {
            self.members.push((Arc::from(name), Self::default()));
            self.members.len() - 1
        });
        &mut self.members[at].1
    }

    /// Reads `json`, which must be one JSON document.
    ///
    /// # Errors
    /// If it is not JSON, nested too deeply, or has a wanted number that cannot be kept exactly.
    pub fn read(&self, json: &[u8]) -> Result<Value, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let value = Part(self).deserialize(&mut reader)?;
        reader.end()?;
        Ok(value)
    }
}

/// The value at one place.
struct Part<'m>(&'m Mask);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

const WHOLE: &Mask = &Mask {
    whole: true,
    members: Vec::new(),
};

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => Ok(Value::Int(value)),
            Err(_) => exact(&value.into()),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        exact(&number.ok_or_else(|| E::custom("a number that is none"))?)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Part(WHOLE))? {
            list.push(item);
        }
        Ok(Value::list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        if self.0.whole {
            while let Some(name) = members.next_key::<Name>()? {
                put(&mut map, name.0, members.next_value_seed(Part(WHOLE))?);
            }
            return Ok(Value::Map(Arc::new(map)));
        }
        while let Some(wanted) = members.next_key_seed(Wanted(&self.0.members))? {
            match wanted {
                Some((name, mask)) => {
                    let value = members.next_value_seed(Part(mask))?;
                    put(&mut map, Arc::clone(name), value);
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Map(Arc::new(map)))
    }
}

/// A member that is null is left out; of several with one name the last counts.
fn put(map: &mut Map, name: Arc<str>, value: Value) {
    if value.is_null() {
        map.remove(&name);
    } else {
        map.insert(name, value);
    }
}

fn exact<E: Error>(number: &serde_json::Number) -> Result<Value, E> {
    let decimal = crate::number::from_json_number(number).map_err(E::custom)?;
    Ok(Value::Decimal(decimal))
}

/// The name of a member.
struct Name(Arc<str>);

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_str(Naming)
    }
}

struct Naming;

impl Visitor<'_> for Naming {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name(Arc::from(name)))
    }
}

/// Which of the wanted members comes next, if one does.
struct Wanted<'m>(&'m [(Arc<str>, Mask)]);

impl<'de, 'm> DeserializeSeed<'de> for Wanted<'m> {
    type Value = Option<(&'m Arc<str>, &'m Mask)>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'m> Visitor<'_> for Wanted<'m> {
    type Value = Option<(&'m Arc<str>, &'m Mask)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let found = self.0.iter().find(|(known, _)| **known == *name);
        Ok(found.map(|(name, mask)| (name, mask)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;

    const DOCUMENT: &str = r#"{"id": "evt_1", "n": null, "big": 18446744073709551615,
        "data": {"object": {"id": "ch_1", "amount": 1200, "rate": 1.25, "lines": [{"a": 1}, null],
        "nested": {"x": "y", "z": [1, 2]}, "customer": null, "customer": "cus_1"}}, "more": [{}]}"#;

    fn read(pointers: &[&str]) -> Value {
        let mut mask = Mask::default();
        for pointer in pointers {
            mask.add(pointer);
        }
        mask.read(DOCUMENT.as_bytes()).expect("it is JSON")
    }

    #[test]
    fn the_whole_document_is_as_it_is_presented() {
        let json: serde_json::Value = serde_json::from_str(DOCUMENT).expect("it is JSON");
        let presented = Value::from_json(&json, &Shape::plain()).expect("it can be presented");
        assert_eq!(read(&[""]), presented);
    }

    #[test]
    fn only_what_is_asked_for_is_read() {
        let value = read(&["/id", "/data/object/nested/x", "/data/object/customer"]);
        let expected = serde_json::json!({"id": "evt_1",
            "data": {"object": {"nested": {"x": "y"}, "customer": "cus_1"}}});
        assert_eq!(value.to_json(), expected);
        assert_eq!(read(&["/none/here"]).to_json(), serde_json::json!({}));
        // What stands where a map is asked into is kept, so that asking fails as it does on the
        // whole document.
        assert_eq!(
            read(&["/id/x"]).to_json(),
            serde_json::json!({"id": "evt_1"})
        );
    }

    #[test]
    fn what_is_not_json_is_refused_wherever_it_is() {
        let mut mask = Mask::default();
        mask.add("/id");
        for wrong in [r#"{"id": 1, "x": }"#, r#"{"id": 1} {}"#, r#"{"id": 1"#, ""] {
            assert!(mask.read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let inexact = r#"{"id": 1.234567890123456789}"#;
        assert!(mask.read(inexact.as_bytes()).is_err());
        assert!(mask.read(br#"{"other": 1.234567890123456789}"#).is_ok());
    }
}
