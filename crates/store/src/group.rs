//! Executes a batch of operations inside one transaction.
//!
//! First the hot verbs, all items of one kind together; then jobs, one by one behind a savepoint.
//! If a statement fails, the writer rolls back and executes every item behind a savepoint of its
//! own, so that a poisoned one fails alone.

use crate::advance::{Advance, Advanced, Fence};
use crate::changes::{self, Changes};
use crate::error::{Error, Result};
use crate::event::{Ingested, NewEvent};
use crate::inlet::{Answer, Operation, Written};
use crate::session::Session;
use crate::verbs;
use futures::future::BoxFuture;

/// A session in which a part can be taken back.
pub trait Savepoints: Session {
    fn save(&mut self) -> BoxFuture<'_, Result<()>>;
    fn release(&mut self) -> BoxFuture<'_, Result<()>>;
    fn take_back(&mut self) -> BoxFuture<'_, Result<()>>;
}

/// The answers of a batch, in the order of its operations. They are given once it is on disk.
pub enum Outcome {
    Ingest(Result<Vec<Result<Ingested>>>),
    Advance(Result<Vec<Advanced>>),
    Job(Result<Answer>),
}

/// Whether a failure concerns the store as a whole and not one item.
pub fn is_fatal(error: &Error) -> bool {
    matches!(error, Error::Busy(_) | Error::Open(_))
}

/// Executes the whole batch; an error of a hot verb ends it.
pub async fn execute<S: Savepoints>(session: &mut S, batch: &[Operation]) -> Result<Vec<Outcome>> {
    let mut advances: Vec<(&Fence, &Advance)> = Vec::new();
    let mut events: Vec<&NewEvent> = Vec::new();
    for operation in batch {
        match operation {
            Operation::Advance { fence, items, .. } => {
                advances.extend(items.iter().map(|item| (fence, &**item)));
            }
            Operation::Ingest { events: more, .. } => events.extend(more),
            Operation::Job { .. } => {}
        }
    }
    let mut advanced = verbs::advance::advance(session, &advances)
        .await?
        .into_iter();
    let mut ingested = verbs::ingest::ingest(session, &events).await?.into_iter();
    let mut outcomes = Vec::with_capacity(batch.len());
    for operation in batch {
        outcomes.push(match operation {
            Operation::Advance { items, .. } => {
                Outcome::Advance(Ok(advanced.by_ref().take(items.len()).collect()))
            }
            Operation::Ingest { events, .. } => {
                Outcome::Ingest(Ok(ingested.by_ref().take(events.len()).map(Ok).collect()))
            }
            Operation::Job { job, .. } => {
                session.save().await?;
                let answer = job(session).await;
                Outcome::Job(keep_or_take_back(session, answer).await?)
            }
        });
    }
    Ok(outcomes)
}

/// Executes every item by itself; only a failure of the store as a whole ends it.
pub async fn execute_singly<S: Savepoints>(
    session: &mut S,
    batch: &[Operation],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for operation in batch {
        outcomes.push(match operation {
            Operation::Advance { fence, items, .. } => {
                let mut answers = Vec::with_capacity(items.len());
                for item in items {
                    session.save().await?;
                    let answer = verbs::advance::advance(session, &[(fence, item)]).await;
                    answers.push(match keep_or_take_back(session, answer).await? {
                        Ok(mut done) => done.pop().unwrap_or(Advanced::Stale),
                        Err(error) => Advanced::Refused(error.to_string()),
                    });
                }
                Outcome::Advance(Ok(answers))
            }
            Operation::Ingest { events, .. } => {
                let mut answers = Vec::with_capacity(events.len());
                for event in events {
                    session.save().await?;
                    let answer = verbs::ingest::ingest(session, &[event]).await;
                    let missing = || Error::Conflict("the event has no answer".into());
                    let answer = keep_or_take_back(session, answer).await?;
                    answers.push(answer.and_then(|mut a| a.pop().ok_or_else(missing)));
                }
                Outcome::Ingest(Ok(answers))
            }
            Operation::Job { job, .. } => {
                session.save().await?;
                let answer = job(session).await;
                Outcome::Job(keep_or_take_back(session, answer).await?)
            }
        });
    }
    Ok(outcomes)
}

async fn keep_or_take_back<S: Savepoints, T>(
    session: &mut S,
    answer: Result<T>,
) -> Result<Result<T>> {
    match answer {
        Ok(answer) => {
            session.release().await?;
            Ok(Ok(answer))
        }
        Err(error) if is_fatal(&error) => Err(error),
        Err(error) => {
            session.take_back().await?;
            Ok(Err(error))
        }
    }
}

/// Says what a batch that is on disk has changed, and gives its answers: who has one finds that
/// the watchers were told.
pub fn answer(batch: Vec<Operation>, outcomes: Vec<Outcome>, changes: &Changes) {
    changes.note(changes::topics(&batch));
    for (operation, outcome) in batch.into_iter().zip(outcomes) {
        // Whoever waited may have gone; that is no concern of the writer.
        let _gone = match (operation, outcome) {
            (Operation::Ingest { events, reply }, Outcome::Ingest(answers)) => {
                reply.send(give_back(events, answers)).is_err()
            }
            (Operation::Advance { items, reply, .. }, Outcome::Advance(answers)) => {
                reply.send(give_back(items, answers)).is_err()
            }
            (Operation::Job { reply, .. }, Outcome::Job(answer)) => reply.send(answer).is_err(),
            (operation, _) => {
                operation.refuse(Error::Conflict("the answer is of another verb".into()));
                true
            }
        };
    }
}

fn give_back<I, A>(items: Vec<I>, answers: Result<Vec<A>>) -> Result<Written<I, A>> {
    Ok(Written {
        items,
        answers: answers?,
    })
}

/// Tells all of a batch that the store cannot take it now.
pub fn refuse(batch: Vec<Operation>, reason: &str) {
    for operation in batch {
        operation.refuse(Error::Busy(reason.to_owned()));
    }
}
