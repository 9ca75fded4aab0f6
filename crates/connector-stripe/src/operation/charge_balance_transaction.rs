//! `stripe.charge.balance_transaction`: the money of a charge, as Stripe booked it.

use super::answer;
use crate::request::{self, text};
use crate::transaction::{self, BalanceTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Which charge.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The charge's id, `ch_…` or `py_…`.
    pub charge: String,
}

pub struct ChargeBalanceTransaction;

impl Operation for ChargeBalanceTransaction {
    const ID: &'static str = "stripe.charge.balance_transaction";
    const TITLE: &'static str = "Read the money of a charge";
    const DOC: &'static str = "Reads the balance transaction of a charge with its fees. With some \
        methods, and with asynchronous capture, it comes later than the charge: that is tried \
        again (docs.stripe.com/api/balance_transactions).";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = BalanceTransaction;

    fn examples() -> Vec<Value> {
        vec![json!({"charge": "ch_3PgafuB7WZ01zgkW0"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<BalanceTransaction>, Fault> {
        let Some(charge) = answer(&last)? else {
            let path = request::of("/v1/charges", &input.charge)?;
            let params = json!({"expand": ["balance_transaction"]});
            return Ok(Next::Call(request::get("/v1/charges/{id}", path, params)));
        };
        match charge.get("balance_transaction") {
            Some(txn) if txn.is_object() => {
                Ok(Next::Done(transaction::checked(txn, Some(charge))?))
            }
            _ => match text(charge, "status")? {
                "failed" => Err(Fault::rejected("the charge failed: it moves no money")),
                _ => Err(Fault::transient(
                    "the charge has no balance transaction yet",
                )),
            },
        }
    }
}
