//! The store in a PostgreSQL database: one task writes, a pool reads.

mod reader;
pub mod session;
mod writer;

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::inlet::{Answer, Inlet, Job};
use crate::migrations;
use crate::settings::Limits;
use async_trait::async_trait;
use model::Secret;
use parking_lot::Mutex;
use reader::Readers;
use session::PostgresSession;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use writer::Writer;

/// Commits wait for the disk (and for the standby, where there is one). The tables grow from
/// nothing faster than their statistics: every statement of the writer goes by an index, so the
/// planner is not let to think of anything else, and plans are made once.
pub(crate) const WRITER: &str = "
    SET synchronous_commit = on;
    SET statement_timeout = 0;
    SET jit = off;
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
";

/// A PostgreSQL store.
pub struct Postgres {
    inlet: Arc<Inlet>,
    readers: Readers,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Postgres {
    /// Connects and brings the tables up to date.
    ///
    /// # Errors
    /// If the database cannot be reached, or is of a newer release.
    pub async fn open(url: &Secret, limits: Limits) -> Result<Self> {
        let mut session = PostgresSession::connect(url.expose(), "")
            .await
            .map_err(|error| Error::Open(error.to_string()))?;
        migrations::postgres(&mut session.client).await?;
        session.plain("settings", WRITER).await?;
        let inlet = Arc::new(Inlet::new(limits));
        let writer = Writer {
            url: url.clone(),
            inlet: Arc::clone(&inlet),
            patience: Duration::from_secs(limits.wait_seconds),
        };
        let writer = Mutex::new(Some(tokio::spawn(writer.write(session))));
        let readers = Readers::new(url.clone(), limits.readers, limits.read_seconds);
        Ok(Self {
            inlet,
            readers,
            writer,
        })
    }
}

#[async_trait]
impl Backend for Postgres {
    fn inlet(&self) -> &Inlet {
        &self.inlet
    }

    async fn read(&self, job: Job) -> Result<Answer> {
        self.readers.read(job).await
    }

    async fn size(&self) -> Result<i64> {
        let size: Job = Arc::new(|session| {
            Box::pin(async move {
                let row = session.row(&crate::statements::settings::SIZE, &[]).await?;
                let size = row.map_or(Ok(0), |row| row.int(0))?;
                Ok(Box::new(size) as Answer)
            })
        });
        let size = self.read(size).await?.downcast::<i64>();
        size.map(|size| *size)
            .map_err(|_| Error::Conflict("an answer of another verb".into()))
    }

    /// The server checks its pages itself, by checksums where the cluster has them.
    async fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn close(&self) {
        self.inlet.close();
        let writer = self.writer.lock().take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
        self.readers.close();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The task ends when all that waits is written.
        self.inlet.close();
    }
}
