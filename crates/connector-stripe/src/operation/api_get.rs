//! `stripe.api.get`: any read of Stripe's API, for what no other operation covers.

use super::answer;
use crate::request;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What to read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The path with its ids: `/v1/invoice_payments`. No query: that is `params`.
    pub path: String,
    /// Parameters; nested objects become brackets: `{payment: {type: payment_intent}}`.
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// Stripe's answer.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The object or list, as Stripe has it in the pinned version. Amounts are minor units.
    pub body: Value,
}

pub struct ApiGet;

impl Operation for ApiGet {
    const ID: &'static str = "stripe.api.get";
    const TITLE: &'static str = "Read anything";
    const DOC: &'static str = "Sends one GET request to Stripe's API (docs.stripe.com/api), with \
        the pinned API version. One page of a list: paging is the flow's.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "path": "/v1/invoice_payments",
            "params": {"payment": {"type": "payment_intent", "payment_intent": "pi_1"}},
        })]
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        request::check_path(&input.path)
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        Ok(match answer(&last)? {
            Some(body) => Next::Done(Output { body: body.clone() }),
            None => {
                request::check_path(&input.path)?;
                let params = Value::Object(input.params.clone());
                // The path may hold ids: it does not belong into the label.
                Next::Call(request::get("(any)", input.path.clone(), params))
            }
        })
    }
}
