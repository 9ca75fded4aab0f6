//! `infor.customer.update`: a customer's basic data, as it is now.

use crate::m3::address::Address;
use crate::m3::operations::read::not_found;
use crate::m3::reply::MiReply;
use crate::m3::request::{MiRequest, MiTransaction};
use connector::{Effect, Last, Next, Operation, ReadBack, RecipeCx, SetGuard};
use model::{Fault, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Writes a customer's name, address, mail and telephone. What is absent stays as it is.
pub struct CustomerUpdate;

/// The data, and since when it is so.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// CUNO.
    #[schemars(length(max = 10))]
    pub number: String,
    /// CUNM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 36))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// MAIL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub email: Option<String>,
    /// PHNO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub phone: Option<String>,
    /// When it was so, in unix seconds: an older update never overwrites a newer one.
    pub as_of: i64,
}

/// The customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    #[schemars(length(max = 10))]
    pub number: String,
}

fn request(input: &Input) -> Result<MiRequest, Fault> {
    let mut fields = vec![
        ("CUNO", Some(input.number.clone())),
        ("CUNM", input.name.clone()),
        ("MAIL", input.email.clone()),
        ("PHNO", input.phone.clone()),
    ];
    if let Some(address) = input.address.as_ref().filter(|a| !a.is_empty()) {
        fields.extend(address.fields()?);
    }
    Ok(MiRequest::one(
        "CRS610MI",
        MiTransaction::new("ChgBasicData", fields),
    ))
}

impl Operation for CustomerUpdate {
    const ID: &'static str = "infor.customer.update";
    const TITLE: &'static str = "Update a customer";
    const DOC: &'static str = "CRS610MI/ChgBasicData: name, address, mail, telephone. One M3 \
        transaction. How a field is blanked through REST is unpublished, so absent parts stay.";
    const EFFECT: Effect = Effect::Set;
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: "infor.customer.find",
        by: "number",
        of: "number",
        fields: &[
            ("name", "name"),
            ("address", "address"),
            ("email", "email"),
            ("phone", "phone"),
        ],
    });

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "number": "Y30000",
            "name": "Ada Example",
            "address": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
            "as_of": 1_790_000_000,
        })]
    }

    fn as_of(input: &Input) -> Option<SetGuard> {
        Some(SetGuard {
            kind: "customer".into(),
            reference: input.number.clone(),
            as_of: Timestamp::from_seconds(input.as_of),
        })
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        crate::m3::field::check(cx.settings()?, &request(input)?)
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        match last {
            Last::Nothing => Ok(Next::Call(request(input)?.set())),
            Last::Reply(answer) => {
                MiReply::read(answer)?.outcome(0)?;
                Ok(Next::Done(Output {
                    number: input.number.clone(),
                }))
            }
            Last::Refused(fault) => Err(not_found(fault, "CUNO")),
        }
    }
}
