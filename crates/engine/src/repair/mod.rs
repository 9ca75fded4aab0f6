//! Acts on all open dead letters of a cause: tried first, then worked again.
//!
//! A repair goes on whether or not anybody watches. It is a row in the store with a cursor: it can
//! be stopped, and goes on where it was. A trial changes nothing; a retry replays each letter by
//! itself, so that one which cannot be replayed keeps no other from it.

mod job;
mod outcome;
mod trial;

pub(crate) use job::pause_all;
pub use outcome::{Currency, Outcome, RepairProgress};
pub use trial::{Verdict, verdict};

use crate::Engine;
use crate::catalog::Environment;
use crate::seal::{Purpose, open};
use crate::stop::Stop;
use job::Job;
use model::ids::{EnvironmentId, RepairId, RunId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use store::{JobState, LetterSum, NewRepair, Page, RepairKind, RepairRecord};

/// So many repairs of an environment are kept.
const REPAIRS_KEPT: i64 = 50;

/// How the letters are tried, or worked again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepairRequest {
    pub from_start: bool,
    pub newest: bool,
    /// Of a trial: lookup rows that are not there yet: table, key, row.
    pub lookups: Map<String, Value>,
    /// Of a retry: why.
    pub reason: Option<String>,
}

/// A repair, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    pub record: RepairRecord,
    pub request: RepairRequest,
    pub progress: RepairProgress,
}

/// What became of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub run: RunId,
    /// The run that works it again.
    pub made: Option<RunId>,
    /// How that one stands.
    pub stands: Option<model::RunState>,
    pub amount_minor: Option<i64>,
    pub currency: Option<String>,
    pub outcome: Outcome,
}

/// Why a repair was not begun, or cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Unreadable(String),
}

impl From<Stop> for RepairError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Store(error) => Self::Store(error),
            Stop::Dead(death) => Self::Unreadable(death.fault.message),
            other => Self::Unreadable(format!("{other:?}")),
        }
    }
}

impl Repair {
    fn of(record: RepairRecord) -> Result<Self, RepairError> {
        let wrong = |e: serde_json::Error| RepairError::Unreadable(format!("{}: {e}", record.id));
        Ok(Self {
            request: serde_json::from_str(&record.request).map_err(wrong)?,
            progress: serde_json::from_str(&record.progress).map_err(wrong)?,
            record,
        })
    }
}

impl Engine {
    /// Begins to try, or to work again, all open dead letters of a cause.
    ///
    /// # Errors
    /// If there is none, or another repair of the kind runs in the environment.
    pub async fn repair(
        &self,
        environment: &Arc<Environment>,
        fingerprint: &str,
        kind: RepairKind,
        asked: RepairRequest,
        who: &str,
    ) -> Result<Repair, RepairError> {
        let store = &self.shared.store;
        let progress = RepairProgress::of(
            store
                .letter_sums(environment.id, fingerprint, RunId(i64::MAX))
                .await?,
        );
        if progress.total == 0 {
            return Err(RepairError::Store(store::Error::NotFound {
                what: "open dead letter of the cause",
                name: fingerprint.to_owned(),
            }));
        }
        let text = |e: serde_json::Error| RepairError::Unreadable(e.to_string());
        let record = store
            .repair_create(NewRepair {
                environment: environment.id,
                fingerprint: fingerprint.to_owned(),
                kind,
                request: serde_json::to_string(&asked).map_err(text)?,
                progress: serde_json::to_string(&progress).map_err(text)?,
                who: who.to_owned(),
                at: self.shared.clock.now(),
                kept: REPAIRS_KEPT,
            })
            .await?;
        self.work_repair(record, environment)
    }

    /// Lets a repair that was stopped go on where it was.
    ///
    /// # Errors
    /// If it is done, or another one of its kind runs.
    pub async fn resume_repair(&self, id: RepairId) -> Result<Repair, RepairError> {
        let before = self.show_repair(id).await?;
        if before.record.state == JobState::Running {
            return Ok(before);
        }
        let environment = self.environment_of(before.record.environment)?;
        let now = self.shared.clock.now();
        let state = JobState::Running;
        let record = self.shared.store.repair_set(id, state, None, now).await?;
        self.work_repair(record, &environment)
    }

    /// Stops a repair. What it has begun goes on.
    ///
    /// # Errors
    /// If it has ended already.
    pub async fn cancel_repair(&self, id: RepairId, who: &str) -> Result<Repair, RepairError> {
        let now = self.shared.clock.now();
        let reason = Some(format!("stopped by {who}"));
        let state = JobState::Cancelled;
        Repair::of(self.shared.store.repair_set(id, state, reason, now).await?)
    }

    /// How a repair stands.
    ///
    /// # Errors
    /// If there is no such repair.
    pub async fn show_repair(&self, id: RepairId) -> Result<Repair, RepairError> {
        Repair::of(self.shared.store.repair(id).await?)
    }

    /// A page of repairs of an environment, or of one cause; newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn repairs(
        &self,
        environment: EnvironmentId,
        fingerprint: Option<String>,
        page: Page,
    ) -> Result<Vec<Repair>, RepairError> {
        let store = &self.shared.store;
        let found = store.repairs(environment, fingerprint, page).await?;
        found.into_iter().map(Repair::of).collect()
    }

    /// How the runs stand that a retry began, with their letters' money.
    ///
    /// # Errors
    /// The store's.
    pub async fn repair_stands(
        &self,
        id: RepairId,
    ) -> Result<Vec<(model::RunState, LetterSum)>, RepairError> {
        Ok(self.shared.store.repair_stands(id).await?)
    }

    /// A page of what became of the letters, by run.
    ///
    /// # Errors
    /// The store's, or a value that cannot be opened.
    pub async fn repair_items(
        &self,
        repair: &Repair,
        page: Page,
    ) -> Result<Vec<Item>, RepairError> {
        let environment = self.environment_of(repair.record.environment)?;
        let store = &self.shared.store;
        let found = store.repair_items(repair.record.id, page).await?;
        let opened = found.into_iter().map(|item| {
            Ok(Item {
                run: item.run,
                made: item.made,
                stands: item.stands,
                amount_minor: item.amount_minor,
                currency: item.currency,
                outcome: open(&environment.key, Purpose::Repair, &item.body)?,
            })
        });
        opened.collect()
    }

    fn work_repair(
        &self,
        record: RepairRecord,
        environment: &Arc<Environment>,
    ) -> Result<Repair, RepairError> {
        let repair = Repair::of(record)?;
        self.work_on(Job {
            shared: Arc::clone(&self.shared),
            environment: Arc::clone(environment),
            repair: repair.clone(),
        });
        Ok(repair)
    }
}
