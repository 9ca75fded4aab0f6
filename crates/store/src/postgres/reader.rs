//! A small pool of connections that only read, each read on a snapshot and with a time limit.

use super::session::PostgresSession;
use crate::error::{Error, Result};
use crate::inlet::{Answer, Job};
use model::Secret;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub struct Readers {
    url: Secret,
    settings: String,
    idle: Mutex<Vec<PostgresSession>>,
    free: Semaphore,
}

impl Readers {
    /// Connections are made when they are needed first.
    pub fn new(url: Secret, connections: usize, seconds: u64) -> Self {
        let settings = format!(
            "SET default_transaction_read_only = on; SET statement_timeout = '{seconds}s'; \
             SET jit = off"
        );
        Self {
            url,
            settings,
            idle: Mutex::default(),
            free: Semaphore::new(connections.max(1)),
        }
    }

    /// Executes a job on a snapshot.
    pub async fn read(&self, job: Job) -> Result<Answer> {
        let permit = self.free.acquire().await;
        let _permit = permit.map_err(|_| Error::Busy("it is closing".into()))?;
        let mut session = self.begin().await?;
        let answer = job(&mut session).await;
        // A connection that cannot end its read is not used again; nor is one whose read was
        // dropped in the middle, which never gets here.
        if session.plain("rollback", "ROLLBACK").await.is_ok() {
            self.idle.lock().push(session);
        }
        answer
    }

    /// A connection with a snapshot; one that has died while it was idle is made anew.
    async fn begin(&self) -> Result<PostgresSession> {
        const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";
        loop {
            let idle = self.idle.lock().pop();
            let Some(session) = idle else { break };
            if session.plain("begin", BEGIN).await.is_ok() {
                return Ok(session);
            }
        }
        let session = PostgresSession::connect(self.url.expose(), &self.settings).await?;
        session.plain("begin", BEGIN).await?;
        Ok(session)
    }

    /// Ends all connections that are not in use.
    pub fn close(&self) {
        self.free.close();
        self.idle.lock().clear();
    }
}
