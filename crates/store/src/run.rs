//! Runs, their steps and calls, and dead letters.

use model::fault::FaultClass;
use model::ids::{DeploymentId, EnvironmentId, EventId, FlowId, RunId};
use model::{RunState, Timestamp};
use std::borrow::Cow;
use vault::Sealed;

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    pub id: RunId,
    pub environment: EnvironmentId,
    pub flow: FlowId,
    pub deployment: DeploymentId,
    pub event: EventId,
    pub replay_of: Option<RunId>,
    pub peer: String,
    pub key: String,
    pub lane: i64,
    pub shard: i64,
    pub state: RunState,
    /// Raised by every commit that advances the run.
    pub rev: i64,
    /// Ordinal of the first step that is not finished.
    pub cursor: i64,
    /// Failed tries of the step at the cursor.
    pub attempt: i64,
    /// When the step at the cursor was first tried; the 72 h count from here.
    pub since: Option<Timestamp>,
    pub due_at: Timestamp,
    /// When waiting is given up.
    pub deadline: Option<Timestamp>,
    /// What wakes it: `xref:order:pi_1`, `effect:<hex>`, `connection:<id>`.
    pub wait_for: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub fault: Option<(FaultClass, String)>,
}

/// A step of a run. Its position is (scope, step, index), so that loops and branches fit in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    pub scope: i64,
    pub step: i64,
    pub index: i64,
    pub state: StepState,
    /// Sealed output once done; sealed recipe state while a read or set is under way.
    pub output: Option<Sealed>,
    /// The effect it made or met: the ledger's key.
    pub effect: Option<[u8; 32]>,
    /// Whether the effect was met, not made, by this run.
    pub reused: bool,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Where a step stands. The numbers are the store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i64)]
pub enum StepState {
    Begun = 0,
    Done = 1,
    Skipped = 2,
    Failed = 3,
}

impl StepState {
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Begun, Self::Done, Self::Skipped, Self::Failed]
            .into_iter()
            .find(|s| *s as i64 == code)
    }
}

/// One call to a peer, for the trace: names and times, and sealed what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub step: i64,
    /// `OIS100MI/Confirm`.
    pub label: String,
    /// `read`, `set`, `stage`, `undo`, `commit`.
    pub kind: Cow<'static, str>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// Absent if it succeeded.
    pub fault: Option<(FaultClass, String)>,
    pub status: Option<i64>,
    /// What was asked and answered, cut to a length. Read only for one call at a time.
    pub body: Option<Sealed>,
}

/// A call in the list of a run's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedCall {
    /// The revision that wrote it, and its place there.
    pub at: (i64, i64),
    pub call: CallRecord,
    /// Whether what was said is kept.
    pub has_body: bool,
}

/// A run that was given up, and what a person needs to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Groups letters of one cause.
    pub fingerprint: String,
    pub class: FaultClass,
    pub step: String,
    /// The peer's message, exactly.
    pub message: String,
    /// Money at stake.
    pub amount_minor: Option<i64>,
    pub currency: Option<String>,
    /// A question that only a person can answer, for an uncertain effect.
    pub question: Option<String>,
    /// The lookup row to fill in: table and key.
    pub missing_row: Option<(String, String)>,
}
