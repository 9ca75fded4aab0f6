//! `stripe.customer.create`: a customer, once per reference of yours.

use super::making::{Make, Making, put};
use crate::metadata;
use connector::{Identity, ReadBack};
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

impl Make for CustomerCreate {
    const ID: &'static str = "stripe.customer.create";
    const TITLE: &'static str = "Make a customer";
    const DOC: &'static str =
        "Makes a customer once per reference (docs.stripe.com/api/customers/create).";
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: "stripe.customer.get",
        by: "id",
        of: "id",
        fields: &[
            ("name", "name"),
            ("email", "email"),
            ("phone", "phone"),
            ("description", "description"),
            ("address", "address"),
            ("metadata", "metadata"),
        ],
    });

    type Input = Input;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"reference": "10042", "name": "Ada Example", "email": "ada@example.com"})]
    }

    /// Nothing is guarded: name and address may change, they make no other customer.
    fn identity(input: &Input) -> Identity {
        let reference = input.reference.clone();
        Identity {
            kind: "customer".into(),
            reference,
            guarded: Value::Null,
        }
    }

    fn validate(input: &Input) -> Result<(), Fault> {
        if input.reference.trim().is_empty() {
            return Err(Fault::rejected("the reference is empty").with_field("reference"));
        }
        metadata::check(&input.metadata)
    }

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

    fn named(id: String) -> Output {
        Output { id }
    }
}
