//! What the store does, each verb written once for both databases.

pub mod accounts;
pub mod advance;
pub mod audit;
pub mod cancel;
pub mod completeness;
pub mod cross_reference;
pub mod deploy;
pub mod effects;
pub mod ingest;
pub mod lease;
pub mod lookups;
pub mod pinned;
pub mod proposals;
pub mod repair;
pub mod replay;
pub mod resolve;
pub mod settings;
pub mod start;
pub mod subledger;
pub mod tag;
pub mod what_if;

use crate::error::Result;
use crate::event::StartedRun;
use crate::value::Row;
use model::RunState;
use model::ids::{DeploymentId, EventId, RunId};

/// The value of the column `live` for a state: 1 in work, 2 set aside, 0 ended, -1 covered.
pub fn live(state: RunState) -> i64 {
    match state {
        RunState::Ready | RunState::Running | RunState::Retry => 1,
        RunState::Waiting | RunState::Parked => 2,
        RunState::Done | RunState::Dead | RunState::Skipped | RunState::Cancelled => 0,
        RunState::Covered => -1,
    }
}

/// Reads `id, event, deployment, lane, shard, state, rev`.
pub fn started(row: Row) -> Result<StartedRun> {
    let mut row = row.read("run");
    Ok(StartedRun {
        id: RunId(row.int()?),
        event: EventId(row.int()?),
        deployment: DeploymentId(row.int()?),
        lane: row.int()?,
        shard: row.int()?,
        state: RunState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        rev: row.int()?,
    })
}
