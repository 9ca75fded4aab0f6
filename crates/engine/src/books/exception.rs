//! Opens an exception: something a person must look at, named and in money.

use super::{Book, BookCx, BookStop, Booked, read, schema};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::ExceptionRecord;

/// `books.exception.open`
pub struct Open;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What kind: `credit_memo_needed`.
    kind: String,
    /// What it is about: `re_1…`.
    key: String,
    /// What is the matter, as a sentence.
    sentence: String,
    /// How much, in minor units.
    #[serde(default)]
    amount_minor: Option<i64>,
    /// ISO 4217.
    #[serde(default)]
    currency: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    key: String,
}

#[async_trait]
impl Book for Open {
    fn id(&self) -> &'static str {
        "books.exception.open"
    }

    fn title(&self) -> &'static str {
        "Open exception"
    }

    fn doc(&self) -> &'static str {
        "Lists something that a person must look at. Open ones are unique by kind and key."
    }

    fn input_schema(&self) -> Value {
        schema::<Input>()
    }

    fn output_schema(&self) -> Value {
        schema::<Output>()
    }

    fn example(&self) -> Value {
        json!({"kind": "credit_memo_needed", "key": "re_1", "sentence": "refund after invoice",
               "amount_minor": 1000, "currency": "EUR"})
    }

    async fn run(&self, _cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: Input = read(self.id(), input)?;
        let output = json!({"key": input.key});
        let record = ExceptionRecord {
            kind: input.kind,
            key: input.key,
            sentence: input.sentence,
            amount_minor: input.amount_minor,
            currency: input.currency.map(|c| c.to_uppercase()),
        };
        Ok(Booked {
            output,
            exceptions: vec![record],
            ..Booked::default()
        })
    }
}
