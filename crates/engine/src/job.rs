//! Jobs of the store: worked a little at a time beside everything else, until they end or are
//! stopped.

use crate::Engine;
use crate::shared::Shared;
use crate::stop::Stop;
use model::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The store cannot take it now: try again then.
pub(crate) const STORE_AWAY: Duration = Duration::from_secs(1);

/// A job with what it needs.
pub(crate) trait Job: Send + Sync + 'static {
    fn shared(&self) -> &Arc<Shared>;

    /// What it is, for the log.
    fn name(&self) -> String;

    /// Works a little of it; false if it has ended, or somebody has stopped it.
    fn turn(&mut self) -> impl Future<Output = Result<bool, Stop>> + Send;

    /// Writes down that it failed.
    fn failed(
        &self,
        reason: String,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), store::Error>> + Send;
}

impl Engine {
    /// Lets a job go on until it ends or is stopped.
    pub(crate) fn work_on(&self, job: impl Job) {
        let mut tasks = self.tasks.lock();
        // Those that have ended are forgotten.
        while tasks.watches.try_join_next().is_some() {}
        tasks.watches.spawn(work(job));
    }
}

async fn work(mut job: impl Job) {
    loop {
        match job.turn().await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(Stop::Store(store::Error::Busy(reason))) => {
                tracing::warn!(job.name = job.name(), reason, "the store is away");
                job.shared().clock.sleep(STORE_AWAY).await;
            }
            Err(stop) => return fail(&job, &stop).await,
        }
    }
}

async fn fail(job: &impl Job, stop: &Stop) {
    let reason = match stop {
        Stop::Dead(death) => death.fault.message.clone(),
        other => format!("{other:?}"),
    };
    tracing::error!(job.name = job.name(), error = reason, "a job failed");
    if let Err(error) = job.failed(reason, job.shared().clock.now()).await {
        tracing::error!(job.name = job.name(), error = %error, "that it failed is not stored");
    }
}
