//! The runs that a deployment leaves behind: they finish on the version they began with, go over to
//! the new one where that is provably safe, or end.

use crate::Engine;
use crate::call;
use crate::catalog::{Catalog, Connection, Deployment};
use crate::change::ChangeError;
use crate::plan::{Moves, Plan};
use model::RunState;
use model::ids::{DeploymentId, EnvironmentId, FlowId, RunId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::run::StepState;
use store::{CancelRuns, MoveRuns, Pinned, RunRecord};

/// What becomes of the runs that are not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnWaiting {
    /// They go on with the version that they began with.
    #[default]
    Finish,
    /// Those go over to the new version that safely can; the others finish.
    Move,
    /// Those at rest end. Their effects stay as they are.
    Cancel,
}

/// The runs that are not over and are pinned to other deployments.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    pub count: usize,
    pub by_state: BTreeMap<&'static str, usize>,
    /// How many could go over.
    pub movable: usize,
    /// Why the others cannot, and how many.
    pub not_movable: BTreeMap<String, usize>,
    /// The oldest.
    pub first: Vec<WaitingRun>,
}

/// A run that is not over.
#[derive(Clone, Debug)]
pub struct WaitingRun {
    pub run: RunRecord,
    /// The step that it has come to.
    pub step: Option<String>,
    /// Why it cannot go over; nothing if it can.
    pub not_movable: Option<String>,
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Treated {
    pub moved: usize,
    pub cancelled: usize,
    /// Those that finish on the version they began with, by the reason.
    pub finish: BTreeMap<String, usize>,
}

/// Runs that are listed one by one.
const LISTED: usize = 50;
/// Runs of one commit.
const CHUNK: usize = 1_000;
const WORKED: &str = "it is being worked";

/// What runs would go over to.
pub(crate) struct Onto<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) bindings: BTreeMap<String, Arc<Connection>>,
}

/// Says of runs whether they may go over. Runs that stand alike are judged once.
struct Judge<'a> {
    engine: &'a Engine,
    catalog: &'a Catalog,
    onto: &'a Onto<'a>,
    known: HashMap<Standing, Option<String>>,
}

/// All that a verdict depends on.
type Standing = (DeploymentId, i64, Vec<(i64, StepState)>);

impl Judge<'_> {
    /// Why each of these runs may not go over.
    async fn judge(&mut self, runs: &[Pinned]) -> Result<Vec<Option<String>>, ChangeError> {
        let ids = runs.iter().map(|r| r.id).collect();
        let mut rows: HashMap<RunId, Vec<(i64, StepState)>> = HashMap::new();
        for row in self.engine.shared.store.step_states(ids).await? {
            rows.entry(row.run).or_default().push((row.step, row.state));
        }
        let verdicts = runs.iter().map(|run| {
            if run.state == RunState::Running || self.engine.is_worked(run.id) {
                return Some(WORKED.to_owned());
            }
            let rows = rows.remove(&run.id).unwrap_or_default();
            let standing = (run.deployment, run.cursor, rows);
            if let Some(known) = self.known.get(&standing) {
                return known.clone();
            }
            let verdict = self.why_not(&standing);
            self.known.insert(standing, verdict.clone());
            verdict
        });
        Ok(verdicts.collect())
    }

    fn why_not(&self, (deployment, cursor, rows): &Standing) -> Option<String> {
        let Some(from) = self.catalog.deployment(*deployment) else {
            return Some("its version is not loaded".into());
        };
        bound_elsewhere(&from, self.onto)
            .or_else(|| Moves::new(&from.plan, self.onto.plan).why_not(*cursor, rows))
    }
}

/// What a run has done lies where its connections lead.
fn bound_elsewhere(from: &Deployment, onto: &Onto<'_>) -> Option<String> {
    from.bindings.iter().find_map(|(need, was)| {
        let is = onto.bindings.get(need)?;
        (is.id != was.id).then(|| {
            format!(
                "`{need}` was bound to `{}` and is bound to `{}` now",
                was.name, is.name
            )
        })
    })
}

impl Engine {
    fn is_worked(&self, run: RunId) -> bool {
        self.shared.lanes.lock().is_working(run)
    }

