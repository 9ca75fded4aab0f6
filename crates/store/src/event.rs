//! The inbox: an event and the runs that it starts, in one commit.

use model::fault::FaultClass;
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, EventId, FlowId, RunId};
use model::{RunState, Timestamp};
use vault::Sealed;

/// What an event of our own has in the place of a connection: nothing brought it.
pub const NO_CONNECTION: ConnectionId = ConnectionId(0);

/// An event to be stored, verified and with its runs worked out.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub environment: EnvironmentId,
    /// [`NO_CONNECTION`] if it is our own.
    pub connection: ConnectionId,
    /// Account and mode at the sender; the event is unique under it.
    pub peer: String,
    /// The sender's id of the event: `evt_…`, or `schedule@time`, or `replay:run:n`.
    pub dedupe_key: String,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    /// A write of ours caused it.
    pub own: bool,
    /// Which live secret matched, by its position; for the rotation screen.
    pub secret: Option<i64>,
    pub body_len: i64,
    pub body_sha256: [u8; 32],
    /// The exact bytes as signed, sealed.
    pub body: Sealed,
    pub runs: Vec<NewRun>,
}

/// A run that an event starts.
#[derive(Clone, Debug)]
pub struct NewRun {
    pub deployment: DeploymentId,
    pub flow: FlowId,
    /// The business key; unique per flow and peer among all runs ever.
    pub key: String,
    pub lane: i64,
    pub shard: i64,
    /// Set if `key` or `order_by` could not be worked out: the run is born dead with this reason.
    pub stillborn: Option<(FaultClass, String)>,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingested {
    New {
        event: EventId,
        runs: Vec<StartedRun>,
    },
    /// It was there already; the delivery was counted.
    Duplicate { event: EventId },
}

/// A place among the runs in work: by shard, then by when they are due, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub shard: i64,
    pub due_at: Timestamp,
    pub run: RunId,
}

/// A run as the scheduler needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedRun {
    pub id: RunId,
    pub event: EventId,
    pub deployment: DeploymentId,
    pub lane: i64,
    pub shard: i64,
    /// `Ready`, `Covered` or `Dead`.
    pub state: RunState,
    pub rev: i64,
}
