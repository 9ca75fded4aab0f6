//! `infor.sales_order.hold`: whether an order is held, as it is now.

use crate::m3::operations::read::not_found;
use crate::m3::reply::MiReply;
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx, SetGuard};
use model::{Fault, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Holds an order, or lets it go.
pub struct SalesOrderHold;

/// Which order, and whether it is to be held.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// ORNO.
    #[schemars(length(min = 1, max = 10))]
    pub number: String,
    /// True holds it, false lets it go.
    pub held: bool,
    /// When it was so, in unix seconds: an older hold never overwrites a newer release.
    pub as_of: i64,
}

/// The order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub number: String,
    /// As M3 was told. GetHead does not show OAHOCD, so it is not read back.
    pub held: bool,
}

fn request(input: &Input) -> MiRequest {
    let name = if input.held {
        "LockOrder"
    } else {
        "ReleaseOrder"
    };
    MiRequest::one("OIS100MI", MiTransaction::by(name, "ORNO", &input.number))
}

impl Operation for SalesOrderHold {
    const ID: &'static str = "infor.sales_order.hold";
    const TITLE: &'static str = "Hold or release a sales order";
    const DOC: &'static str = "OIS100MI/LockOrder or ReleaseOrder: changes OAHOCD to 9 or 0 (their \
        titles in public metadata). Which of M3's jobs respect that code, and whether a repeat is \
        accepted, is unverified. The credit stop of an order (OBLC) and of a customer (BLCD) are \
        others and are not touched. One M3 transaction.";
    const EFFECT: Effect = Effect::Set;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"number": "1000001", "held": true, "as_of": 1_790_000_000})]
    }

    fn as_of(input: &Input) -> Option<SetGuard> {
        Some(SetGuard {
            kind: "sales_order_hold".into(),
            reference: input.number.clone(),
            as_of: Timestamp::from_seconds(input.as_of),
        })
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        crate::m3::field::check(cx.settings()?, &request(input))
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        match last {
            Last::Nothing => Ok(Next::Call(request(input).set())),
            Last::Reply(answer) => {
                MiReply::read(answer)?.outcome(0)?;
                Ok(Next::Done(Output {
                    number: input.number.clone(),
                    held: input.held,
                }))
            }
            Last::Refused(fault) => Err(not_found(fault, "ORNO")),
        }
    }
}
