//! `infor.customer.find`: a customer by number.

use crate::m3::address::Address;
use crate::m3::operations::read::{Step, call, step};
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads a customer, such as the collective customer of guests.
pub struct CustomerFind;

/// Which customer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// CUNO.
    #[schemars(length(max = 10))]
    pub number: String,
}

/// The customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    #[schemars(length(max = 10))]
    pub number: String,
    pub name: String,
    /// 10 preliminary, 20 definite (usable), 90 blocked or expired [90 unverified].
    pub status: String,
    /// The currency of the customer's account, if it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default)]
    pub address: Address,
}

impl Operation for CustomerFind {
    const ID: &'static str = "infor.customer.find";
    const TITLE: &'static str = "Find a customer";
    const DOC: &'static str = "CRS610MI/GetBasicData by number. One M3 transaction.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"number": "WEBGUEST"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let ask = || {
            let get = MiTransaction::by("GetBasicData", "CUNO", &input.number);
            let columns = ["CUNO", "CUNM", "STAT", "CUCD", "MAIL", "PHNO"];
            let columns: Vec<&str> = columns.into_iter().chain(Address::COLUMNS).collect();
            MiRequest::one("CRS610MI", get.columns(&columns).needs("CUNO"))
        };
        match step(&last, "CUNO", ask)? {
            Step::Ask(ask) => call(ask),
            Step::Answered(reply) => {
                let customer = reply.outcome(0)?;
                let part = |name: &str| customer.field(name).to_owned();
                let some = |name: &str| Some(part(name)).filter(|text| !text.is_empty());
                Ok(Next::Done(Output {
                    number: part("CUNO"),
                    name: part("CUNM"),
                    status: part("STAT"),
                    currency: some("CUCD"),
                    email: some("MAIL"),
                    phone: some("PHNO"),
                    address: Address::read(some),
                }))
            }
        }
    }
}