    /// The runs of a flow that are not over and pinned to other deployments than `other_than`.
    pub(crate) async fn waiting(
        &self,
        (environment, flow): (EnvironmentId, FlowId),
        other_than: DeploymentId,
        onto: &Onto<'_>,
    ) -> Result<Waiting, ChangeError> {
        let store = &self.shared.store;
        let catalog = self.catalog();
        let mut judge = Judge {
            engine: self,
            catalog: &catalog,
            onto,
            known: HashMap::new(),
        };
        let pinned = store.pinned_runs(environment, flow, other_than).await?;
        let mut waiting = Waiting {
            count: pinned.len(),
            ..Waiting::default()
        };
        let mut listed = HashMap::new();
        for chunk in pinned.chunks(CHUNK) {
            for (run, why_not) in chunk.iter().zip(judge.judge(chunk).await?) {
                *waiting.by_state.entry(run.state.as_str()).or_default() += 1;
                match &why_not {
                    None => waiting.movable += 1,
                    Some(why) => *waiting.not_movable.entry(why.clone()).or_default() += 1,
                }
                if listed.len() < LISTED {
                    listed.insert(run.id, why_not);
                }
            }
        }
        let ids = pinned.iter().take(LISTED).map(|r| r.id).collect();
        for run in store.several_runs(ids).await? {
            let deployment = catalog.deployment(run.deployment);
            let step = deployment.and_then(|d| d.plan.step(run.cursor).map(|s| s.id.clone()));
            let not_movable = listed.remove(&run.id).flatten();
            waiting.first.push(WaitingRun {
                run,
                step,
                not_movable,
            });
        }
        Ok(waiting)
    }

    /// Does with the runs that are not over and pinned to other deployments what a person wants.
    pub(crate) async fn treat(
        &self,
        deployment: &Deployment,
        what: OnWaiting,
        who: &str,
        reason: &str,
    ) -> Result<Treated, ChangeError> {
        let place = (deployment.environment.id, deployment.flow);
        let pinned = self
            .shared
            .store
            .pinned_runs(place.0, place.1, deployment.id)
            .await?;
        let mut treated = Treated::default();
        match what {
            OnWaiting::Finish => {
                if !pinned.is_empty() {
                    let why = "they finish on the version they began with".to_owned();
                    treated.finish.insert(why, pinned.len());
                }
            }
            OnWaiting::Move => {
                let onto = Onto {
                    plan: &deployment.plan,
                    bindings: deployment.bindings.clone(),
                };
                let catalog = self.catalog();
                let mut judge = Judge {
                    engine: self,
                    catalog: &catalog,
                    onto: &onto,
                    known: HashMap::new(),
                };
                for chunk in pinned.chunks(CHUNK) {
                    let verdicts = judge.judge(chunk).await?;
                    let (mut runs, judged) = (Vec::new(), chunk.iter().zip(verdicts));
                    for (run, why_not) in judged {
                        match why_not {
                            None => runs.push(*run),
                            Some(why) => *treated.finish.entry(why).or_default() += 1,
                        }
                    }
                    self.move_chunk(runs, deployment.id, who, reason, &mut treated)
                        .await?;
                }
            }
            OnWaiting::Cancel => {
                for chunk in pinned.chunks(CHUNK) {
                    self.cancel_chunk(chunk, place.0, who, reason, &mut treated)
                        .await?;
                }
            }
        }
        Ok(treated)
    }

    async fn move_chunk(
        &self,
        runs: Vec<Pinned>,
        to: DeploymentId,
        who: &str,
        reason: &str,
        treated: &mut Treated,
    ) -> Result<(), ChangeError> {
        let asked = runs.len();
        let moves = MoveRuns {
            runs,
            to,
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        let moved = self.shared.store.move_runs(moves).await?;
        note_rest(treated, asked - moved.len());
        treated.moved += moved.len();
        {
            let mut fresh = self.shared.fresh.lock();
            for run in &moved {
                drop(fresh.take(*run));
            }
        }
        {
            let mut lanes = self.shared.lanes.lock();
            for run in moved {
                lanes.wake(run);
            }
        }
        self.shared.nudge.notify_one();
        Ok(())
    }

    async fn cancel_chunk(
        &self,
        runs: &[Pinned],
        environment: EnvironmentId,
        who: &str,
        reason: &str,
        treated: &mut Treated,
    ) -> Result<(), ChangeError> {
        let cancel = CancelRuns {
            environment,
            runs: runs.to_vec(),
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        let (cancelled, woken) = self.shared.store.cancel_runs(cancel).await?;
        note_rest(treated, runs.len() - cancelled.len());
        treated.cancelled += cancelled.len();
        {
            let mut lanes = self.shared.lanes.lock();
            for run in &cancelled {
                lanes.forget(*run);
            }
        }
        self.shared.start(woken);
        call::wake_callers(&self.shared, environment, cancelled).await?;
        Ok(())
    }
}

/// Between the look and the commit a run may have gone on.
fn note_rest(treated: &mut Treated, count: usize) {
    if count > 0 {
        *treated.finish.entry(WORKED.into()).or_default() += count;
    }
}
