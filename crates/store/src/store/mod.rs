//! The store as everything above sees it.

mod accounts;
mod lists;
mod lookups;
mod reads;
mod repair;
mod tag;
mod trail;
mod versions;
mod what_if;
mod writes;

use crate::advance::{Advance, Advanced, Answered, Fence};
use crate::backend::Backend;
use crate::changes::{Counts, Topics};
use crate::error::{Error, Result};
use crate::event::{Ingested, NewEvent};
use crate::inlet::{Answer, Job, Operation, Written};
use crate::session::Session;
use crate::settings::Settings;
use crate::sqlite::Sqlite;
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::watch;

/// A handle to the store; cheap to clone.
///
/// Every writing verb returns when its effect is on disk, and may be repeated with the same
/// arguments if its answer was lost.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the store and brings its tables up to date.
    ///
    /// # Errors
    /// If it cannot be reached, is another process's, or is of a newer release.
    pub async fn open(settings: Settings) -> Result<Self> {
        let backend: Arc<dyn Backend> = match settings {
            Settings::Sqlite { path, limits } => {
                let open = tokio::task::spawn_blocking(move || Sqlite::open(&path, limits)).await;
                Arc::new(open.map_err(|error| Error::Open(error.to_string()))??)
            }
            Settings::Postgres { url, limits } => {
                Arc::new(crate::postgres::Postgres::open(&url, limits).await?)
            }
        };
        Ok(Self { backend })
    }

    /// Ends the writer when all that waits is on disk. Verbs answer [`Error::Busy`] afterwards.
    pub async fn close(&self) {
        self.backend.close().await;
    }

    /// Stores events with their runs; answers in their order.
    ///
    /// # Errors
    /// [`Error::Busy`] for all of them; another error for one that could not be stored by itself.
    pub async fn ingest(&self, events: Vec<NewEvent>) -> Result<Vec<Result<Ingested>>> {
        Ok(self.ingest_all(events).await?.answers)
    }

    /// Stores one event with its runs; it is given back with the answer.
    ///
    /// # Errors
    /// [`Error::Busy`], or another if it could not be stored.
    pub async fn ingest_one(&self, event: NewEvent) -> Result<(Ingested, NewEvent)> {
        let mut written = self.ingest_all(vec![event]).await?;
        match (written.answers.pop(), written.items.pop()) {
            (Some(ingested), Some(event)) => Ok((ingested?, event)),
            _ => Err(Error::Conflict("the event has no answer".into())),
        }
    }

    async fn ingest_all(
        &self,
        events: Vec<NewEvent>,
    ) -> Result<Written<NewEvent, Result<Ingested>>> {
        self.send(|reply| Operation::Ingest { events, reply }).await
    }

    /// Advances runs, each item all or nothing; answers in their order.
    ///
    /// # Errors
    /// [`Error::Busy`]. What concerns one item is its answer.
    pub async fn advance(&self, fence: Fence, items: Vec<Advance>) -> Result<Vec<Advanced>> {
        let items = items.into_iter().map(Box::new).collect();
        Ok(self.advance_all(fence, items).await?.answers)
    }

    /// Advances one run; what was to be written is given back with the answer.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn advance_one(&self, fence: Fence, item: Box<Advance>) -> Result<Answered> {
        let mut written = self.advance_all(fence, vec![item]).await?;
        match (written.answers.pop(), written.items.pop()) {
            (Some(advanced), Some(item)) => Ok(Answered { advanced, item }),
            _ => Err(Error::Conflict("the advance has no answer".into())),
        }
    }

    #[expect(
        clippy::vec_box,
        reason = "an advance is large and goes through many hands"
    )]
    async fn advance_all(
        &self,
        fence: Fence,
        items: Vec<Box<Advance>>,
    ) -> Result<Written<Box<Advance>, Advanced>> {
        self.send(|reply| Operation::Advance {
            fence,
            items,
            reply,
        })
        .await
    }

    /// Items that wait for the writer: to advance, to ingest.
    pub fn waiting(&self) -> (usize, usize) {
        self.backend.inlet().waiting()
    }

    /// How often each topic has changed, from now on.
    pub fn changes(&self) -> watch::Receiver<Counts> {
        self.backend.inlet().changes.watch()
    }

    /// How large the database is, in bytes.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn size(&self) -> Result<i64> {
        self.backend.size().await
    }

    /// Checks the database and what must hold in it: entries balance, the audit trail is whole.
    /// Answers with what is wrong.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn verify(&self) -> Result<Vec<String>> {
        let mut found = self.backend.check().await?;
        let trail = self.verify_audit(None).await?.broken;
        found.extend(trail.map(|b| format!("audit row {}: {}", b.id, b.reason)));
        found.extend(
            self.read(|s| Box::pin(crate::queries::overview::verify(s)))
                .await?,
        );
        Ok(found)
    }

    async fn send<T>(
        &self,
        operation: impl FnOnce(tokio::sync::oneshot::Sender<Result<T>>) -> Operation,
    ) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.backend.inlet().push(operation(reply))?;
        answer
            .await
            .map_err(|_| Error::Busy("the writer has ended".into()))?
    }

    /// Executes a verb in the writer's next batch.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        verb: impl for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    ) -> Result<T> {
        self.write_about(Topics::ALL, verb).await
    }

    /// The same, for a verb that changes nothing but `topics`.
    pub(crate) async fn write_about<T: Send + 'static>(
        &self,
        topics: Topics,
        verb: impl for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    ) -> Result<T> {
        let answer = self
            .send(|reply| Operation::Job {
                job: job(verb),
                topics,
                reply,
            })
            .await?;
        typed(answer)
    }

    /// Executes a query on a snapshot.
    /// As `read`, for one short statement by key.
    pub(crate) async fn peek<T: Send + 'static>(
        &self,
        query: impl for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    ) -> Result<T> {
        typed(self.backend.peek(job(query)).await?)
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    ) -> Result<T> {
        typed(self.backend.read(job(query)).await?)
    }
}

fn job<T: Send + 'static>(
    verb: impl for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
) -> Job {
    Arc::new(move |session| {
        let work = verb(session);
        Box::pin(async move { work.await.map(|answer| Box::new(answer) as Answer) })
    })
}

fn typed<T: 'static>(answer: Answer) -> Result<T> {
    let answer = answer.downcast::<T>();
    answer
        .map(|answer| *answer)
        .map_err(|_| Error::Conflict("an answer of another verb".into()))
}
