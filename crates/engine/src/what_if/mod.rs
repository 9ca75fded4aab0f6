//! What another version would have done with the events of a past period, beside what was done.
//!
//! Every run is gone along twice: by its journal, which gives what it was asked, answered and did,
//! and through the other version, which is given the same answers. Nothing is sent and nothing but
//! the job itself is written. What was not recorded is never made up: it is counted apart.
//!
//! A job is a row in the store with a cursor: it can be stopped, and goes on where it was.

mod compare;
mod difference;
mod job;
mod page;
mod progress;
mod request;
mod sentence;

pub use difference::{Change, Difference, EffectDifference, FieldDifference};
pub use job::DIFFERENCES_MAX;
pub(crate) use job::pause_all;
pub use progress::{AccountMoney, Operations, Progress};
pub use request::{LookupsAt, WhatIfRequest};

use crate::Engine;
use crate::catalog::Environment;
use crate::dry::past::Site;
use crate::plan::Plan;
use crate::seal::{Purpose, open};
use crate::stop::Stop;
use job::Job;
use model::Problem;
use model::ids::{EnvironmentId, WhatIfId};
use std::sync::Arc;
use store::{JobState, NewWhatIf, Page, WhatIfRecord};

/// So many jobs of an environment are kept.
const JOBS_KEPT: i64 = 20;

/// A job, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    pub record: WhatIfRecord,
    pub request: WhatIfRequest,
    pub progress: Progress,
}

/// Why a job was not begun, or cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    #[error("the flow is not in order")]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Unreadable(String),
}

impl From<Stop> for WhatIfError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Store(error) => Self::Store(error),
            Stop::Dead(death) => Self::Unreadable(death.fault.message),
            other => Self::Unreadable(format!("{other:?}")),
        }
    }
}

impl WhatIf {
    fn of(record: WhatIfRecord) -> Result<Self, WhatIfError> {
        let wrong = |e: serde_json::Error| WhatIfError::Unreadable(format!("{}: {e}", record.id));
        Ok(Self {
            request: serde_json::from_str(&record.request).map_err(wrong)?,
            progress: serde_json::from_str(&record.progress).map_err(wrong)?,
            record,
        })
    }
}

impl Engine {
    /// Begins to work out what `asked` would have done in an environment.
    ///
    /// # Errors
    /// What is wrong with the document or the period, a flow without a past, another job that runs.
    pub async fn what_if(
        &self,
        environment: &Arc<Environment>,
        asked: WhatIfRequest,
        who: &str,
    ) -> Result<WhatIf, WhatIfError> {
        let plan = self.asked_plan(&asked).await?;
        if asked.from >= asked.to {
            let message = "the period ends before it begins";
            let problem = Problem::error("to", "empty_period", message, "give a later `to`");
            return Err(WhatIfError::Problems(vec![problem]));
        }
        Site::of_plan(&self.shared, environment, &plan).map_err(WhatIfError::Problems)?;
        let flows = self.shared.store.flows().await?;
        let flow = flows.into_iter().find(|f| f.name == plan.flow.id);
        let flow = flow.ok_or_else(|| store::Error::NotFound {
            what: "flow",
            name: plan.flow.id.clone(),
        })?;
        let text = |e: serde_json::Error| WhatIfError::Unreadable(e.to_string());
        let record = self
            .shared
            .store
            .what_if_create(NewWhatIf {
                environment: environment.id,
                flow: flow.id,
                request: serde_json::to_string(&asked).map_err(text)?,
                progress: serde_json::to_string(&Progress::default()).map_err(text)?,
                who: who.into(),
                at: self.shared.clock.now(),
                kept: JOBS_KEPT,
            })
            .await?;
        self.work_what_if(record, environment, plan)
    }

    /// Lets a job that was stopped go on where it was.
    ///
    /// # Errors
    /// If it is done, or another one runs.
    pub async fn resume_what_if(&self, id: WhatIfId) -> Result<WhatIf, WhatIfError> {
        let before = self.show_what_if(id).await?;
        if before.record.state == JobState::Running {
            return Ok(before);
        }
        let plan = self.asked_plan(&before.request).await?;
        let environment = self.environment_of(before.record.environment)?;
        Site::of_plan(&self.shared, &environment, &plan).map_err(WhatIfError::Problems)?;
        let now = self.shared.clock.now();
        let state = JobState::Running;
        let record = self.shared.store.what_if_set(id, state, None, now).await?;
        self.work_what_if(record, &environment, plan)
    }

    /// Stops a job; what came out so far stays.
    ///
    /// # Errors
    /// If it has ended already.
    pub async fn cancel_what_if(&self, id: WhatIfId, who: &str) -> Result<WhatIf, WhatIfError> {
        let now = self.shared.clock.now();
        let reason = Some(format!("cancelled by {who}"));
        let store = &self.shared.store;
        let record = store
            .what_if_set(id, JobState::Cancelled, reason, now)
            .await?;
        WhatIf::of(record)
    }

    /// How a job stands.
    ///
    /// # Errors
    /// If there is no such job.
    pub async fn show_what_if(&self, id: WhatIfId) -> Result<WhatIf, WhatIfError> {
        WhatIf::of(self.shared.store.what_if(id).await?)
    }

    /// A page of an environment's jobs, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn what_ifs(
        &self,
        environment: EnvironmentId,
        page: Page,
    ) -> Result<Vec<WhatIf>, WhatIfError> {
        let found = self.shared.store.what_ifs(environment, page).await?;
        found.into_iter().map(WhatIf::of).collect()
    }

    /// A page of the runs that would go otherwise, each with its place, in the order of the runs.
    ///
    /// # Errors
    /// The store's, or a value that cannot be opened.
    pub async fn what_if_differences(
        &self,
        job: &WhatIf,
        page: Page,
    ) -> Result<Vec<(i64, Difference)>, WhatIfError> {
        let environment = self.environment_of(job.record.environment)?;
        let found = self
            .shared
            .store
            .what_if_differences(job.record.id, page)
            .await?;
        let opened = found.into_iter().map(|row| {
            let difference = open(&environment.key, Purpose::WhatIf, &row.body)?;
            Ok((row.place, difference))
        });
        opened.collect()
    }

    fn work_what_if(
        &self,
        record: WhatIfRecord,
        environment: &Arc<Environment>,
        plan: Arc<Plan>,
    ) -> Result<WhatIf, WhatIfError> {
        let what_if = WhatIf::of(record)?;
        self.work_on(Job {
            shared: Arc::clone(&self.shared),
            environment: Arc::clone(environment),
            plan,
            what_if: what_if.clone(),
            tables: Arc::default(),
        });
        Ok(what_if)
    }

    /// A document may be long: it must not hold up the requests beside it.
    async fn asked_plan(&self, asked: &WhatIfRequest) -> Result<Arc<Plan>, WhatIfError> {
        let (registry, document) = (self.shared.registry, asked.document.clone());
        let compiled = tokio::task::spawn_blocking(move || crate::compile(&document, registry));
        let (plan, problems) = compiled
            .await
            .map_err(|e| WhatIfError::Unreadable(e.to_string()))?;
        plan.map(Arc::new).ok_or(WhatIfError::Problems(problems))
    }
}
