//! `stripe.refund.create`: gives money back, once per reference of yours.

use super::making::{Make, Making, put};
use crate::metadata;
use connector::{Identity, ReadBack};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The refund to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What makes it one: your number of the credit, such as Infor's credit memo.
    pub reference: String,
    /// The charge, `ch_…`; this or the payment intent.
    #[serde(default)]
    pub charge: Option<String>,
    /// The payment intent, `pi_…`; this or the charge.
    #[serde(default)]
    pub payment_intent: Option<String>,
    /// In minor units of the charge's currency; without it, all that is left of the charge.
    #[serde(default)]
    pub amount: Option<i64>,
    /// `duplicate`, `fraudulent` or `requested_by_customer`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Keys of your own.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What was made.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The refund's id, `re_…`.
    pub id: String,
    /// In minor units; absent if a person found the refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Three letters, lower case; absent if a person found the refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Where it stood when it was made: `pending`, `succeeded`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

pub struct RefundCreate;

impl Make for RefundCreate {
    const ID: &'static str = "stripe.refund.create";
    const TITLE: &'static str = "Give money back";
    const DOC: &'static str = "Refunds a charge, whole or in part, once per reference \
        (docs.stripe.com/api/refunds/create).";
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: "stripe.refund.get",
        by: "id",
        of: "id",
        fields: &[
            ("charge", "charge"),
            ("payment_intent", "payment_intent"),
            ("amount", "amount"),
            ("reason", "reason"),
            ("metadata", "metadata"),
        ],
    });

    type Input = Input;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "reference": "CN-7001",
            "charge": "ch_3PgafuB7WZ01zgkW0",
            "amount": 1500,
            "reason": "requested_by_customer",
        })]
    }

    fn identity(input: &Input) -> Identity {
        Identity {
            kind: "refund".into(),
            reference: input.reference.clone(),
            guarded: json!({
                "charge": input.charge,
                "payment_intent": input.payment_intent,
                "amount": input.amount,
            }),
        }
    }

    fn validate(input: &Input) -> Result<(), Fault> {
        if input.reference.trim().is_empty() {
            return Err(Fault::rejected("the reference is empty").with_field("reference"));
        }
        let named = [&input.charge, &input.payment_intent];
        if named
            .iter()
            .filter(|id| id.as_ref().is_some_and(|id| !id.is_empty()))
            .count()
            != 1
        {
            let message = "give either the charge or the payment intent";
            return Err(Fault::rejected(message).with_field("charge"));
        }
        if input.amount.is_some_and(|amount| amount <= 0) {
            return Err(Fault::rejected("the amount must be above 0").with_field("amount"));
        }
        metadata::check(&input.metadata)
    }

    fn making(input: &Input) -> Making<'_> {
        let mut params = Map::new();
        put(&mut params, "charge", input.charge.clone());
        put(&mut params, "payment_intent", input.payment_intent.clone());
        put(&mut params, "amount", input.amount);
        put(&mut params, "reason", input.reason.clone());
        let filter = json!({"charge": input.charge, "payment_intent": input.payment_intent});
        Making {
            collection: "/v1/refunds",
            params,
            metadata: &input.metadata,
            filter: Some(filter),
        }
    }

    fn named(id: String) -> Output {
        Output {
            id,
            amount: None,
            currency: None,
            status: None,
        }
    }
}
