//! What M3 answered, one outcome per transaction of the call.
//!
//! For a call of one transaction the session returns a refusal as the call's fault; for a bulk call
//! it returns an outcome per element, and the recipe looks at each.

use crate::m3::request::Record;
use model::{Fault, FaultClass};
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
    /// Exactly as many rows as were allowed: there may be more, so it proves no absence.
    #[serde(default)]
    pub truncated: bool,
    /// Why it was refused; class `Unknown` if M3 gave no outcome for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl MiReply {
    /// Reads a session's answer.
    ///
    /// # Errors
    /// If it is none: a defect.
    pub fn read(answer: &Value) -> Result<Self, Fault> {
        Self::deserialize(answer).map_err(|e| Fault::bug(format!("an M3 answer: {e}")))
    }

    /// The outcome of transaction `n`; `Unknown` if there is none.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn outcome(&self, n: usize) -> Result<&Outcome, Fault> {
        let Some(outcome) = self.outcomes.get(n) else {
            return Err(Fault::unknown(
                "M3 gave no outcome for a transaction of the call",
            ));
        };
        match &outcome.fault {
            None => Ok(outcome),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// A field of the first row of transaction `n`.
    ///
    /// # Errors
    /// Why it was refused, or that the field is not there.
    pub fn field(&self, n: usize, name: &str) -> Result<&str, Fault> {
        let outcome = self.outcome(n)?;
        let value = outcome
            .records
            .first()
            .and_then(|r| r.get(name))
            .map(|v| v.trim());
        value
            .filter(|v| !v.is_empty())
            .ok_or_else(|| Fault::new(FaultClass::Unknown, format!("M3's answer has no {name}")))
    }

    /// All rows of transaction `n`.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn rows(&self, n: usize) -> Result<&[Record], Fault> {
        Ok(&self.outcome(n)?.records)
    }
}
