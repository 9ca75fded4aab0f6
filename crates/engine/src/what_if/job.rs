//! Goes through the past in pages, and writes down how far it has come after each.

use super::WhatIf;
use super::page::{self, Surroundings, weight};
use super::progress::{Progress, Verdict};
use crate::catalog::{Deployment, Environment};
use crate::dry::past::{Site, Tables};
use crate::plan::Plan;
use crate::seal::{Purpose, seal};
use crate::shared::Shared;
use crate::stop::Stop;
use model::Timestamp;
use model::ids::{DeploymentId, RunId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{JobState, PastPeriod, PastRun, StoredDifference, WhatIfAdvance};

/// So many runs that would go otherwise are kept one by one.
pub const DIFFERENCES_MAX: i64 = 1_000;
/// So many ids are looked through at once, so that no read takes long.
const STRETCH: i64 = 20_000;
/// So many runs are read at once.
const PAGE: i64 = 250;
/// What is read of runs at once takes about so many bytes at most.
const PAGE_BYTES: i64 = 8 << 20;
/// How often the store's other work is let go first, at most, between two pages.
const GIVE_WAY: u32 = 25;
const GIVE_WAY_STEP: Duration = Duration::from_millis(2);

/// A job and what it needs.
pub(super) struct Job {
    pub shared: Arc<Shared>,
    pub environment: Arc<Environment>,
    pub plan: Arc<Plan>,
    pub what_if: WhatIf,
    /// The lookup tables that were read already.
    pub tables: Arc<Tables>,
}

impl crate::job::Job for Job {
    fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn name(&self) -> String {
        format!("what-if {}", self.what_if.record.id)
    }

    async fn turn(&mut self) -> Result<bool, Stop> {
        if self.what_if.progress.total.is_none() {
            return self.count().await;
        }
        self.page().await
    }

    async fn failed(&self, reason: String, now: Timestamp) -> Result<(), store::Error> {
        let (id, state) = (self.what_if.record.id, JobState::Failed);
        let set = self.shared.store.what_if_set(id, state, Some(reason), now);
        set.await.map(drop)
    }
}

impl Job {
    /// Works the next page.
    async fn page(&mut self) -> Result<bool, Stop> {
        let last = self.what_if.record.last;
        let mut past = self.past();
        past.last = RunId(past.after.0.saturating_add(STRETCH)).min(last);
        let runs = self.shared.store.past_runs(past, PAGE).await?;
        let count = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        let cursor = match runs.last() {
            Some(run) if count >= PAGE => run.run.id,
            _ => past.last,
        };
        let mut progress = self.what_if.progress.clone();
        let mut found = Vec::new();
        for runs in by_weight(runs) {
            let verdicts = self.work_some(runs, &mut progress).await?;
            found.extend(verdicts);
        }
        let differences = self.kept(&mut progress, found)?;
        let state = match cursor >= last {
            true => JobState::Done,
            false => JobState::Running,
        };
        self.advance(cursor, progress, differences, state).await
    }

    fn past(&self) -> PastPeriod {
        let (record, request) = (&self.what_if.record, &self.what_if.request);
        PastPeriod {
            environment: record.environment,
            flow: record.flow,
            after: record.cursor,
            last: record.last,
            from: request.from,
            to: request.to,
        }
    }

    /// Counts what there is to go through.
    async fn count(&mut self) -> Result<bool, Stop> {
        let last = self.what_if.record.last;
        let (mut past, mut total) = (self.past(), 0);
        // Nothing is to be gone through before the first.
        let mut first = None;
        while past.after < last {
            past.last = RunId(past.after.0.saturating_add(STRETCH)).min(last);
            let count = self.shared.store.count_past_runs(past).await?;
            if count > 0 && first.is_none() {
                first = Some(past.after);
            }
            total += count;
            past.after = past.last;
            let now = self.shared.store.what_if(self.what_if.record.id).await?;
            if now.state != JobState::Running {
                return Ok(false);
            }
        }
        let mut progress = self.what_if.progress.clone();
        progress.total = Some(total);
        let (cursor, state) = match first {
            Some(first) => (first, JobState::Running),
            None => (last, JobState::Done),
        };
        self.advance(cursor, progress, Vec::new(), state).await
    }

    /// Works runs that are read at once, on a thread where it holds up nobody.
    async fn work_some(
        &self,
        runs: Vec<PastRun>,
        progress: &mut Progress,
    ) -> Result<Vec<(RunId, Verdict)>, Stop> {
        let wanted = runs.iter().map(|run| match page::is_too_heavy(run) {
            // Only whether there is a body is asked for.
            true => (RunId(0), run.run.event),
            false => (run.run.id, run.run.event),
        });
        let details = self.shared.store.past_details(wanted.collect()).await?;
        let catalog = self.shared.catalog();
        let mut deployments: HashMap<DeploymentId, Arc<Deployment>> = HashMap::new();
        for run in &runs {
            let id = run.run.deployment;
            if let Some(deployment) = catalog.deployment(id) {
                deployments.entry(id).or_insert(deployment);
            }
        }
        let shared = Arc::clone(&self.shared);
        let (environment, plan) = (Arc::clone(&self.environment), Arc::clone(&self.plan));
        let (tables, request) = (Arc::clone(&self.tables), self.what_if.request.clone());
        let handle = tokio::runtime::Handle::current();
        let worked = tokio::task::spawn_blocking(move || {
            let candidate = site(&shared, &environment, &plan)?;
            let around = Surroundings {
                shared: &shared,
                environment: &environment,
                candidate: &candidate,
                key: &plan.flow.key,
                request: &request,
                tables: &tables,
                deployments: &deployments,
            };
            let worked = handle.block_on(page::work(&around, &runs, details))?;
            give_way(&shared);
            let (verdicts, other_keys) = worked;
            let ids = runs.iter().map(|run| run.run.id);
            Ok::<_, Stop>((ids.zip(verdicts).collect::<Vec<_>>(), other_keys))
        });
        let worked = worked.await;
        let (verdicts, other_keys) =
            worked.map_err(|e| Stop::bug(format!("a page of the past: {e}")))??;
        progress.other_keys += other_keys;
        for (_, verdict) in &verdicts {
            progress.count(verdict);
        }
        Ok(verdicts)
    }

    /// The differences of a page as they are stored, up to the most that are kept.
    fn kept(
        &self,
        progress: &mut Progress,
        found: Vec<(RunId, Verdict)>,
    ) -> Result<Vec<StoredDifference>, Stop> {
        let mut kept = Vec::new();
        for (run, verdict) in found {
            let Verdict::Differs(mut difference) = verdict else {
                continue;
            };
            if progress.kept >= DIFFERENCES_MAX {
                break;
            }
            difference.limit();
            kept.push(StoredDifference {
                place: progress.kept,
                run,
                body: seal(&self.environment.key, Purpose::WhatIf, &difference)?,
            });
            progress.kept += 1;
        }
        Ok(kept)
    }

    async fn advance(
        &mut self,
        cursor: RunId,
        progress: Progress,
        differences: Vec<StoredDifference>,
        state: JobState,
    ) -> Result<bool, Stop> {
        let text = serde_json::to_string(&progress).map_err(|e| Stop::bug(e.to_string()))?;
        let step = WhatIfAdvance {
            id: self.what_if.record.id,
            before: self.what_if.record.cursor,
            cursor,
            state,
            progress: text,
            differences,
            at: self.shared.clock.now(),
        };
        if !self.shared.store.what_if_advance(step).await? {
            return Ok(false);
        }
        self.what_if.record.cursor = cursor;
        self.what_if.progress = progress;
        Ok(state == JobState::Running)
    }
}

/// What was running when the process ended stands still until a person lets it go on: if it was
/// what ended the process, it would end the next one too.
pub(crate) async fn pause_all(shared: &Shared) -> Result<(), store::Error> {
    for job in shared.store.what_ifs_running().await? {
        let reason = Some("the server was stopped".to_owned());
        let now = shared.clock.now();
        let state = JobState::Paused;
        shared.store.what_if_set(job.id, state, reason, now).await?;
    }
    Ok(())
}

fn site<'a>(
    shared: &'a Shared,
    environment: &'a Arc<Environment>,
    plan: &'a Plan,
) -> Result<Site<'a>, Stop> {
    Site::of_plan(shared, environment, plan).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Stop::bug(problems.join("; "))
    })
}

/// Lets what waits for the store go first.
fn give_way(shared: &Shared) {
    for _ in 0..GIVE_WAY {
        if shared.store.waiting() == (0, 0) {
            return;
        }
        std::thread::sleep(GIVE_WAY_STEP);
    }
}

/// Cuts runs into parts that are light enough to be in memory at once.
fn by_weight(runs: Vec<PastRun>) -> Vec<Vec<PastRun>> {
    let mut parts: Vec<Vec<PastRun>> = Vec::new();
    let mut bytes = i64::MAX;
    for run in runs {
        let own = match page::is_too_heavy(&run) {
            true => 0,
            false => weight(&run),
        };
        bytes = bytes.saturating_add(own);
        match parts.last_mut() {
            Some(part) if bytes <= PAGE_BYTES => part.push(run),
            _ => {
                bytes = own;
                parts.push(vec![run]);
            }
        }
    }
    parts
}
