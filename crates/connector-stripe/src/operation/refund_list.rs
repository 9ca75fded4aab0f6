//! `stripe.refund.list`: what went back of a charge.

use super::answer;
use crate::poll::{self, PAGE};
use crate::request;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use finance::Currency;
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which charge.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The charge's id, `ch_…` or `py_…`.
    pub charge: String,
}

/// One refund, as far as the books need it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Refund {
    /// `re_…`
    pub id: String,
    /// What is given back, in minor units of the customer's currency.
    pub amount_minor: i64,
    pub currency: Currency,
    /// Unix seconds.
    pub created: i64,
    /// `txn_…`; absent while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// `txn_…` that brought it back after it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_transaction: Option<String>,
}

/// The refunds of a charge.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Newest first.
    pub refunds: Vec<Refund>,
}

/// What was listed so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    output: Output,
    after: Option<String>,
}

pub struct RefundList;

const REFUNDS: &str = "/v1/refunds";
/// More refunds of one charge are no plausible answer.
const MOST: usize = 10_000;

impl Operation for RefundList {
    const ID: &'static str = "stripe.refund.list";
    const TITLE: &'static str = "List the refunds of a charge";
    const DOC: &'static str = "Lists all refunds of a charge with their balance transactions \
        (docs.stripe.com/api/refunds/list).";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"charge": "ch_3PgafuB7WZ01zgkW0"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        if input.charge.is_empty() {
            return Err(Fault::rejected("the id is empty").with_field("charge"));
        }
        if let Some(body) = answer(&last)? {
            let (page, more) = poll::page(body.clone())?;
            for refund in &page {
                progress.take(refund)?;
            }
            if !more || page.is_empty() {
                return Ok(Next::Done(std::mem::take(&mut progress.output)));
            }
        }
        let params = json!({
            "charge": input.charge,
            "limit": PAGE,
            "starting_after": progress.after,
        });
        Ok(Next::Call(request::get(REFUNDS, REFUNDS.into(), params)))
    }
}

impl Progress {
    fn take(&mut self, refund: &Value) -> Result<(), Fault> {
        let id = request::text(refund, "id")?.to_owned();
        self.after = Some(id.clone());
        if self.output.refunds.len() >= MOST {
            return Err(Fault::rejected("the charge has too many refunds to read"));
        }
        let transaction = |field: &str| {
            let value = refund.get(field).and_then(request::id_of);
            value.map(str::to_owned)
        };
        let currency = request::text(refund, "currency")?;
        self.output.refunds.push(Refund {
            id,
            amount_minor: request::minor(refund, "amount")?,
            currency: currency
                .parse()
                .map_err(|error| Fault::unknown(format!("Stripe: {error}")))?,
            created: request::minor(refund, "created")?,
            transaction: transaction("balance_transaction"),
            failure_transaction: transaction("failure_balance_transaction"),
        });
        Ok(())
    }
}
