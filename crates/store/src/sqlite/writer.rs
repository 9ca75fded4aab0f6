//! The thread that owns the connection which writes.

use super::session::{SqliteSession, now};
use crate::error::{Error, Result};
use crate::group::{self, Outcome};
use crate::inlet::{Inlet, Operation};
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

/// Writes batches until the inlet is closed and drained. `turn` is held while a batch is written,
/// so that the checkpointer finds its gap between two.
pub fn write(mut session: SqliteSession, inlet: &Inlet, turn: &Arc<Mutex<()>>) {
    loop {
        let batch = inlet.take_blocking();
        if batch.is_empty() {
            return;
        }
        let turn = turn.lock();
        match commit(&mut session, &batch) {
            Ok(outcomes) => group::answer(batch, outcomes, &inlet.changes),
            Err(Error::Busy(reason)) => {
                tracing::warn!(reason, "a batch was not written");
                group::refuse(batch, &reason);
            }
            Err(error) => {
                tracing::error!(%error, "a batch was not written");
                group::refuse(batch, &error.to_string());
            }
        }
        MutexGuard::unlock_fair(turn);
    }
}

fn commit(session: &mut SqliteSession, batch: &[Operation]) -> Result<Vec<Outcome>> {
    let together = in_transaction(session, |s| now(group::execute(s, batch)));
    match together {
        Err(error) if !group::is_fatal(&error) => {
            tracing::warn!(%error, items = batch.len(), "a batch failed; each item by itself now");
            in_transaction(session, |s| now(group::execute_singly(s, batch)))
        }
        outcome => outcome,
    }
}

fn in_transaction<T>(
    session: &mut SqliteSession,
    work: impl FnOnce(&mut SqliteSession) -> Result<T>,
) -> Result<T> {
    session.plain("begin", "BEGIN IMMEDIATE")?;
    let done = work(session).and_then(|done| session.plain("commit", "COMMIT").map(|()| done));
    if done.is_err() {
        session.roll_back();
    }
    done
}
