//! `stripe.balance_transaction.get`: one movement of the balance, with its source.

use super::answer;
use crate::request;
use crate::transaction::{self, BalanceTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Which balance transaction.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its id, `txn_…`.
    pub id: String,
}

pub struct BalanceTransactionGet;

impl Operation for BalanceTransactionGet {
    const ID: &'static str = "stripe.balance_transaction.get";
    const TITLE: &'static str = "Read a balance transaction";
    const DOC: &'static str = "Reads one movement of Stripe's balance with its fees and its source \
        (docs.stripe.com/api/balance_transactions/retrieve).";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = BalanceTransaction;

    fn examples() -> Vec<Value> {
        vec![json!({"id": "txn_1PgaxNB7WZ01zgkW"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<BalanceTransaction>, Fault> {
        if let Some(body) = answer(&last)? {
            return Ok(Next::Done(transaction::checked(body, None)?));
        }
        let path = request::of("/v1/balance_transactions", &input.id)?;
        let params = json!({"expand": ["source"]});
        Ok(Next::Call(request::get(
            "/v1/balance_transactions/{id}",
            path,
            params,
        )))
    }
}
