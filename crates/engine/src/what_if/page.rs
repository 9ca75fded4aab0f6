//! A page of runs: read together, worked one by one, their effects and entries read together.

use super::compare::Ways;
use super::difference::EffectDifference;
use super::progress::Verdict;
use super::request::{LookupsAt, WhatIfRequest};
use crate::catalog::{Deployment, Environment};
use crate::dry::past::{End, PastRun, Site, Tables, Walked};
use crate::journal::Journal;
use crate::lookups::Met;
use crate::seal::{Purpose, open, open_bytes};
use crate::shared::Shared;
use crate::stop::Stop;
use connector::effect::Progress;
use model::ids::DeploymentId;
use model::{Peer, RunState};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::PastDetail;

/// A run with more step rows is not worked again.
const ROWS_MAX: i64 = 5_000;
/// Neither is one whose body and steps take more bytes.
const BYTES_MAX: i64 = 4 << 20;

/// What all pages of a job share.
pub(super) struct Surroundings<'a> {
    pub shared: &'a Shared,
    pub environment: &'a Arc<Environment>,
    pub candidate: &'a Site<'a>,
    /// The candidate's own key formula, to see where it is another.
    pub key: &'a Option<serde_json::Value>,
    pub request: &'a WhatIfRequest,
    pub tables: &'a Tables,
    /// The deployments of the page's runs, as far as they are loaded.
    pub deployments: &'a HashMap<DeploymentId, Arc<Deployment>>,
}

/// A run whose past is known.
struct Recalled<'a> {
    place: usize,
    run: &'a store::PastRun,
    deployment: DeploymentId,
    body: Vec<u8>,
    pins: BTreeMap<String, i64>,
    was: Walked,
    end: End,
    other_key: Option<String>,
}

/// Whether there is too much of a run to work it again.
pub(super) fn is_too_heavy(run: &store::PastRun) -> bool {
    run.step_rows > ROWS_MAX || weight(run) > BYTES_MAX
}

pub(super) fn weight(run: &store::PastRun) -> i64 {
    run.body_bytes.saturating_add(run.step_bytes)
}

/// What each run comes to, in their order, and how many would have another key.
pub(super) async fn work(
    around: &Surroundings<'_>,
    runs: &[store::PastRun],
    details: Vec<PastDetail>,
) -> Result<(Vec<Verdict>, i64), Stop> {
    let sites: HashMap<DeploymentId, Site<'_>> = around
        .deployments
        .iter()
        .map(|(id, deployment)| (*id, Site::of_deployment(around.shared, deployment)))
        .collect();
    let mut verdicts = Vec::with_capacity(runs.len());
    let mut recalled = Vec::with_capacity(runs.len());
    let mut other_keys = 0;
    for (place, (run, detail)) in runs.iter().zip(details).enumerate() {
        let verdict = match around.recall(&sites, run, detail).await {
            Err(Stop::Dead(death)) => {
                tracing::error!(run.id = %run.run.id, error = %death.fault, "what is kept of a run cannot be read");
                let why = "what is kept of the run cannot be read".to_owned();
                Verdict::CannotTell(vec![why])
            }
            Err(stop) => return Err(stop),
            Ok(Past::Known(mut known)) => {
                known.place = place;
                other_keys += i64::from(known.other_key.is_some());
                recalled.push(*known);
                Verdict::Same
            }
            Ok(Past::Judged(verdict)) => verdict,
        };
        verdicts.push(verdict);
    }
    around.read_effects(&mut recalled).await?;
    for known in recalled {
        let place = known.place;
        verdicts[place] = around.compare(&sites, known).await?;
    }
    Ok((verdicts, other_keys))
}

enum Past<'a> {
    Known(Box<Recalled<'a>>),
    /// There is nothing to work out.
    Judged(Verdict),
}

