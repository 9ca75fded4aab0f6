//! Fires schedules: what is due by the engine's clock starts a run, once.
//!
//! How far a schedule has come is stored in the same commit as the event of its latest time, and
//! the event's key is that time: a restart, or a second node, finds it done. Of the times that
//! passed while nobody was there the latest is fired, and says how many it stands for.

use crate::catalog::{Catalog, Deployment};
use crate::plan::PlanStart;
use crate::schedule::PlanSchedule;
use crate::shared::{Origin, Shared};
use crate::start::{Cause, OwnEvent};
use model::Timestamp;
use model::flow::{Schedule, Start, write_span};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::{Ingested, NO_CONNECTION, PollCursor};

/// At the latest after this what the store could not take is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// One schedule of a flow in force.
struct Scheduled<'a> {
    deployment: &'a Arc<Deployment>,
    /// Its place among the flow's starts.
    place: usize,
    schedule: &'a PlanSchedule,
}

/// How far a schedule has come.
#[derive(serde::Serialize, serde::Deserialize)]
struct Cursor {
    /// As it is written: another one in its place begins anew.
    schedule: String,
    /// Unix seconds: what was due up to here is done.
    after: i64,
}

/// Fires what is due, for ever.
pub(crate) async fn for_ever(shared: Arc<Shared>) {
    let mut changes = shared.changes();
    loop {
        let now = shared.clock.now();
        fire(&shared, now).await;
        let catalog = shared.catalog();
        let next = scheduled(&catalog)
            .iter()
            .filter_map(|s| s.schedule.next(now))
            .min();
        let look = now.plus(LOOK_AGAIN);
        let next = next.map_or(look, |next| next.min(look));
        tokio::select! {
            () = shared.clock.sleep_until(next) => {}
            changed = changes.changed() => if changed.is_err() {
                return;
            }
        }
    }
}

/// Fires what is due now; returns how many runs came of it.
pub(crate) async fn once(shared: &Shared) -> usize {
    fire(shared, shared.clock.now()).await
}

async fn fire(shared: &Shared, now: Timestamp) -> usize {
    let catalog = shared.catalog();
    let scheduled = scheduled(&catalog);
    if scheduled.is_empty() {
        return 0;
    }
    let cursors = match shared.store.poll_cursors().await {
        Ok(cursors) => cursors,
        Err(error) => {
            tracing::warn!(error = %error, "what is due cannot be read");
            return 0;
        }
    };
    let mut came = 0;
    for one in &scheduled {
        let name = one.name();
        let known = |c: &&PollCursor| c.connection == NO_CONNECTION && c.trigger == name;
        match one.fire(shared, cursors.iter().find(known), now).await {
            Ok(runs) => came += runs,
            Err(error) => {
                tracing::warn!(schedule = name, error, "a schedule cannot be fired");
            }
        }
    }
    came
}

fn scheduled(catalog: &Catalog) -> Vec<Scheduled<'_>> {
    let mut found = Vec::new();
    for deployment in catalog.deployments().filter(|d| d.active) {
        for (place, start) in deployment.plan.starts.iter().enumerate() {
            if let PlanStart::Schedule(schedule) = start {
                found.push(Scheduled {
                    deployment,
                    place,
                    schedule,
                });
            }
        }
    }
    found.sort_by_key(|s| (s.deployment.id, s.place));
    found
}

impl Scheduled<'_> {
    /// The name of its cursor: unique over all environments, as these share the table.
    fn name(&self) -> String {
        let Deployment {
            environment, plan, ..
        } = &**self.deployment;
        format!(
            "schedule:{}:{}:{}",
            environment.name, plan.flow.id, self.place
        )
    }

    /// As it is written in the flow.
    fn written(&self) -> String {
        match self.deployment.plan.flow.starts.get(self.place) {
            Some(Start::Schedule(Schedule::Every(span))) => write_span(*span),
            Some(Start::Schedule(Schedule::Cron { pattern, zone })) => format!("{pattern} {zone}"),
            _ => String::new(),
        }
    }

    fn cursor(&self, after: Timestamp) -> PollCursor {
        let cursor = Cursor {
            schedule: self.written(),
            after: after.seconds(),
        };
        PollCursor {
            connection: NO_CONNECTION,
            trigger: self.name(),
            cursor_json: json!(cursor).to_string(),
            next_at: self.schedule.next(after).unwrap_or(Timestamp::MAX),
        }
    }

    async fn fire(
        &self,
        shared: &Shared,
        known: Option<&PollCursor>,
        now: Timestamp,
    ) -> Result<usize, String> {
        let away = |error: store::Error| error.to_string();
        let known = known.map(|c| serde_json::from_str::<Cursor>(&c.cursor_json));
        let known = known.transpose().map_err(|e| format!("its cursor: {e}"))?;
        let Some(known) = known.filter(|c| c.schedule == self.written()) else {
            // New, or changed: it begins now, and nothing was missed.
            shared
                .store
                .put_poll_cursor(self.cursor(now))
                .await
                .map_err(away)?;
            return Ok(0);
        };
        let after = Timestamp::from_seconds(known.after);
        let Some(due) = self.schedule.due(after, now) else {
            return Ok(0);
        };
        let (flow, at) = (&self.deployment.plan.flow.id, due.at.seconds());
        let own = OwnEvent {
            cause: Cause::Schedule,
            dedupe_key: format!("schedule:{flow}:{}@{at}", self.place),
            occurred_at: due.at,
            subject: json!({"at": at, "missed": due.missed}),
            more: Vec::new(),
        };
        if due.missed > 0 {
            tracing::warn!(
                flow.name = %flow, missed = due.missed,
                "a schedule was missed: one run is started for its latest time"
            );
        }
        let (event, body) = shared.own_event(self.deployment, own)?;
        let origin = Origin::of(&event);
        let stored = shared
            .store
            .ingest_page(vec![event], self.cursor(due.at))
            .await;
        let mut came = 0;
        for ingested in stored.map_err(away)? {
            if let Ingested::New { runs, .. } = ingested {
                came += runs.len();
                shared.start_fresh(runs, &origin, &body);
            }
        }
        Ok(came)
    }
}
