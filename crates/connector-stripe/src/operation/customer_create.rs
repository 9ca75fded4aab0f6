//! `stripe.customer.create`: a customer, once per reference of yours.

use super::making::{Making, Progress, number, put};
use crate::metadata;
use async_trait::async_trait;
use connector::{Effect, Found, Identity, Last, Next, Operation, RecipeCx, UndoNext};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A postal address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street, house number, company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// Flat, suite, building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, county, province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Two letters, ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The customer to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What makes it one: your number of the customer, such as Infor's.
    pub reference: String,
    /// Full name, or the company's.
    #[serde(default)]
    pub name: Option<String>,
    /// Email address.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Free text.
    #[serde(default)]
    pub description: Option<String>,
    /// Where invoices go.
    #[serde(default)]
    pub address: Option<Address>,
    /// Keys of your own.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What was made.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The customer's id, `cus_…`.
    pub id: String,
}

pub struct CustomerCreate;

fn making(input: &Input) -> Making<'_> {
    let mut params = Map::new();
    put(&mut params, "name", input.name.clone());
    put(&mut params, "email", input.email.clone());
    put(&mut params, "phone", input.phone.clone());
    put(&mut params, "description", input.description.clone());
    put(
        &mut params,
        "address",
        input.address.as_ref().map(|address| json!(address)),
    );
    Making {
        collection: "/v1/customers",
        params,
        metadata: &input.metadata,
        filter: None,
    }
}

#[async_trait]
impl Operation for CustomerCreate {
    const ID: &'static str = "stripe.customer.create";
    const TITLE: &'static str = "Make a customer";
    const DOC: &'static str =
        "Makes a customer once per reference (docs.stripe.com/api/customers/create).";
    const EFFECT: Effect = Effect::Create;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"reference": "10042", "name": "Ada Example", "email": "ada@example.com"})]
    }

    /// Nothing is guarded: name and address may change, they make no other customer.
    fn identity(input: &Input) -> Option<Identity> {
        let reference = input.reference.clone();
        Some(Identity {
            kind: "customer".into(),
            reference,
            guarded: Value::Null,
        })
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        if input.reference.trim().is_empty() {
            return Err(Fault::rejected("the reference is empty").with_field("reference"));
        }
        metadata::check(&input.metadata)
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        making(input).next(cx, progress, &last)
    }

    fn undo(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        making(input).undo(cx, progress, last)
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        making(input).find(cx, progress).await
    }

    fn adopt(_input: &Input, found: &str) -> Option<Output> {
        number(found).map(|id| Output { id })
    }
}
