//! Puts a configuration in force: environments, connections, flows; and reads back what is not
//! finished.
//!
//! The configuration file *seeds*: what it says is put in force when it is new, or is said otherwise
//! than the last time. What a person has changed over the API since stays, until the file changes
//! there too. What the file names no longer goes out of force, unless the API made it.

mod seed;

pub(crate) use seed::{put_in_force, written};

use crate::gate::Limits;
use crate::lanes::After;
use crate::shared::Shared;
use model::{Company, EnvironmentKind, Problem, RunState, Secret};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is to be in force.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    pub environments: Vec<EnvironmentSetup>,
}

#[derive(Clone, Debug)]
pub struct EnvironmentSetup {
    pub name: String,
    pub kind: EnvironmentKind,
    pub company: Company,
    pub connections: Vec<ConnectionSetup>,
    pub flows: Vec<FlowSetup>,
}

#[derive(Clone, Debug)]
pub struct ConnectionSetup {
    pub name: String,
    /// The connector's id.
    pub connector: String,
    pub settings: Value,
    /// Secrets by name; empty: keep what is stored.
    pub credential: BTreeMap<String, Secret>,
    /// The second version while the credential is rotated.
    pub next_credential: Option<BTreeMap<String, Secret>>,
    pub webhook_secrets: Vec<Secret>,
    pub limits: Limits,
}

/// A flow to be deployed.
#[derive(Clone, Debug)]
pub struct FlowSetup {
    /// Where the text is from, for messages.
    pub origin: String,
    pub text: String,
    /// Connection names by connector, where an environment has several of one.
    pub bindings: BTreeMap<String, String>,
}

/// Why a setup is not in force.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

fn list(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Puts every run that is not finished back into its lane.
pub(crate) async fn read_back(shared: &Shared) -> Result<(), SetupError> {
    let shards: Vec<i64> = (0..model::lane::SHARDS).collect();
    let runs = shared.store.load_live(&shards).await?;
    let mut lanes = shared.lanes.lock();
    for run in runs {
        let place = match run.state {
            RunState::Retry | RunState::Parked => After::Hold { until: run.due_at },
            RunState::Waiting => After::Leave { until: run.due_at },
            _ => After::Ended,
        };
        lanes.restore(run.id, run.lane, &place);
    }
    Ok(())
}
