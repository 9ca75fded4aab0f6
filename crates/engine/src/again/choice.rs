//! The four ways of working a run again, and what each would do with every step.

use super::kept;
use crate::Engine;
use crate::catalog::Deployment;
use crate::operate::OperateError;
use crate::plan::{CallWork, PlanStep, Work};
use connector::Effect;
use model::ids::{DeploymentId, RunId};
use std::collections::BTreeSet;
use store::run::StepState;
use store::{RunRecord, StepRecord};

/// So many steps of a way are told one by one.
const STEPS_MAX: usize = 200;

/// One way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub from_start: bool,
    pub newest: bool,
    /// What it is worked by; none if it cannot be loaded.
    pub deployment: Option<DeploymentId>,
    /// Why it cannot be done so.
    pub refused: Option<String>,
    /// In the flow's order.
    pub steps: Vec<StepFate>,
    /// So many further steps are not told.
    pub more: usize,
}

/// What becomes of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFate {
    pub id: String,
    pub fate: Fate,
    /// What it does to another system, if anything.
    pub effect: Option<Effect>,
    /// Why a repeat is safe, or what of it is not, as a sentence.
    pub safety: String,
}

/// Whether a step is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// What it gave is kept.
    Kept,
    /// It is worked once more.
    Again,
    /// It failed, or was not come to.
    First,
}

impl Fate {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Again => "again",
            Self::First => "first",
        }
    }
}

impl Engine {
    /// What each way of working a run again would do: from the failed step or from the start, on
    /// the version that failed or on the current one.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay_choices(&self, id: RunId) -> Result<Vec<Choice>, OperateError> {
        let (run, steps, _) = self.shared.store.journal(id).await?;
        let mut choices = Vec::with_capacity(4);
        for (from_start, newest) in [(false, false), (true, false), (false, true), (true, true)] {
            choices.push(self.choice(&run, &steps, from_start, newest));
        }
        Ok(choices)
    }

    fn choice(
        &self,
        run: &RunRecord,
        steps: &[StepRecord],
        from_start: bool,
        newest: bool,
    ) -> Choice {
        let mut choice = Choice {
            from_start,
            newest,
            deployment: None,
            refused: None,
            steps: Vec::new(),
            more: 0,
        };
        let deployment = match self.shared.deployment_for(run, newest) {
            Ok(deployment) => deployment,
            Err(error) => {
                choice.refused = Some(error.to_string());
                return choice;
            }
        };
        choice.deployment = Some(deployment.id);
        let keep: BTreeSet<i64> = if from_start {
            BTreeSet::new()
        } else {
            let is_other = deployment.id != run.deployment;
            let fits = match is_other {
                true => self.shared.why_not_kept(run, steps, &deployment),
                false => Ok(()),
            };
            if let Err(error) = fits {
                choice.refused = Some(error.to_string());
                return choice;
            }
            kept(&deployment, run, steps).into_iter().collect()
        };
        let mut fates = fates(&deployment, &self.done(run, steps), &keep);
        choice.more = fates.len().saturating_sub(STEPS_MAX);
        fates.truncate(STEPS_MAX);
        choice.steps = fates;
        choice
    }

    /// The steps that the run has finished, by id: another version may number them otherwise.
    fn done(&self, run: &RunRecord, steps: &[StepRecord]) -> BTreeSet<String> {
        let Some(own) = self.shared.catalog().deployment(run.deployment) else {
            return BTreeSet::new();
        };
        let done = steps.iter().filter(|s| s.state == StepState::Done);
        let ids = done.filter_map(|s| own.plan.step(s.step));
        ids.map(|step| step.id.clone()).collect()
    }
}

fn fates(deployment: &Deployment, done: &BTreeSet<String>, keep: &BTreeSet<i64>) -> Vec<StepFate> {
    let every = deployment.plan.every_step().into_iter();
    every
        .map(|step| {
            let fate = match (keep.contains(&step.ordinal), done.contains(&step.id)) {
                (true, _) => Fate::Kept,
                (false, true) => Fate::Again,
                (false, false) => Fate::First,
            };
            let effect = heaviest_call(&step.work).map(|call| call.operation.effect());
            StepFate {
                id: step.id.clone(),
                fate,
                effect,
                safety: safety(step, fate, effect).to_owned(),
            }
        })
        .collect()
}

/// The call that a step makes; of several cases, the one that is the least safe to repeat.
pub(crate) fn heaviest_call(work: &Work) -> Option<&CallWork> {
    match work {
        Work::Call(call) => Some(call),
        Work::Choose(cases) => cases
            .iter()
            .filter_map(|(_, work)| heaviest_call(work))
            .max_by_key(|call| weight(call.operation.effect())),
        _ => None,
    }
}

const fn weight(effect: Effect) -> u8 {
    match effect {
        Effect::Read => 0,
        Effect::Set => 1,
        Effect::Create => 2,
        Effect::Append => 3,
        Effect::None => 4,
    }
}

fn safety(step: &PlanStep, fate: Fate, effect: Option<Effect>) -> &'static str {
    if fate == Fate::Kept {
        return "kept as it is: nothing is sent";
    }
    let is_again = fate == Fate::Again;
    match effect {
        Some(Effect::Read) => "asked: a read changes nothing",
        Some(Effect::Set) => "sent: the last value counts, and an older one never overwrites it",
        Some(Effect::Create | Effect::Append) if is_again => {
            "met in the effect ledger by its identity: not made a second time"
        }
        Some(Effect::Create | Effect::Append) => {
            "made once: the effect ledger is asked for its identity before anything is sent"
        }
        Some(Effect::None) if is_again => "sent once more: the receiver may get it twice",
        Some(Effect::None) => "sent: if its answer was lost, the receiver may get it twice",
        None => own(step, is_again),
    }
}

fn own(step: &PlanStep, is_again: bool) -> &'static str {
    match &step.work {
        Work::Book { .. } => "booked once under its reference: met where it is booked already",
        Work::Wait(..) => "waited for: it goes on at once where what it waits for is there",
        Work::Approve(_) => "asked of a person, unless the same was approved already",
        Work::Flow(_) => "called by its key: a run that is there already is not begun again",
        Work::Each(_) | Work::Parallel(_) | Work::Steps(_) => "its steps are told one by one",
        Work::Set(_) | Work::Check(..) | Work::Choose(_) if is_again => {
            "worked out again: it touches no other system"
        }
        _ => "worked out: it touches no other system",
    }
}
