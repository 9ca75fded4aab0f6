//! The company whose books are kept: what a formula may know about it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One set of books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// The company's name, for people.
    pub name: String,
    /// The currency of the books, ISO 4217.
    pub currency: String,
    /// The zone whose calendar dates the books use, an IANA name.
    pub books_zone: String,
    /// The customer number that guests are booked under.
    pub collective_customer: String,
    /// Further settings that formulas read as `company.<name>`.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

impl Company {
    /// What formulas see under `company`.
    pub fn to_value(&self) -> Value {
        let mut map = self.settings.clone();
        for (name, value) in [
            ("name", &self.name),
            ("currency", &self.currency),
            ("books_zone", &self.books_zone),
            ("collective_customer", &self.collective_customer),
        ] {
            map.insert(name.into(), Value::String(value.clone()));
        }
        Value::Object(map)
    }
}
