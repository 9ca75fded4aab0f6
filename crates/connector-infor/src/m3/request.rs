//! Calls of MI transactions as data: what a recipe asks for and the session sends.

use connector::{Call, CallKind, Repeat};
use model::Fault;
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
    /// The row limit of lists; the connection's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_records: Option<u32>,
}

/// One transaction of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MiTransaction {
    pub transaction: String,
    pub record: Record,
    /// Only these outputs; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Outputs without which a success is no answer that can be trusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
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
            needs: Vec::new(),
        }
    }

    /// A transaction that is given one field.
    pub fn by(transaction: &str, field: &str, value: &str) -> Self {
        Self::new(transaction, [(field, Some(value.to_owned()))])
    }

    /// Asks for these outputs only.
    #[must_use]
    pub fn columns(mut self, columns: &[&str]) -> Self {
        self.columns = columns.iter().map(|c| (*c).to_owned()).collect();
        self
    }

    /// An answer without this output is none.
    #[must_use]
    pub fn needs(mut self, column: &str) -> Self {
        self.needs.push(column.to_owned());
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
            max_records: None,
        }
    }

    #[must_use]
    pub fn max_records(mut self, rows: u32) -> Self {
        self.max_records = Some(rows);
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
        // Texts and lists of texts are always JSON.
        let request = serde_json::to_value(&self).unwrap_or(Value::Null);
        Call {
            kind,
            label,
            repeat,
            request: request.into(),
        }
    }

    pub fn read(self) -> Call {
        self.call(CallKind::Read, Repeat::Safe)
    }

    pub fn set(self) -> Call {
        self.call(CallKind::Set, Repeat::Safe)
    }

    pub fn undo(self) -> Call {
        self.call(CallKind::Undo, Repeat::Safe)
    }

    pub fn stage(self, repeat: Repeat) -> Call {
        self.call(CallKind::Stage, repeat)
    }

    /// A commit is never repeated before it was looked for.
    pub fn commit(self) -> Call {
        self.call(CallKind::Commit, Repeat::Look)
    }

    /// Reads a call's request.
    ///
    /// # Errors
    /// If it is none: a defect.
    pub fn parse(call: &Call) -> Result<Self, Fault> {
        Self::deserialize(&*call.request)
            .map_err(|e| Fault::bug(format!("{}: no M3 request: {e}", call.label)))
    }
}
