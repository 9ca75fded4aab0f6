//! A small pool of connections that only read, each read on a snapshot and with a time limit.

use super::session::{SqliteSession, now};
use crate::error::{Error, Result};
use crate::inlet::{Answer, Job};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

pub struct Readers {
    idle: Arc<Mutex<Vec<SqliteSession>>>,
    free: Arc<Semaphore>,
    limit: Duration,
}

impl Readers {
    pub fn new(sessions: Vec<SqliteSession>, limit: Duration) -> Self {
        let free = Arc::new(Semaphore::new(sessions.len()));
        Self {
            idle: Arc::new(Mutex::new(sessions)),
            free,
            limit,
        }
    }

    /// Executes a job on a snapshot.
    pub async fn read(&self, job: Job) -> Result<Answer> {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let permit = permit.map_err(|_| Error::Busy("it is closing".into()))?;
        let idle = Arc::clone(&self.idle);
        let session = idle.lock().pop();
        let mut session = session.ok_or_else(|| Error::Busy("no reader is free".into()))?;
        let interrupt = session.connection.get_interrupt_handle();
        let mut work = tokio::task::spawn_blocking(move || {
            let answer = snapshot(&mut session, &job);
            idle.lock().push(session);
            drop(permit);
            answer
        });
        let ended = match tokio::time::timeout(self.limit, &mut work).await {
            Ok(ended) => ended,
            Err(_) => {
                interrupt.interrupt();
                work.await
            }
        };
        ended.map_err(|error| Error::Statement {
            verb: "read",
            message: error.to_string(),
        })?
    }
}

fn snapshot(session: &mut SqliteSession, job: &Job) -> Result<Answer> {
    session.plain("begin", "BEGIN")?;
    let answer = now(job(session));
    session.roll_back();
    answer
}
