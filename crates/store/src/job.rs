//! Where a job that goes on beside everything else stands.

/// The numbers are the store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum JobState {
    Running = 0,
    /// The server was stopped while it ran.
    Paused = 1,
    /// A person stopped it.
    Cancelled = 2,
    Done = 3,
    Failed = 4,
}

impl JobState {
    pub fn from_code(code: i64) -> Option<Self> {
        [
            Self::Running,
            Self::Paused,
            Self::Cancelled,
            Self::Done,
            Self::Failed,
        ]
        .into_iter()
        .find(|state| *state as i64 == code)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether a person, or what became of it, may bring it from here to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match next {
            Self::Running => !matches!(self, Self::Done),
            Self::Cancelled => matches!(self, Self::Running | Self::Paused),
            Self::Paused | Self::Failed | Self::Done => matches!(self, Self::Running),
        }
    }
}
