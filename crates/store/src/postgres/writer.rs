//! The task that owns the connection which writes.

use super::WRITER;
use super::session::{PostgresSession, failed};
use crate::error::{Error, Result};
use crate::group::{self, Outcome};
use crate::inlet::{Inlet, Operation, Writing};
use model::Secret;
use std::sync::Arc;
use std::time::Duration;

/// How a batch ended.
enum End {
    /// On disk, with its answers.
    Written(Vec<Outcome>),
    /// Not on disk, for this reason.
    NotWritten(Error),
    /// COMMIT was sent and its answer is missing or not to be trusted: the batch is repeated.
    Unknown,
}

pub struct Writer {
    pub url: Secret,
    pub inlet: Arc<Inlet>,
    /// How long a database that is away is waited for before those who wait are told.
    pub patience: Duration,
}

impl Writer {
    /// Writes batches until the inlet is closed and drained.
    pub async fn write(self, session: PostgresSession) {
        let _writing = Writing(Arc::clone(&self.inlet));
        let mut session = Some(session);
        loop {
            let batch = self.inlet.take().await;
            if batch.is_empty() {
                return;
            }
            match self.commit(&mut session, &batch).await {
                Ok(outcomes) => group::answer(batch, outcomes, &self.inlet.changes),
                Err(error) => {
                    tracing::warn!(%error, "a batch was not written");
                    let reason = match error {
                        Error::Busy(reason) => reason,
                        other => other.to_string(),
                    };
                    group::refuse(batch, &reason);
                }
            }
        }
    }

    async fn commit(
        &self,
        slot: &mut Option<PostgresSession>,
        batch: &[Operation],
    ) -> Result<Vec<Outcome>> {
        let (mut is_unknown, mut is_second) = (false, false);
        loop {
            let mut session = match slot.take() {
                Some(session) if !session.client.is_closed() => session,
                _ => match self.reconnect().await {
                    Ok(session) => session,
                    // What may be on disk must be asked for again: repeating answers it.
                    Err(error) if is_unknown => {
                        tracing::error!(%error, "the outcome of a batch is not known yet");
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            let mut end = together(&mut session, batch).await;
            if matches!(&end, End::NotWritten(error) if !group::is_fatal(error)) {
                tracing::warn!(
                    items = batch.len(),
                    "a batch failed; each item by itself now"
                );
                end = singly(&mut session, batch).await;
            }
            match end {
                End::Written(outcomes) => {
                    *slot = Some(session);
                    return Ok(outcomes);
                }
                // The connection may be gone: nothing was written, so once it is tried anew.
                // What may be on disk must be repeated until it is answered.
                End::NotWritten(error) if group::is_fatal(&error) && (is_unknown || !is_second) => {
                    tracing::warn!(%error, "a batch is tried on a new connection");
                    if is_second {
                        pause(Duration::from_secs(1)).await;
                    }
                    is_second = true;
                }
                End::NotWritten(error) => return Err(error),
                End::Unknown => is_unknown = true,
            }
        }
    }

    async fn reconnect(&self) -> Result<PostgresSession> {
        let mut wait = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            match PostgresSession::connect(self.url.expose(), WRITER).await {
                Ok(session) => return Ok(session),
                Err(error) if waited >= self.patience => return Err(error),
                Err(_) => {}
            }
            pause(wait).await;
            waited += wait;
            wait = (wait * 2).min(Duration::from_secs(1));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the database lives in real time")]
async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}

async fn together(session: &mut PostgresSession, batch: &[Operation]) -> End {
    if let Err(error) = session.plain("begin", "BEGIN").await {
        return End::NotWritten(error);
    }
    let done = group::execute(session, batch).await;
    finish(session, done).await
}

async fn singly(session: &mut PostgresSession, batch: &[Operation]) -> End {
    if let Err(error) = session.plain("begin", "BEGIN").await {
        return End::NotWritten(error);
    }
    let done = group::execute_singly(session, batch).await;
    finish(session, done).await
}

async fn finish(session: &mut PostgresSession, done: Result<Vec<Outcome>>) -> End {
    let outcomes = match done {
        Ok(outcomes) => outcomes,
        Err(error) => {
            // If the connection is gone, so is the transaction.
            drop(session.plain("rollback", "ROLLBACK").await);
            return End::NotWritten(error);
        }
    };
    session.take_warning();
    match session.client.batch_execute("COMMIT").await {
        // A wait for replication that was cancelled leaves a commit that others can see and that a
        // failover loses; the server says so by a warning only.
        Ok(()) if session.take_warning() => End::Unknown,
        Ok(()) => End::Written(outcomes),
        // A server that is going down says so also when the commit is on its own disk.
        Err(error) if session.take_warning() || is_going_down(&error) => End::Unknown,
        // The server answered: nothing was committed.
        Err(error) if error.as_db_error().is_some() => End::NotWritten(failed("commit", &error)),
        Err(_) => End::Unknown,
    }
}

/// Classes 57P (operator intervention) and 08 (connection).
fn is_going_down(error: &tokio_postgres::Error) -> bool {
    let code = error.code().map_or("", |state| state.code());
    code.starts_with("57P") || code.starts_with("08")
}
