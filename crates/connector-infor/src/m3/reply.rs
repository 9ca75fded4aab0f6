//! What M3 answered, one outcome per transaction of the call.
//!
//! For a call of one transaction the session returns a refusal as the call's fault; for a bulk call
//! it returns an outcome per element, and the recipe looks at each. An element without an outcome
//! never gets here: the session makes the whole call uncertain.

use crate::m3::request::Record;
use model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The outcomes of a call, in the order of its transactions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MiReply {
    pub outcomes: Vec<Outcome>,
}

/// What one transaction came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// There may be more rows, so it proves no absence.
    #[serde(default)]
    pub truncated: bool,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl Outcome {
    /// A field of the first row; empty if there is none.
    pub fn field(&self, name: &str) -> &str {
        self.records.first().map_or("", |row| text(row, name))
    }
}

/// A row's value without blanks around it; empty if there is none.
pub fn text<'a>(row: &'a Record, name: &str) -> &'a str {
    row.get(name).map_or("", |v| v.trim())
}

impl MiReply {
    /// Reads a session's answer.
    ///
    /// # Errors
    /// If it is none: a defect.
    pub fn read(answer: &Value) -> Result<Self, Fault> {
        Self::deserialize(answer).map_err(|e| Fault::bug(format!("an M3 answer: {e}")))
    }

    /// The outcome of transaction `n`.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn outcome(&self, n: usize) -> Result<&Outcome, Fault> {
        let Some(outcome) = self.outcomes.get(n) else {
            return Err(Fault::bug(
                "M3's answer was read without an outcome per transaction",
            ));
        };
        match &outcome.fault {
            None => Ok(outcome),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// A field of the first row of transaction `n`; empty if there is none.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn field(&self, n: usize, name: &str) -> Result<&str, Fault> {
        Ok(self.outcome(n)?.field(name))
    }
}
