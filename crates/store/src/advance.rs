//! One durable point of a run: everything that must be on disk together.

use crate::effect::EffectWrite;
use crate::entry::{DepositWrite, EntryWrite, ExceptionRecord};
use crate::event::StartedRun;
use crate::run::{CallRecord, DeadLetter, StepRecord};
use model::fault::FaultClass;
use model::ids::RunId;
use model::{EffectId, Peer, RunState, Timestamp};
use vault::Sealed;

/// Proof that the writer still owns the shards it advances: shard and epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence(pub Vec<(i64, i64)>);

/// A commit that advances one run, all of it or nothing.
#[derive(Clone, Debug)]
pub struct Advance {
    pub run: RunId,
    pub shard: i64,
    /// The revision that was read; the commit raises it by one.
    pub rev: i64,
    pub state: RunState,
    pub cursor: i64,
    pub attempt: i64,
    pub since: Option<Timestamp>,
    pub due_at: Timestamp,
    pub deadline: Option<Timestamp>,
    pub wait_for: Option<String>,
    pub fault: Option<(FaultClass, String)>,
    pub now: Timestamp,
    pub steps: Vec<StepRecord>,
    pub calls: Vec<CallRecord>,
    pub effects: Vec<EffectWrite>,
    pub guards: Vec<GuardWrite>,
    pub cross_references: Vec<CrossReferenceWrite>,
    pub entries: Vec<EntryWrite>,
    pub deposits: Vec<DepositWrite>,
    pub exceptions: Vec<ExceptionRecord>,
    pub dead_letter: Option<DeadLetter>,
    /// Which lookup tables and rows the run has met, all of them, sealed; none leaves it as it is.
    pub lookups: Option<Sealed>,
    /// Runs that wait for one of these keys become ready in the same commit.
    pub wakes: Vec<String>,
    /// The run ended without any effect: its business key is released, and the newest run that it
    /// covered becomes ready.
    pub release_key: bool,
}

/// The latest `as_of` of a `set`; an older one than the stored is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardWrite {
    pub peer: Peer,
    pub kind: String,
    pub reference: String,
    pub as_of: Timestamp,
}

/// The same thing in two systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossReferenceWrite {
    pub kind: String,
    pub id: String,
    pub value: String,
}

/// What became of an advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advanced {
    Done {
        rev: i64,
        /// Runs that became ready: woken, or started because a key was released.
        ready: Vec<StartedRun>,
        /// `wait_for` was a cross reference that exists by now: the run is ready, not waiting.
        ready_at_once: bool,
    },
    /// The run was advanced by someone else, or this very advance was applied before: read it.
    Stale,
    /// An effect or deposit was changed by someone else: read it again and decide anew.
    EffectStale(EffectId),
    DepositStale(String),
    /// The shard belongs to another node now.
    Fenced,
    /// The item is refused whole, with the reason; a defect of the caller.
    Refused(String),
}

/// The answer to one advance, with the advance itself: what was not written can go into another
/// commit.
#[derive(Clone, Debug)]
pub struct Answered {
    pub advanced: Advanced,
    pub item: Box<Advance>,
}
