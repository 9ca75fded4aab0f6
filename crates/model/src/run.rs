//! The states of a run.

use serde::{Deserialize, Serialize};

/// Where a run stands. The numbers are the store's and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(i64)]
pub enum RunState {
    /// Waits for its turn in its lane.
    Ready = 0,
    /// Has begun; may have a call under way.
    Running = 1,
    /// Waits for something to happen (`wait`, `approve`), outside its lane.
    Waiting = 2,
    /// Waits for its next try.
    Retry = 3,
    /// Set aside until a person or another run acts: an effect held by another run.
    Parked = 4,
    /// Ended well.
    Done = 5,
    /// Ended in a dead letter.
    Dead = 6,
    /// Recorded and not executed: another run has its business key.
    Covered = 7,
    /// Ended by a `check` that said skip: nothing was to be done.
    Skipped = 8,
    /// Ended by a person.
    Cancelled = 9,
}

impl RunState {
    pub const ALL: [Self; 10] = [
        Self::Ready,
        Self::Running,
        Self::Waiting,
        Self::Retry,
        Self::Parked,
        Self::Done,
        Self::Dead,
        Self::Covered,
        Self::Skipped,
        Self::Cancelled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Retry => "retry",
            Self::Parked => "parked",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Covered => "covered",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the run still has something to do.
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Running | Self::Waiting | Self::Retry | Self::Parked
        )
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| *s as i64 == code)
    }
}

impl std::str::FromStr for RunState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no state of a run"))
    }
}
