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

    /// Executes a job of one statement on the caller's own thread, if a reader is free: a look-up by
    /// key takes less than handing it to another thread and back. One statement is a snapshot.
    pub async fn peek(&self, job: Job) -> Result<Answer> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            let session = self.idle.lock().pop();
            if let Some(mut session) = session {
                let answer = now(job(&mut session));
                self.idle.lock().push(session);
                return answer;
            }
            drop(permit);
        }
        self.read(job).await
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
