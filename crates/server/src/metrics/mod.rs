//! `/metrics`: what was counted and what there is, in Prometheus' text format 0.0.4.
//!
//! A small renderer of our own: a handful of families does not need a registry, and counting in
//! ingress must cost one atomic addition.

mod deliveries;
mod histogram;
mod text;

pub use deliveries::Deliveries;
pub use histogram::Histogram;

use crate::app::App;
use crate::problem::ApiError;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use model::{RunState, Timestamp};
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Counts;
use text::Text;
use tokio::sync::Mutex;

/// How long counts of the store are kept, so that asking often costs nothing.
const COUNTS_AGE: Duration = Duration::from_secs(5);

/// What the server has counted since it started.
#[derive(Default)]
pub struct Metrics {
    pub deliveries: Deliveries,
    /// From the request's head to the acknowledgement.
    pub acknowledged: Histogram,
    counts: Mutex<Option<(Timestamp, Counts)>>,
}

/// Answers `GET /metrics`.
pub async fn show(State(app): State<App>) -> Result<impl IntoResponse, ApiError> {
    let mut text = Text::default();
    deliveries(&app, &mut text);
    engine(&app, &mut text);
    connections(&app, &mut text);
    // Without the store the rest is still worth showing.
    match counts(&app).await {
        Ok(counts) => stored(&app, &counts, &mut text),
        Err(error) => {
            tracing::debug!(error = %error, "the store cannot be counted");
            text.gauge("towpath_store_up", "Whether the store answers.")
                .value(0);
        }
    }
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text.into_string(),
    ))
}

fn deliveries(app: &App, text: &mut Text) {
    let mut family = text.counter("towpath_deliveries_total", "Webhook deliveries by outcome.");
    for (outcome, count) in app.metrics.deliveries.all() {
        family.labelled(&[("outcome", outcome)], count);
    }
    app.metrics.acknowledged.render(
        text,
        "towpath_acknowledge_seconds",
        "From a delivery's head to its acknowledgement, stored.",
    );
}

fn engine(app: &App, text: &mut Text) {
    let counters = app.engine.counters();
    let all = [
        (
            "towpath_runs_worked_total",
            "Times a worker took up a run.",
            &counters.worked,
        ),
        (
            "towpath_runs_done_total",
            "Runs that ended well.",
            &counters.done,
        ),
        (
            "towpath_runs_dead_total",
            "Runs that became dead letters.",
            &counters.dead,
        ),
        (
            "towpath_retries_total",
            "Steps put off after a failure.",
            &counters.retried,
        ),
        ("towpath_calls_total", "Calls to peers.", &counters.calls),
    ];
    for (name, help, counter) in all {
        text.counter(name, help)
            .value(counter.load(Ordering::Relaxed));
    }
    let mut family = text.gauge("towpath_lanes", "Runs in memory, by what they do.");
    for (place, count) in app.engine.lanes() {
        family.labelled(&[("place", place)], count);
    }
}

fn connections(app: &App, text: &mut Text) {
    let catalog = app.engine.catalog();
    let mut family = text.gauge(
        "towpath_connection_paused",
        "Whether a connection is paused.",
    );
    for connection in catalog.connections() {
        let environment = catalog.environment_by_id(connection.environment);
        let labels = [
            ("environment", environment.map_or("", |e| e.name.as_str())),
            ("connection", connection.name.as_str()),
            ("connector", connection.connector.id),
        ];
        family.labelled(&labels, u8::from(connection.gate.pause().is_some()));
    }
}

fn stored(app: &App, counts: &Counts, text: &mut Text) {
    text.gauge("towpath_store_up", "Whether the store answers.")
        .value(1);
    text.gauge(
        "towpath_dead_letters",
        "Dead letters that nobody has dealt with.",
    )
    .value(counts.dead_letters);
    text.gauge("towpath_exceptions", "Exceptions that are open.")
        .value(counts.open_exceptions);
    let mut family = text.gauge("towpath_runs", "Runs that are not over, by state.");
    for state in RunState::ALL.into_iter().filter(|s| s.is_live()) {
        family.labelled(&[("state", state.as_str())], counts.runs_in(state));
    }
    let (advance, ingest) = app.engine.store().waiting();
    let mut family = text.gauge("towpath_store_waiting", "Items that wait for the writer.");
    family.labelled(&[("queue", "advance")], advance);
    family.labelled(&[("queue", "ingest")], ingest);
}

/// The store's counts, at most [`COUNTS_AGE`] old; one request counts for all that ask meanwhile.
async fn counts(app: &App) -> Result<Counts, store::Error> {
    let mut kept = app.metrics.counts.lock().await;
    let now = app.engine.clock().now();
    if let Some((at, counts)) = &*kept
        && now.since(*at) < COUNTS_AGE
    {
        return Ok(counts.clone());
    }
    let counts = app.engine.store().live_counts().await?;
    *kept = Some((now, counts.clone()));
    Ok(counts)
}
