//! What a formula asks of the outside, and why it may stop.

use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// A fact from outside that a formula asks for: the row of a table, or what an id became.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The row of a lookup table.
    Lookup { table: String, key: String },
    /// What the source's id became in the ERP.
    Xref { kind: String, id: String },
}

/// The facts that are known. `None` means: asked for, and known to be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(pub HashMap<Fact, Option<serde_json::Value>>);

impl Facts {
    pub fn get(&self, fact: &Fact) -> Option<&Option<serde_json::Value>> {
        self.0.get(fact)
    }

    pub fn insert(&mut self, fact: Fact, value: Option<serde_json::Value>) {
        self.0.insert(fact, value);
    }
}

/// Why an evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// These facts are not known yet: fetch them and evaluate again.
    #[error("{} facts are needed first", .0.len())]
    Needs(BTreeSet<Fact>),
    /// The table has no such row: it is to be filled in.
    #[error("the table `{table}` has no row `{key}`")]
    MissingRow { table: String, key: String },
    /// A value is not of the kind that its field takes, and no conversion that is switched on makes
    /// it one.
    #[error("{message}; {cure}")]
    Mismatch { message: String, cure: String },
    /// The formula does not hold for this input.
    #[error("{message}")]
    Failed { message: String },
}

impl Stop {
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
        }
    }

    pub fn needs(fact: Fact) -> Self {
        Self::Needs(BTreeSet::from([fact]))
    }
}

/// A stop, and where in the template it happened: `lines[2].item`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {stop}")]
pub struct Failure {
    /// Where; empty if facts are needed, as those are collected over the whole template.
    pub path: String,
    pub stop: Stop,
}
