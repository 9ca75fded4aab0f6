//! `stripe.balance.get`: what Stripe holds for the account now.

use super::answer;
use crate::balance::Balance;
use crate::request;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Nothing to say: there is one balance per account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

pub struct BalanceGet;

impl Operation for BalanceGet {
    const ID: &'static str = "stripe.balance.get";
    const TITLE: &'static str = "Read the balance";
    const DOC: &'static str = "Reads the balance: available and pending per currency, in minor \
        units (docs.stripe.com/api/balance/balance_retrieve).";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Balance;

    fn examples() -> Vec<Value> {
        vec![json!({})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        _input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Balance>, Fault> {
        Ok(match answer(&last)? {
            Some(body) => Next::Done(Balance::read(body)?),
            None => Next::Call(request::get(
                "/v1/balance",
                "/v1/balance".into(),
                Value::Null,
            )),
        })
    }
}
