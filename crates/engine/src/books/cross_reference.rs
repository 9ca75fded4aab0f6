//! Writes down that two systems' ids mean the same thing, and wakes who waits for it.

use super::{Book, BookCx, BookStop, Booked, read, schema};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::advance::CrossReferenceWrite;

/// `books.cross_reference.set`
pub struct Set;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What kind of thing the value is: `order`.
    kind: String,
    /// The id that is known: `pi_1…`.
    id: String,
    /// What it is over there: `1000123`.
    value: String,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    value: String,
}

#[async_trait]
impl Book for Set {
    fn id(&self) -> &'static str {
        "books.cross_reference.set"
    }

    fn title(&self) -> &'static str {
        "Set cross reference"
    }

    fn doc(&self) -> &'static str {
        "Records that an id of one system means an object of another. Formulas read it with \
         xref(kind, id); runs that wait for it go on."
    }

    fn input_schema(&self) -> Value {
        schema::<Input>()
    }

    fn output_schema(&self) -> Value {
        schema::<Output>()
    }

    fn example(&self) -> Value {
        json!({"kind": "order", "id": "pi_1", "value": "1000123"})
    }

    async fn run(&self, _cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: Input = read(self.id(), input)?;
        let output = json!({"value": input.value});
        let write = CrossReferenceWrite {
            kind: input.kind,
            id: input.id,
            value: input.value,
        };
        Ok(Booked {
            output,
            cross_references: vec![write],
            ..Booked::default()
        })
    }
}
