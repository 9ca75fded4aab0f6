//! `infor.sales_order.get`: an order's head and total.

use crate::m3::amount::Amount;
use crate::m3::operations::read::{Step, call, step};
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads an order.
pub struct SalesOrderGet;

/// Which order.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// ORNO.
    #[schemars(length(max = 10))]
    pub number: String,
}

/// The order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    #[schemars(length(max = 10))]
    pub number: String,
    /// What the customer is to pay, VAT and charges included (TOPY, by its title [unverified]).
    pub total: Amount,
    pub currency: String,
    /// Lowest status of the lines (ORSL, ORST is the highest): 22 to allocate, 66 delivered, 77
    /// invoiced.
    pub lowest_status: String,
    pub highest_status: String,
    #[schemars(length(max = 10))]
    pub customer: String,
    /// CUOR: our reference, as M3 stores it.
    pub reference: String,
    /// Whether the order is stopped (OBLC).
    pub stopped: bool,
}

impl Operation for SalesOrderGet {
    const ID: &'static str = "infor.sales_order.get";
    const TITLE: &'static str = "Read a sales order";
    const DOC: &'static str = "OIS100MI/GetHead: total, status, customer. One M3 transaction.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"number": "1000001"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let ask = || {
            let columns = [
                "ORNO", "CUNO", "CUOR", "CUCD", "TOPY", "ORSL", "ORST", "OBLC",
            ];
            let get = MiTransaction::by("GetHead", "ORNO", &input.number);
            MiRequest::one("OIS100MI", get.columns(&columns).needs("CUNO"))
        };
        match step(&last, "ORNO", ask)? {
            Step::Ask(ask) => call(ask),
            Step::Answered(reply) => {
                let head = reply.outcome(0)?;
                let part = |name: &str| head.field(name).to_owned();
                Ok(Next::Done(Output {
                    number: input.number.clone(),
                    total: Amount::read("TOPY", head.field("TOPY"))?,
                    currency: part("CUCD"),
                    lowest_status: part("ORSL"),
                    highest_status: part("ORST"),
                    customer: part("CUNO"),
                    reference: part("CUOR"),
                    stopped: !matches!(head.field("OBLC"), "" | "0"),
                }))
            }
        }
    }
}
