//! What a database must be able to do for the store.

use crate::error::Result;
use crate::inlet::{Answer, Inlet, Job};
use async_trait::async_trait;

/// A database: one inlet to its writer, and readers.
///
/// The verbs themselves are written once, against [`crate::session::Session`]; what differs is how
/// batches become durable and where reads are executed.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The way to the writer.
    fn inlet(&self) -> &Inlet;

    /// Executes a job on a consistent snapshot; it cannot write.
    async fn read(&self, job: Job) -> Result<Answer>;

    /// Executes a job of one short statement by key, where it stands if that is quicker.
    async fn peek(&self, job: Job) -> Result<Answer> {
        self.read(job).await
    }

    /// How large the database is, in bytes.
    async fn size(&self) -> Result<i64>;

    /// The database's own check of itself; empty if all is well.
    async fn check(&self) -> Result<Vec<String>>;

    /// Ends the writer when all that waits is done.
    async fn close(&self);
}
