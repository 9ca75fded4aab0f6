//! Opens exceptions: what a person must look at, named and in money.

use super::{Book, BookCx, BookStop, Booked, read, schema};
use async_trait::async_trait;
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::ExceptionRecord;

/// `books.exception.open`
pub struct Open;
/// `books.exception.open_all`
pub struct OpenAll;

/// One posting does not have more.
const MOST: usize = 1_000;

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
        Ok(Booked {
            output,
            exceptions: vec![input.record()],
            ..Booked::default()
        })
    }
}

impl Input {
    fn record(self) -> ExceptionRecord {
        ExceptionRecord {
            kind: self.kind,
            key: self.key,
            sentence: self.sentence,
            amount_minor: self.amount_minor,
            currency: self.currency.map(|c| c.to_uppercase()),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AllInput {
    /// The notes of a posting, or others of that form.
    notes: Vec<Input>,
}

#[derive(Serialize, JsonSchema)]
struct AllOutput {
    /// How many there are.
    opened: usize,
}

#[async_trait]
impl Book for OpenAll {
    fn id(&self) -> &'static str {
        "books.exception.open_all"
    }

    fn title(&self) -> &'static str {
        "Open exceptions"
    }

    fn doc(&self) -> &'static str {
        "Lists everything in a list that a person must look at; an empty list is none. Open ones \
         are unique by kind and key."
    }

    fn input_schema(&self) -> Value {
        schema::<AllInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<AllOutput>()
    }

    fn example(&self) -> Value {
        json!({"notes": [Open.example()]})
    }

    async fn run(&self, _cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let AllInput { notes } = read(self.id(), input)?;
        if notes.len() > MOST {
            let message = format!("{} notes, at most {MOST} are taken at once", notes.len());
            return Err(Fault::rejected(message).with_field("notes").into());
        }
        Ok(Booked {
            output: json!({"opened": notes.len()}),
            exceptions: notes.into_iter().map(Input::record).collect(),
            ..Booked::default()
        })
    }
}
