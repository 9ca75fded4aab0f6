//! `m3.mi.execute`: any reading transaction of an allowed program.

use crate::m3::operations::read::{Step, call, step};
use crate::m3::request::{MiRequest, MiTransaction, Record};
use crate::settings::Settings;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads whatever the canonical operations do not.
pub struct MiExecute;

/// Which transaction, with which fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// `CRS055MI`; it must be in the connection's list of allowed programs.
    #[schemars(length(max = 10))]
    pub program: String,
    /// `GetBasicData`; its name must say that it only reads.
    #[schemars(length(max = 15))]
    pub transaction: String,
    /// Fields by MI name; all values are texts.
    #[serde(default)]
    pub record: Record,
    /// Only these outputs; all if absent.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The row limit, if not the connection's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub max_records: Option<u32>,
}

/// The rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub records: Vec<Record>,
    /// There may be more.
    pub truncated: bool,
}

/// How the names of transactions begin that only read.
const READS: [&str; 6] = ["Get", "Lst", "List", "Sel", "Search", "Chk"];

impl Operation for MiExecute {
    const ID: &'static str = "m3.mi.execute";
    const TITLE: &'static str = "Read by an M3 transaction";
    const DOC: &'static str = "Any transaction whose name begins with Get, Lst, List, Sel, Search \
        or Chk, of a program that the connection allows. One M3 transaction.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "program": "CRS055MI",
            "transaction": "GetBasicData",
            "record": {"CUCD": "EUR"},
            "columns": ["DCCD"],
        })]
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        if !cx
            .settings::<Settings>()?
            .raw_programs
            .contains(&input.program)
        {
            let message = format!("the connection does not allow {}", input.program);
            return Err(Fault::rejected(message).with_field("program"));
        }
        if !READS
            .iter()
            .any(|prefix| input.transaction.starts_with(prefix))
        {
            let message = format!("{} is not known to only read", input.transaction);
            return Err(Fault::rejected(message).with_field("transaction"));
        }
        Ok(())
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        Self::validate(cx, input)?;
        let ask = || {
            let fields = input
                .record
                .iter()
                .map(|(k, v)| (k.as_str(), Some(v.clone())));
            let mut transaction = MiTransaction::new(&input.transaction, fields);
            transaction.columns.clone_from(&input.columns);
            let mut request = MiRequest::one(&input.program, transaction);
            request.max_records = input.max_records;
            request
        };
        match step(&last, "", ask)? {
            Step::Ask(ask) => call(ask),
            Step::Answered(mut reply) => {
                reply.outcome(0)?;
                let outcome = reply.outcomes.remove(0);
                let (records, truncated) = (outcome.records, outcome.truncated);
                Ok(Next::Done(Output { records, truncated }))
            }
        }
    }
}
