//! A text in what is sealed: payloads, and what steps came to. No index holds it, because an index
//! would tell what is hidden; so the newest events are opened and looked through.

use crate::Engine;
use crate::catalog::Environment;
use crate::seal::Purpose;
use aho_corasick::AhoCorasick;
use model::Timestamp;
use model::ids::{EventId, RunId};
use std::sync::Arc;
use store::{EventFilter, InboxEvent, Page, PastDetail};
use vault::Sealed;

/// So many events are looked through at once: some 0.2 s.
const EVENTS_MAX: usize = 4_000;
/// So many are opened together.
const BATCH: i64 = 250;
/// It ends early once so many were found.
const FOUND_MAX: usize = 50;

/// An event in which a text was found.
#[derive(Debug)]
pub struct Sighting {
    pub event: InboxEvent,
    /// Whether it stands in the payload; else in what a step came to.
    pub in_payload: bool,
    /// The run, and the step's ordinal.
    pub step: Option<(RunId, i64)>,
}

/// What was found, and how far back was looked.
#[derive(Debug, Default)]
pub struct Looked {
    pub found: Vec<Sighting>,
    pub events: usize,
    /// When the oldest of them was received.
    pub oldest: Option<Timestamp>,
    /// The event below which nothing was looked through yet.
    pub next: Option<EventId>,
}

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the text cannot be looked for: {0}")]
    Text(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Engine {
    /// Looks for a text, as whole words, in the payloads of the newest events below one of them and
    /// in what the steps of their runs came to.
    ///
    /// # Errors
    /// If the text cannot be looked for, or the store's.
    pub async fn look_through(
        &self,
        environment: &Arc<Environment>,
        text: &str,
        below: Option<EventId>,
    ) -> Result<Looked, SearchError> {
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build([text])
            .map_err(|error| SearchError::Text(error.to_string()))?;
        let finder = Arc::new(finder);
        let mut looked = Looked::default();
        let mut after = below.map(|event| event.0);
        while looked.events < EVENTS_MAX && looked.found.len() < FOUND_MAX {
            let page = Page {
                after,
                limit: BATCH,
            };
            let store = &self.shared.store;
            let filter = EventFilter::default();
            let batch = store.inbox(environment.id, filter, page, 1).await?;
            let last = batch.rows.last().map(|event| event.head.id);
            let Some(next) = last.or(batch.next.map(EventId)) else {
                looked.next = None;
                return Ok(looked);
            };
            after = Some(next.0);
            looked.next = after.map(EventId);
            looked.events += batch.rows.len();
            let oldest = batch.rows.last().map(|event| event.head.received_at);
            looked.oldest = oldest.or(looked.oldest);
            let sealed = self.sealed(batch.rows).await?;
            let (environment, finder) = (Arc::clone(environment), Arc::clone(&finder));
            let find = move || -> Vec<Sighting> {
                let found = sealed.into_iter();
                found
                    .filter_map(|one| one.find(&environment, &finder))
                    .collect()
            };
            // Opening is work for the processor alone.
            let found = tokio::task::spawn_blocking(find).await;
            looked.found.extend(found.unwrap_or_default());
        }
        Ok(looked)
    }

    async fn sealed(&self, events: Vec<InboxEvent>) -> Result<Vec<SealedEvent>, store::Error> {
        let store = &self.shared.store;
        let ids = events.iter().map(|event| event.head.id).collect();
        let mut bodies = store.bodies(ids).await?;
        let about = |event: &InboxEvent| {
            let runs = event.runs.iter().map(|run| (run.run.id, event.head.id));
            runs.collect::<Vec<_>>()
        };
        let pairs: Vec<(RunId, EventId)> = events.iter().flat_map(about).collect();
        let details = store.past_details(pairs.clone()).await?;
        let mut details = pairs.into_iter().zip(details).peekable();
        let with = |event: InboxEvent| {
            let mut runs = Vec::new();
            while let Some(((run, _), detail)) =
                details.next_if(|((_, about), _)| *about == event.head.id)
            {
                runs.push((run, detail));
            }
            SealedEvent {
                body: bodies.remove(&event.head.id),
                runs,
                event,
            }
        };
        Ok(events.into_iter().map(with).collect())
    }
}

struct SealedEvent {
    event: InboxEvent,
    body: Option<Sealed>,
    runs: Vec<(RunId, PastDetail)>,
}

impl SealedEvent {
    fn find(self, environment: &Environment, finder: &AhoCorasick) -> Option<Sighting> {
        let has = |sealed: &Sealed, purpose: Purpose| {
            let open = environment.key.open(sealed, purpose.label());
            open.is_ok_and(|plain| has_word(finder, &plain))
        };
        let in_payload = self.body.is_some_and(|body| has(&body, Purpose::Body));
        let step = || {
            let runs = self.runs.iter();
            runs.flat_map(|(run, detail)| detail.steps.iter().map(|step| (*run, step)))
                .find(|(_, step)| step.output.as_ref().is_some_and(|o| has(o, Purpose::Step)))
                .map(|(run, step)| (run, step.step))
        };
        let step = if in_payload { None } else { step() };
        (in_payload || step.is_some()).then_some(Sighting {
            event: self.event,
            in_payload,
            step,
        })
    }
}

/// Whether a text stands in another one with no letter or digit on either side.
fn has_word(finder: &AhoCorasick, text: &[u8]) -> bool {
    let is_free = |byte: Option<&u8>| byte.is_none_or(|b| !b.is_ascii_alphanumeric());
    finder.find_iter(text).any(|found| {
        let before = found.start().checked_sub(1).and_then(|at| text.get(at));
        is_free(before) && is_free(text.get(found.end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_a_word_whatever_its_case() {
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(["jo@example.com"])
            .expect("a finder");
        assert!(has_word(&finder, br#"{"email":"Jo@Example.com"}"#));
        assert!(!has_word(&finder, br#"{"email":"mojo@example.com"}"#));
        assert!(!has_word(&finder, br#"{"email":"jo@example.community"}"#));
    }
}
