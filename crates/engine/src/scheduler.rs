//! Hands runs out to workers, one per lane, and puts them where they belong afterwards.

use crate::commit::After;
use crate::execute::Execution;
use crate::shared::{Counters, Shared};
use crate::stop::Stop;
use futures::FutureExt;
use model::RunState;
use model::ids::RunId;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::StartedRun;
use tokio::task::JoinSet;

/// A run that a paused connection holds looks again then, if nothing wakes it.
const PAUSED: Duration = Duration::from_secs(600);
/// How long a run rests after a defect of ours.
const AFTER_A_PANIC: Duration = Duration::from_secs(300);

/// Works until told to drain, and then until nothing works any more.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut workers: JoinSet<(RunId, After, Vec<StartedRun>)> = JoinSet::new();
    loop {
        let draining = shared.draining.load(Ordering::SeqCst);
        if !draining {
            hand_out(&shared, &mut workers);
        }
        if workers.is_empty() {
            shared.rest.notify_waiters();
            if draining {
                return;
            }
        }
        let due = shared.lanes.lock().next_due();
        tokio::select! {
            biased;
            Some(worked) = workers.join_next() => finished(&shared, worked),
            () = shared.nudge.notified() => {}
            () = until(&shared, due), if due.is_some() && !draining => {
                shared.lanes.lock().tick(shared.clock.now());
            }
        }
    }
}

async fn until(shared: &Shared, due: Option<model::Timestamp>) {
    if let Some(due) = due {
        shared.clock.sleep_until(due).await;
    }
}

fn hand_out(shared: &Arc<Shared>, workers: &mut JoinSet<(RunId, After, Vec<StartedRun>)>) {
    while workers.len() < shared.options.in_flight {
        let Some(run) = shared.lanes.lock().take() else {
            return;
        };
        if shared.held_by(run).is_some() {
            let until = shared.clock.now().plus(PAUSED);
            shared.lanes.lock().done(run, &After::Hold { until });
            continue;
        }
        let shared = Arc::clone(shared);
        workers.spawn(async move {
            let worked = AssertUnwindSafe(work(&shared, run)).catch_unwind().await;
            let (after, ready) = worked.unwrap_or_else(|_| {
                // A panic is a defect. What is durable stays; the run is tried again later.
                tracing::error!(run.id = %run, "a worker panicked");
                (
                    After::Hold {
                        until: shared.clock.now().plus(AFTER_A_PANIC),
                    },
                    Vec::new(),
                )
            });
            (run, after, ready)
        });
    }
}

fn finished(
    shared: &Shared,
    worked: Result<(RunId, After, Vec<StartedRun>), tokio::task::JoinError>,
) {
    match worked {
        Ok((run, after, ready)) => {
            shared.lanes.lock().done(run, &after);
            shared.start(ready);
        }
        Err(error) => tracing::error!(error = %error, "a worker was lost"),
    }
}

/// Works one run as far as it goes.
async fn work(shared: &Shared, id: RunId) -> (After, Vec<StartedRun>) {
    Shared::count(&shared.counters.worked);
    let later = || After::Hold {
        until: shared.clock.now().plus(Duration::from_secs(1)),
    };
    let (run, steps, body) = match shared.take_fresh(id) {
        Some(fresh) => (fresh.record, Vec::new(), fresh.body),
        None => match shared.store.begun(id).await {
            Ok((run, steps)) => (run, steps, None),
            Err(error) => {
                tracing::warn!(run.id = %id, error = %error, "the run cannot be read now");
                return (later(), Vec::new());
            }
        },
    };
    if !run.state.is_live() {
        return (After::Ended, Vec::new());
    }
    let mut execution = match Execution::load(shared, run, steps, body).await {
        Ok(execution) => execution,
        Err(Stop::Dead(death)) => {
            let buried = match shared.store.run(id).await {
                Ok(run) => shared.bury(&run, *death).await,
                Err(_) => later(),
            };
            return (buried, Vec::new());
        }
        Err(Stop::Hold { until }) => return (After::Hold { until }, Vec::new()),
        Err(stop) => {
            tracing::warn!(run.id = %id, stop = ?stop, "the run cannot be read now");
            return (later(), Vec::new());
        }
    };
    let result = execution.work().await;
    shared.options.points.pass("run.worked");
    let after = execution.end(result).await;
    count(&shared.counters, execution.run.state);
    (after, std::mem::take(&mut execution.ready))
}

fn count(counters: &Counters, state: RunState) {
    match state {
        RunState::Done => Shared::count(&counters.done),
        RunState::Dead => Shared::count(&counters.dead),
        RunState::Retry => Shared::count(&counters.retried),
        _ => {}
    }
}
