//! What a formula asks of the outside, and why it may stop.

use crate::rules::RuleTable;
use crate::shape::Shape;
use crate::table::day::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A fact from outside that a formula asks for: the row of a table, or what an id became.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The row of a lookup table on a day, `YYYY-MM-DD`; on the event's books date if none is named.
    Lookup {
        table: String,
        key: String,
        at: Option<String>,
    },
    /// A table of rules, and the day on which they are asked.
    Rules { table: String, at: Option<String> },
    /// What the source's id became in the ERP.
    Xref { kind: String, id: String },
}

/// The rule that a table of rules answered a formula with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pick {
    pub table: String,
    /// The rule's name.
    pub rule: String,
    /// The day that it was asked for, `YYYY-MM-DD`.
    pub at: String,
    /// What was asked, a JSON object.
    pub attributes: String,
}

/// So many picks are noted until they are taken.
const PICKS_MAX: usize = 1_000;

/// The facts that are known. `None` means: asked for, and known to be absent.
#[derive(Clone, Debug, Default)]
pub struct Facts(pub HashMap<Fact, Option<serde_json::Value>>, Tables);

/// What is known of whole tables.
#[derive(Clone, Debug, Default)]
struct Tables {
    /// Which columns of a table are decimals.
    shapes: HashMap<String, Arc<Shape>>,
    rules: HashMap<Fact, (Arc<RuleTable>, Date)>,
    picks: Picks,
}

/// Which rules formulas were answered with. It changes no value: only what can be told of it.
#[derive(Debug, Default)]
struct Picks(Mutex<BTreeSet<Pick>>);

impl Clone for Picks {
    fn clone(&self) -> Self {
        let picks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(picks.clone()))
    }
}

impl Facts {
    /// Says where the rows of a table have decimals; without a shape there are none.
    pub fn set_shape(&mut self, table: impl Into<String>, shape: Arc<Shape>) {
        self.1.shapes.insert(table.into(), shape);
    }

    /// The rules that [`Fact::Rules`] asks for, and the day that it means.
    pub fn set_rules(&mut self, fact: Fact, rules: Arc<RuleTable>, at: Date) {
        self.1.rules.insert(fact, (rules, at));
    }

    pub(crate) fn shape(&self, table: &str) -> Option<&Shape> {
        self.1.shapes.get(table).map(Arc::as_ref)
    }

    pub(crate) fn rules(&self, fact: &Fact) -> Option<(&RuleTable, Date)> {
        let (rules, at) = self.1.rules.get(fact)?;
        Some((rules, *at))
    }

    pub(crate) fn note(&self, pick: Pick) {
        let mut picks = self
            .1
            .picks
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if picks.len() < PICKS_MAX {
            picks.insert(pick);
        }
    }

    /// Which rules formulas were answered with since this was last asked.
    pub fn take_picks(&mut self) -> BTreeSet<Pick> {
        let picks = self.1.picks.0.get_mut();
        std::mem::take(picks.unwrap_or_else(PoisonError::into_inner))
    }

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
    MissingRow {
        table: String,
        key: String,
        /// The day that was asked for; the event's books date if none was named.
        at: Option<String>,
    },
    /// No rule of the table holds for these attributes (a JSON object): one is to be added.
    #[error("{message}")]
    NoRule {
        table: String,
        attributes: String,
        message: String,
    },
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
