//! `infor.invoice.list`: the invoices of an order.

use crate::invoices::Invoice;
use crate::m3::operations::read::{Step, call, step};
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads the invoices of one order: for deposits that stay open. New invoices of all orders come by
/// the trigger.
pub struct InvoiceList;

/// Of which order.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// ORNO.
    #[schemars(length(max = 10))]
    pub order: String,
}

/// Its invoices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub invoices: Vec<Invoice>,
    /// There may be more.
    pub truncated: bool,
}

impl Operation for InvoiceList {
    const ID: &'static str = "infor.invoice.list";
    const TITLE: &'static str = "List an order's invoices";
    const DOC: &'static str = "OIS350MI/LstAllInvByCO, with what is still open on each. One M3 \
        transaction.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"order": "1000001"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let ask = || {
            MiRequest::one(
                "OIS350MI",
                MiTransaction::by("LstAllInvByCO", "ORNO", &input.order),
            )
        };
        match step(&last, "ORNO", ask)? {
            Step::Ask(ask) => call(ask),
            Step::Answered(reply) => {
                let list = reply.outcome(0)?;
                let mut invoices = list
                    .records
                    .iter()
                    .map(Invoice::read)
                    .collect::<Result<Vec<_>, _>>()?;
                for invoice in &mut invoices {
                    invoice.order = Some(input.order.clone());
                }
                Ok(Next::Done(Output {
                    invoices,
                    truncated: list.truncated,
                }))
            }
        }
    }
}
