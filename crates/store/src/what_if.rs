//! Jobs that work out what another version would have done, and the past that they go through.

use crate::job::JobState;
use crate::run::{RunRecord, StepRecord};
use model::Timestamp;
use model::ids::{EnvironmentId, FlowId, RunId, WhatIfId};
use vault::Sealed;

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfRecord {
    pub id: WhatIfId,
    pub environment: EnvironmentId,
    pub flow: FlowId,
    /// What was asked, JSON.
    pub request: String,
    pub state: JobState,
    /// The last run that was gone through.
    pub cursor: RunId,
    /// The last run there was when it began: later ones do not count.
    pub last: RunId,
    /// What came out so far, JSON.
    pub progress: String,
    /// Why it stopped, if it did not come to its end.
    pub reason: Option<String>,
    pub who: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A job to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWhatIf {
    pub environment: EnvironmentId,
    pub flow: FlowId,
    /// JSON.
    pub request: String,
    /// JSON.
    pub progress: String,
    pub who: String,
    pub at: Timestamp,
    /// So many jobs of the environment are kept, this one included.
    pub kept: i64,
}

/// How far a job has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfAdvance {
    pub id: WhatIfId,
    /// Where it was taken to be.
    pub before: RunId,
    pub cursor: RunId,
    pub state: JobState,
    /// JSON.
    pub progress: String,
    pub differences: Vec<StoredDifference>,
    pub at: Timestamp,
}

/// A run that would go otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDifference {
    /// Counted from 0.
    pub place: i64,
    pub run: RunId,
    pub body: Sealed,
}

/// Which runs a job goes through: those after `after` up to `last` about events that were received
/// from `from` on and before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPeriod {
    pub environment: EnvironmentId,
    pub flow: FlowId,
    pub after: RunId,
    pub last: RunId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A run of the past, and what it weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    pub run: RunRecord,
    pub occurred_at: Timestamp,
    /// The event's type, as its sender names it.
    pub kind: String,
    pub body_bytes: i64,
    pub step_rows: i64,
    pub step_bytes: i64,
}

/// What is kept of a run of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastDetail {
    /// None if it was erased.
    pub body: Option<Sealed>,
    pub steps: Vec<StepRecord>,
    /// Which tables and rows it has met.
    pub lookups: Option<Sealed>,
}
