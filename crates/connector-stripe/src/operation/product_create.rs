//! `stripe.product.create`: a product, once per reference of yours.

use super::making::{Make, Making, put};
use crate::metadata;
use connector::{Identity, ReadBack};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The product to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What makes it one: your item number.
    pub reference: String,
    /// Its name, for customers.
    pub name: String,
    /// A longer text.
    #[serde(default)]
    pub description: Option<String>,
    /// Stripe's tax code, `txcd_…`.
    #[serde(default)]
    pub tax_code: Option<String>,
    /// Keys of your own.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What was made.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The product's id, `prod_…`.
    pub id: String,
}

pub struct ProductCreate;

impl Make for ProductCreate {
    const ID: &'static str = "stripe.product.create";
    const TITLE: &'static str = "Make a product";
    const DOC: &'static str =
        "Makes a product once per reference (docs.stripe.com/api/products/create).";
    const READ_BACK: Option<ReadBack> = None;

    type Input = Input;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"reference": "ITEM-1", "name": "T-shirt", "metadata": {"infor_item": "1"}})]
    }

    /// Nothing is guarded: a name may change, it makes no other product.
    fn identity(input: &Input) -> Identity {
        let reference = input.reference.clone();
        Identity {
            kind: "product".into(),
            reference,
            guarded: Value::Null,
        }
    }

    fn validate(input: &Input) -> Result<(), Fault> {
        for (field, text) in [("reference", &input.reference), ("name", &input.name)] {
            if text.trim().is_empty() {
                return Err(Fault::rejected(format!("the {field} is empty")).with_field(field));
            }
        }
        metadata::check(&input.metadata)
    }

    fn making(input: &Input) -> Making<'_> {
        let mut params = Map::new();
        put(&mut params, "name", Some(input.name.clone()));
        put(&mut params, "description", input.description.clone());
        put(&mut params, "tax_code", input.tax_code.clone());
        Making {
            collection: "/v1/products",
            params,
            metadata: &input.metadata,
            filter: None,
        }
    }

    fn named(id: String) -> Output {
        Output { id }
    }
}
