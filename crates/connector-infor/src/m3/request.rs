//! Calls of MI transactions as data: what a recipe asks for and the session sends.

use connector::{Call, CallKind, Repeat};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of one transaction, by MI name. Values are texts; absent means M3's default.
pub type Record = BTreeMap<String, String>;

/// One call: one program, one or several of its transactions (several: a bulk call, one outcome per
/// element, not atomic).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MiRequest {
    pub program: String,
    pub transactions: Vec<MiTransaction>,
    /// The row limit of lists; a result of exactly this many rows is truncated.
    pub max_records: u32,
}

/// One transaction of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MiTransaction {
    pub transaction: String,
    pub record: Record,
    /// Only these outputs; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

impl MiTransaction {
    /// A transaction with its fields; fields without a value are left out.
    pub fn new<'a>(
        transaction: &str,
        fields: impl IntoIterator<Item = (&'a str, Option<String>)>,
    ) -> Self {
        let record = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|v| !v.is_empty())?)))
            .collect();
        Self {
            transaction: transaction.to_owned(),
            record,
            columns: Vec::new(),
        }
    }

    /// Asks for these outputs only.
    #[must_use]
    pub fn columns(mut self, columns: &[&str]) -> Self {
        self.columns = columns.iter().map(|c| (*c).to_owned()).collect();
        self
    }
}

impl MiRequest {
    /// One transaction.
    pub fn one(program: &str, transaction: MiTransaction) -> Self {
        Self::bulk(program, vec![transaction])
    }

    /// Several transactions of one program in one HTTP request.
    pub fn bulk(program: &str, transactions: Vec<MiTransaction>) -> Self {
        Self {
            program: program.to_owned(),
            transactions,
            max_records: 500,
        }
    }

    #[must_use]
    pub fn max_records(mut self, rows: u32) -> Self {
        self.max_records = rows;
        self
    }

    /// `OIS100MI/Confirm`, or `OIS100MI/AddBatchLine ×3`.
    pub fn label(&self) -> String {
        let mut names: Vec<&str> = self
            .transactions
            .iter()
            .map(|t| t.transaction.as_str())
            .collect();
        let count = names.len();
        names.dedup();
        let names = names.join("+");
        match count {
            1 => format!("{}/{names}", self.program),
            _ => format!("{}/{names} ×{count}", self.program),
        }
    }

    /// As a call of a recipe.
    pub fn call(self, kind: CallKind, repeat: Repeat) -> Call {
        let label = self.label();
        // A request of texts and lists is always JSON.
        let request = serde_json::to_value(&self).unwrap_or(Value::Null);
        Call {
            kind,
            label,
            repeat,
            request,
        }
    }

    pub fn read(self) -> Call {
        self.call(CallKind::Read, Repeat::Safe)
    }
}
