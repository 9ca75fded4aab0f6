//! A flow that a person starts.

use super::audit::{self, Act};
use super::ingest::ingest;
use crate::error::{Error, Result};
use crate::event::{Ingested, NewEvent};
use crate::session::Session;

/// An event of ours with the run that it starts, and by whose will.
#[derive(Clone, Debug)]
pub struct StartRun {
    pub event: NewEvent,
    pub who: String,
}

/// Stores the event with its run and notes who started it; nothing happens if it is there already.
pub async fn start(session: &mut dyn Session, start: &StartRun) -> Result<Ingested> {
    let answer = ingest(session, &[&start.event]).await?.pop();
    let ingested = answer.ok_or_else(|| Error::Conflict("the event has no answer".into()))?;
    if let Ingested::New { runs, .. } = &ingested {
        let runs: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
        let act = Act {
            at: start.event.received_at,
            who: &start.who,
            action: "flow.start",
            subject: &start.event.dedupe_key,
            detail: &runs.join(" "),
        };
        audit::append(session, act).await?;
    }
    Ok(ingested)
}
