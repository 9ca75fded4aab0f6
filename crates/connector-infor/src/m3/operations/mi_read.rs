//! `infor.mi.read`: any reading transaction of M3, for what no other operation covers.

use crate::m3::reply::MiReply;
use crate::m3::request::{MiRequest, MiTransaction, Record};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What reading transactions begin with.
const READING: [&str; 3] = ["Get", "Lst", "Search"];

/// What to read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The MI program: `OIS350MI`, or an XtendM3 one such as `EXT001MI`.
    pub program: String,
    /// The transaction; it must begin with `Get`, `Lst` or `Search`.
    pub transaction: String,
    /// Its inputs by MI name, as M3 writes them: dates yyyyMMdd, decimals with a point.
    #[serde(default)]
    pub fields: Record,
    /// Only these outputs; all if empty.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The most rows of a list; 500 if absent.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    pub max_records: Option<u32>,
}

/// M3's rows.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Every value is a text, as M3 has it; empty ones are left out.
    pub records: Vec<Record>,
    /// As many rows as were allowed: there may be more.
    pub truncated: bool,
}

pub struct MiRead;

impl Operation for MiRead {
    const ID: &'static str = "infor.mi.read";
    const TITLE: &'static str = "Read with any MI transaction";
    const DOC: &'static str = "Runs one reading MI transaction over M3's REST API (v2). Names are \
        checked, not looked up: that a transaction called Get, Lst or Search only reads is M3's \
        own convention.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "program": "OIS350MI",
            "transaction": "LstAllInvByCO",
            "fields": {"ORNO": "1000123"},
            "columns": ["IVNO", "YEA4", "EXIN"],
        })]
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        if !READING
            .iter()
            .any(|prefix| input.transaction.starts_with(prefix))
        {
            return Err(Fault::rejected(format!(
                "`{}` is not known to read only: it must begin with Get, Lst or Search",
                input.transaction
            ))
            .with_field("transaction"));
        }
        if !input
            .max_records
            .is_none_or(|rows| (1..=1000).contains(&rows))
        {
            return Err(Fault::rejected("from 1 to 1000 rows").with_field("max_records"));
        }
        Ok(())
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        match last {
            Last::Refused(fault) => Err(fault.clone()),
            Last::Reply(answer) => {
                let reply = MiReply::read(answer)?;
                let outcome = reply.outcome(0)?;
                Ok(Next::Done(Output {
                    records: outcome.records.clone(),
                    truncated: outcome.truncated,
                }))
            }
            Last::Nothing => {
                Self::validate(cx, input)?;
                let transaction = MiTransaction {
                    transaction: input.transaction.clone(),
                    record: input.fields.clone(),
                    columns: input.columns.clone(),
                };
                let request = MiRequest::one(&input.program, transaction);
                let request = match input.max_records {
                    Some(rows) => request.max_records(rows),
                    None => request,
                };
                Ok(Next::Call(request.read()))
            }
        }
    }
}
