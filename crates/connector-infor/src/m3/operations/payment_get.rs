//! `infor.payment.get`: what the receivables ledger says of an invoice.

use crate::m3::amount::Amount;
use crate::m3::operations::read::{Step, call, step};
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads how much of an invoice is paid in the ledger: staged payments do not count there yet.
pub struct PaymentGet;

/// Of which invoice.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// CINO.
    #[schemars(length(max = 15))]
    pub invoice: String,
    /// INYR.
    #[schemars(length(max = 4))]
    pub year: String,
    /// CUNO.
    #[schemars(length(max = 10))]
    pub customer: String,
    /// PYNO, if it is not the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    pub payer: Option<String>,
}

/// The invoice in the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub amount: Amount,
    pub paid: Amount,
    pub open: Amount,
    pub currency: String,
    /// Whether the ledger holds it for settled (RECO 9).
    pub settled: bool,
}

impl Operation for PaymentGet {
    const ID: &'static str = "infor.payment.get";
    const TITLE: &'static str = "Read what is paid of an invoice";
    const DOC: &'static str = "ARS200MI/GetInvTotInfo. One M3 transaction.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"invoice": "SI800001", "year": "2026", "customer": "Y30000"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let ask = || {
            let payer = input.payer.as_ref().unwrap_or(&input.customer);
            let fields = [
                ("PYNO", Some(payer.clone())),
                ("CINO", Some(input.invoice.clone())),
                ("INYR", Some(input.year.clone())),
                ("CUNO", Some(input.customer.clone())),
            ];
            let get = MiTransaction::new("GetInvTotInfo", fields).needs("CUAM");
            MiRequest::one("ARS200MI", get)
        };
        match step(&last, "CINO", ask)? {
            Step::Ask(ask) => call(ask),
            Step::Answered(reply) => {
                let row = reply.outcome(0)?;
                let amount = |name: &str| Amount::read(name, row.field(name));
                Ok(Next::Done(Output {
                    amount: amount("CUAM")?,
                    paid: amount("PCUA")?,
                    open: amount("OCUA")?,
                    currency: row.field("CUCD").to_owned(),
                    settled: row.field("RECO") == "9",
                }))
            }
        }
    }
}