impl Surroundings<'_> {
    async fn recall<'a>(
        &self,
        sites: &HashMap<DeploymentId, Site<'_>>,
        past: &'a store::PastRun,
        detail: PastDetail,
    ) -> Result<Past<'a>, Stop> {
        let run = &past.run;
        let cannot = |why: &str| Ok(Past::Judged(Verdict::CannotTell(vec![why.to_owned()])));
        let Some(body) = detail.body else {
            return Ok(Past::Judged(Verdict::Erased));
        };
        if run.state.is_live() {
            return Ok(Past::Judged(Verdict::InWork));
        }
        if is_too_heavy(past) {
            return cannot("the run is too large to be worked again");
        }
        let Some(site) = sites.get(&run.deployment) else {
            return cannot("the version that the run was pinned to cannot be loaded");
        };
        let key = &self.environment.key;
        let body = open_bytes(key, Purpose::Body, &body)?;
        let met: Option<Met> = (detail.lookups.as_ref())
            .map(|sealed| open(key, Purpose::Lookups, sealed))
            .transpose()?;
        let pins = met.map(|met| met.tables).unwrap_or_default();
        let about = PastRun {
            id: run.id.to_string(),
            body: &body,
            occurred_at: past.occurred_at,
            pins: &pins,
        };
        let other_key = self.other_key(&about, past)?;
        if run.state == RunState::Covered {
            // Nothing is known of what it would ask.
            return match other_key {
                None => Ok(Past::Judged(Verdict::Same)),
                Some(_) => {
                    cannot("the run was covered by another, and would have a key of its own")
                }
            };
        }
        let journal = Journal::new(detail.steps);
        let mut was = site
            .recall(&about, self.tables, &journal, run.cursor)
            .await?;
        let end = match ended(past, &mut was) {
            Ok(end) => end,
            Err(why) => return Ok(Past::Judged(Verdict::CannotTell(vec![why]))),
        };
        Ok(Past::Known(Box::new(Recalled {
            place: 0,
            run: past,
            deployment: run.deployment,
            body,
            pins,
            was,
            end,
            other_key,
        })))
    }

    fn other_key(
        &self,
        about: &PastRun<'_>,
        past: &store::PastRun,
    ) -> Result<Option<String>, Stop> {
        let deployment = self.deployments.get(&past.run.deployment);
        if deployment.is_none_or(|d| d.plan.flow.key == *self.key) {
            return Ok(None);
        }
        let key = match self.candidate.key(about) {
            Ok(Some(key)) => key,
            Ok(None) => "that of the event".to_owned(),
            Err(Stop::Dead(death)) => death.fault.message,
            Err(stop) => return Err(stop),
        };
        Ok(Some(key).filter(|key| *key != past.run.key))
    }

    /// What was really sent stands in the ledger: an effect that the run itself made was begun with
    /// that input.
    async fn read_effects(&self, recalled: &mut [Recalled<'_>]) -> Result<(), Stop> {
        let made = recalled.iter_mut().flat_map(|r| &mut r.was.done.effects);
        let mut own: Vec<_> = made
            .filter(|made| made.identity.is_some() && !made.reused)
            .collect();
        let keys: Vec<(Peer, String, String)> = own
            .iter()
            .filter_map(|made| made.identity.as_ref())
            .map(|id| (id.peer.clone(), id.kind.clone(), id.reference.clone()))
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        let rows = self.shared.store.effects(keys).await?;
        for (made, row) in own.iter_mut().zip(rows) {
            let Some(row) = row.filter(|row| !row.body.0.is_empty()) else {
                continue;
            };
            let kept: Progress = open(&self.environment.key, Purpose::Effect, &row.body)?;
            if *kept.input != made.input {
                made.input = serde_json::Value::clone(&kept.input);
            }
        }
        Ok(())
    }

    async fn compare(
        &self,
        sites: &HashMap<DeploymentId, Site<'_>>,
        known: Recalled<'_>,
    ) -> Result<Verdict, Stop> {
        let none = BTreeMap::new();
        let about = PastRun {
            id: known.run.run.id.to_string(),
            body: &known.body,
            occurred_at: known.run.occurred_at,
            pins: match self.request.lookups {
                LookupsAt::Then => &known.pins,
                LookupsAt::Now => &none,
            },
        };
        let would_be = self
            .candidate
            .work_again(&about, self.tables, &known.was.done)
            .await?;
        let ways = Ways {
            run: known.run,
            was: &known.was,
            was_end: &known.end,
            would_be: &would_be,
            other_key: known.other_key,
        };
        let pairs = ways.pairs();
        let mut effects = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let Some(mut difference) = pair.difference() else {
                continue;
            };
            let now = known.run.occurred_at;
            let site = sites.get(&known.deployment);
            let was = pair
                .was
                .zip(site)
                .and_then(|(made, site)| site.entry(made, now));
            difference.entry_was = was;
            difference.entry_would_be = pair
                .would_be
                .and_then(|made| self.candidate.entry(made, now));
            self.read_entry(&mut difference).await?;
            effects.push(difference);
        }
        Ok(ways.verdict(effects))
    }

    /// What was really booked stands in the subledger.
    async fn read_entry(&self, difference: &mut EffectDifference) -> Result<(), Stop> {
        let Some(was) = &mut difference.entry_was else {
            return Ok(());
        };
        let store = &self.shared.store;
        let references = [was.reference.clone()];
        let booked = store.entries(self.environment.id, &references).await?;
        if let Some(booked) = booked.into_iter().find(|b| b.entry.kind == was.kind) {
            *was = booked.entry;
        }
        Ok(())
    }
}

/// How a run ended, and by what it stopped; or why its way cannot be followed.
fn ended(past: &store::PastRun, was: &mut Walked) -> Result<End, String> {
    let run = &past.run;
    // Why is not said: it may hold what the event held, and reasons are counted in the clear.
    let lost = |end: &End| match end {
        End::Dead { at, .. } => {
            format!("what the run did cannot be worked out again: step `{at}` fails now")
        }
        _ => "what the run did cannot be worked out again by its journal".to_owned(),
    };
    let at = match (&was.done.stopped, &was.end) {
        (_, End::Dead { at, .. }) => at.clone(),
        (Some(stopped), _) => stopped.at.clone(),
        (None, _) => String::new(),
    };
    match run.state {
        RunState::Done if was.end == End::Done => Ok(End::Done),
        RunState::Skipped if was.end == End::Skipped => Ok(End::Skipped),
        RunState::Dead => {
            let fault = run.fault.clone();
            if let Some(stopped) = &mut was.done.stopped {
                stopped.fault.clone_from(&fault);
            }
            let why = fault.map(|(_, why)| why).unwrap_or_default();
            Ok(End::Dead { at, why })
        }
        RunState::Cancelled => Ok(End::Cancelled),
        _ => Err(lost(&was.end)),
    }
}
