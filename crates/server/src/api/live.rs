//! What has changed, told as it happens (server-sent events).
//!
//! A watcher is told topics and asks for what it shows again. Nothing is kept per watcher but the
//! counts that it has seen, so a slow one costs nothing and misses nothing.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use futures::stream::{self, Stream};
use model::Timestamp;
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use store::Topic;
use store::changes::Counts;
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::ToSchema;

/// Watchers at a time.
pub const WATCHERS_MAX: usize = 256;
/// Changes are told so often at most.
const SPAN: Duration = Duration::from_millis(250);
/// How often a watcher that is told nothing else hears that the server is there.
const BEAT: Duration = Duration::from_secs(15);
/// Then the browser connects anew, and its right to is asked for again.
const LONGEST: Duration = Duration::from_secs(900);

/// The data of an event `change`.
#[derive(Serialize, ToSchema)]
pub struct ChangeOut {
    /// `events`, `runs`, `dead_letters`, `books`, `deployments`, `lookups`, `connections`,
    /// `accounts`.
    topics: Vec<&'static str>,
    at: String,
}

/// Tells what changes as server-sent events: `change`, at most every 250 ms, with the topics that
/// changed since the one before; `beat` every 15 s.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", operation_id = "live", params(ScopeIn),
    responses((status = OK, body = ChangeOut, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(name) = &scope.environment {
        app.environment(Some(name))?;
    }
    let turn = Arc::clone(&app.watchers).try_acquire_owned().map_err(|_| {
        let detail = format!("{WATCHERS_MAX} watch already");
        ApiError::too_many("too_many_watchers", detail, BEAT)
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // A proxy that collects an answer before it passes it on would keep all of it.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(Watcher::new(&app, turn).told())))
}

struct Watcher {
    app: App,
    changes: watch::Receiver<Counts>,
    stopped: watch::Receiver<bool>,
    seen: Counts,
    begun: Timestamp,
    /// When something was told last.
    told_at: Timestamp,
    /// When the next change may be told.
    not_before: Timestamp,
    _turn: OwnedSemaphorePermit,
}

impl Watcher {
    fn new(app: &App, turn: OwnedSemaphorePermit) -> Self {
        let mut changes = app.engine.store().changes();
        let seen = *changes.borrow_and_update();
        let now = app.engine.clock().now();
        Self {
            seen,
            changes,
            stopped: app.stopped.clone(),
            begun: now,
            told_at: now,
            not_before: now,
            app: app.clone(),
            _turn: turn,
        }
    }

    fn told(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        // The first line is sent at once, so that the browser knows that it is connected.
        let hello = stream::iter([Ok(Bytes::from_static(b": towpath\n\n"))]);
        let rest = stream::unfold(self, async |mut watcher| {
            let text = watcher.next().await?;
            Some((Ok(Bytes::from(text)), watcher))
        });
        futures::StreamExt::chain(hello, rest)
    }

    /// What is told next; nothing once the server ends or the watcher has watched for long.
    async fn next(&mut self) -> Option<String> {
        let clock = self.app.engine.clock().clone();
        let beat = self.told_at.plus(BEAT);
        loop {
            let now = clock.now();
            if *self.stopped.borrow() || now.since(self.begun) >= LONGEST {
                return None;
            }
            let counts = *self.changes.borrow_and_update();
            if counts != self.seen && now >= self.not_before {
                return Some(self.change(counts, now));
            }
            if now >= beat {
                self.told_at = now;
                return Some("event: beat\ndata: {}\n\n".into());
            }
            let until = match counts == self.seen {
                true => beat,
                false => self.not_before.min(beat),
            };
            tokio::select! {
                changed = self.changes.changed(), if counts == self.seen => changed.ok()?,
                stopped = self.stopped.changed() => stopped.ok()?,
                () = clock.sleep_until(until) => {}
            }
        }
    }

    fn change(&mut self, counts: Counts, now: Timestamp) -> String {
        let changed = |topic: &Topic| counts[*topic as usize] != self.seen[*topic as usize];
        let topics = Topic::ALL.iter().filter(|topic| changed(topic));
        let out = ChangeOut {
            topics: topics.map(|topic| topic.as_str()).collect(),
            at: rfc3339(now),
        };
        self.seen = counts;
        self.told_at = now;
        self.not_before = now.plus(SPAN);
        let data = serde_json::to_string(&out).unwrap_or_default();
        format!("event: change\ndata: {data}\n\n")
    }
}
