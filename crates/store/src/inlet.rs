//! The two queues before a writer, and the batch it takes from them.
//!
//! There is no timer: while one batch is being synced to disk the next one collects itself. What
//! advances a run is drained before new events, so that a burst of deliveries cannot starve work
//! that is under way; each queue has its own bounds, so that it cannot lock it out either.

use crate::advance::{Advance, Advanced, Fence};
use crate::changes::{Changes, Topics};
use crate::error::{Error, Result};
use crate::event::{Ingested, NewEvent};
use crate::session::Session;
use crate::settings::Limits;
use futures::future::BoxFuture;
use parking_lot::{Condvar, Mutex};
use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{Notify, oneshot};

/// What a job answers with; the verb knows its type.
pub type Answer = Box<dyn Any + Send>;

/// A verb that is not hot. It may be executed again if a commit's outcome is not known.
pub type Job =
    Arc<dyn for<'a> Fn(&'a mut dyn Session) -> BoxFuture<'a, Result<Answer>> + Send + Sync>;

/// The items of an operation beside their answers. Given back, so that they are freed by whoever
/// waits for them and not by the writer.
pub struct Written<Item, Answer> {
    pub items: Vec<Item>,
    pub answers: Vec<Answer>,
}

/// Work for the writer, with the way back to whoever waits for it.
pub enum Operation {
    Ingest {
        events: Vec<NewEvent>,
        reply: oneshot::Sender<Result<Written<NewEvent, Result<Ingested>>>>,
    },
    Advance {
        fence: Fence,
        #[expect(clippy::vec_box, reason = "it is large and goes through many hands")]
        items: Vec<Box<Advance>>,
        reply: oneshot::Sender<Result<Written<Box<Advance>, Advanced>>>,
    },
    Job {
        job: Job,
        /// What it may change.
        topics: Topics,
        reply: oneshot::Sender<Result<Answer>>,
    },
}

impl Operation {
    /// Items and bytes, roughly.
    fn size(&self) -> (usize, usize) {
        match self {
            Self::Ingest { events, .. } => (
                events.len(),
                events.iter().map(|e| 512 + e.body.0.len()).sum(),
            ),
            Self::Advance { items, .. } => {
                (items.len(), items.iter().map(|item| weight(item)).sum())
            }
            Self::Job { .. } => (1, 1024),
        }
    }

    /// Tells whoever waits that nothing was done.
    pub fn refuse(self, error: Error) {
        // Whoever waited may have gone; that is no concern of the writer.
        let _gone = match self {
            Self::Ingest { reply, .. } => reply.send(Err(error)).is_err(),
            Self::Advance { reply, .. } => reply.send(Err(error)).is_err(),
            Self::Job { reply, .. } => reply.send(Err(error)).is_err(),
        };
    }
}

fn weight(item: &Advance) -> usize {
    let steps = item
        .steps
        .iter()
        .map(|s| 128 + s.output.as_ref().map_or(0, |o| o.0.len()));
    let effects = item.effects.iter().map(|e| 256 + e.record.body.0.len());
    256 + steps.sum::<usize>() + effects.sum::<usize>() + 512 * item.entries.len()
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Operation>,
    items: usize,
    bytes: usize,
}

#[derive(Default)]
struct Queues {
    /// What advances runs, and jobs.
    advance: Queue,
    ingest: Queue,
    closed: bool,
}

/// The writer's inlet. Cheap to share.
pub struct Inlet {
    queues: Mutex<Queues>,
    arrived: Condvar,
    notify: Notify,
    limits: Limits,
    /// What the batches that are on disk have changed.
    pub changes: Changes,
}

impl Inlet {
    pub fn new(limits: Limits) -> Self {
        Self {
            queues: Mutex::default(),
            arrived: Condvar::new(),
            notify: Notify::new(),
            limits,
            changes: Changes::default(),
        }
    }

    /// Queues work.
    ///
    /// # Errors
    /// [`Error::Busy`] if too much is waiting or the store is closing.
    pub fn push(&self, operation: Operation) -> Result<()> {
        let (items, bytes) = operation.size();
        let mut queues = self.queues.lock();
        if queues.closed {
            return Err(Error::Busy("it is closing".into()));
        }
        let queue = match operation {
            Operation::Ingest { .. } => &mut queues.ingest,
            Operation::Advance { .. } | Operation::Job { .. } => &mut queues.advance,
        };
        // What is larger than the bound by itself must still fit when nothing else waits.
        if !queue.waiting.is_empty()
            && (queue.items + items > self.limits.waiting_items
                || queue.bytes + bytes > self.limits.waiting_bytes)
        {
            return Err(Error::Busy(format!("{} items are waiting", queue.items)));
        }
        queue.items += items;
        queue.bytes += bytes;
        queue.waiting.push_back(operation);
        drop(queues);
        self.arrived.notify_one();
        self.notify.notify_one();
        Ok(())
    }

    /// Items that wait: to advance, to ingest.
    pub fn waiting(&self) -> (usize, usize) {
        let queues = self.queues.lock();
        (queues.advance.items, queues.ingest.items)
    }

    /// Refuses new work; what waits is still done.
    pub fn close(&self) {
        self.queues.lock().closed = true;
        self.arrived.notify_all();
        self.notify.notify_one();
    }

    /// Refuses new work and all that waits.
    fn end(&self) {
        let mut queues = self.queues.lock();
        queues.closed = true;
        let queues = &mut *queues;
        for queue in [&mut queues.advance, &mut queues.ingest] {
            for operation in std::mem::take(queue).waiting {
                operation.refuse(Error::Busy("the writer has ended".into()));
            }
        }
    }

    /// The next batch, for a thread. Empty once the inlet is closed and drained.
    pub fn take_blocking(&self) -> Vec<Operation> {
        let mut queues = self.queues.lock();
        loop {
            let batch = self.drain(&mut queues);
            if !batch.is_empty() || queues.closed {
                return batch;
            }
            self.arrived.wait(&mut queues);
        }
    }

    /// The next batch, for a task. Empty once the inlet is closed and drained.
    pub async fn take(&self) -> Vec<Operation> {
        loop {
            {
                let mut queues = self.queues.lock();
                let batch = self.drain(&mut queues);
                if !batch.is_empty() || queues.closed {
                    return batch;
                }
            }
            self.notify.notified().await;
        }
    }

    fn drain(&self, queues: &mut Queues) -> Vec<Operation> {
        let mut batch = Vec::new();
        let (mut items, mut bytes) = (0, 0);
        for queue in [&mut queues.advance, &mut queues.ingest] {
            while let Some(next) = queue.waiting.front() {
                let (more_items, more_bytes) = next.size();
                if !batch.is_empty()
                    && (items + more_items > self.limits.batch_items
                        || bytes + more_bytes > self.limits.batch_bytes)
                {
                    return batch;
                }
                items += more_items;
                bytes += more_bytes;
                queue.items -= more_items;
                queue.bytes -= more_bytes;
                batch.extend(queue.waiting.pop_front());
            }
        }
        batch
    }
}

/// Held by a writer as long as it works: however it ends, nobody waits for it in vain.
pub struct Writing(pub Arc<Inlet>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.end();
    }
}
