//! Acts on all open dead letters of a cause, and who takes care of one.

use crate::job::JobState;
use model::ids::{AccountId, EnvironmentId, RepairId, RunId};
use model::{RunState, Timestamp};
use vault::Sealed;

/// What is done with each letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum RepairKind {
    /// It is worked on trial: nothing is changed.
    Trial = 0,
    /// It is worked again.
    Retry = 1,
}

impl RepairKind {
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Trial, Self::Retry]
            .into_iter()
            .find(|kind| *kind as i64 == code)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Retry => "retry",
        }
    }
}

/// A repair as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairRecord {
    pub id: RepairId,
    pub environment: EnvironmentId,
    pub fingerprint: String,
    pub kind: RepairKind,
    /// What was asked, JSON.
    pub request: String,
    pub state: JobState,
    /// The last letter that was gone through.
    pub cursor: RunId,
    /// The last letter there was when it began: later ones do not count.
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

/// A repair to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRepair {
    pub environment: EnvironmentId,
    pub fingerprint: String,
    pub kind: RepairKind,
    /// JSON.
    pub request: String,
    /// JSON.
    pub progress: String,
    pub who: String,
    pub at: Timestamp,
    /// So many repairs of the environment are kept, this one included.
    pub kept: i64,
}

/// How far a repair has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairAdvance {
    pub id: RepairId,
    /// Where it was taken to be.
    pub before: RunId,
    pub cursor: RunId,
    pub state: JobState,
    /// JSON.
    pub progress: String,
    pub items: Vec<NewRepairItem>,
    pub at: Timestamp,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRepairItem {
    pub run: RunId,
    /// The run that works it again.
    pub made: Option<RunId>,
    pub body: Sealed,
}

/// The same, with the letter's money and how the new run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairItem {
    pub run: RunId,
    pub made: Option<RunId>,
    pub body: Sealed,
    pub amount_minor: Option<i64>,
    pub currency: Option<String>,
    pub stands: Option<RunState>,
}

/// Letters of one currency, counted and summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterSum {
    pub currency: Option<String>,
    pub count: i64,
    pub amount_minor: Option<i64>,
}

/// Who takes care of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    pub fingerprint: String,
    /// The person's name.
    pub assignee: Option<String>,
    /// Their account; absent where there are no accounts.
    pub account: Option<AccountId>,
    /// A day: `2026-11-28`.
    pub due: Option<String>,
    pub revision: i64,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

/// Who is to take care of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCare {
    pub environment: EnvironmentId,
    pub fingerprint: String,
    pub assignee: Option<String>,
    pub account: Option<AccountId>,
    pub due: Option<String>,
    /// The revision that was seen; 0 where nobody had taken care.
    pub expected: i64,
    pub who: String,
    pub at: Timestamp,
}

/// What a person says about a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    pub who: String,
    pub text: String,
    pub at: Timestamp,
}

/// A comment to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    pub environment: EnvironmentId,
    pub fingerprint: String,
    pub who: String,
    pub text: String,
    pub at: Timestamp,
    /// So many comments one cause takes.
    pub most: i64,
}
