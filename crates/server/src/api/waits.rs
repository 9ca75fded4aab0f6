//! What runs wait for and until when, in parts that a screen makes a sentence of.

use super::runs::flow_name;
use crate::app::App;
use crate::time::{optional, rfc3339};
use engine::Deployment;
use model::ids::RunId;
use model::{FaultClass, RunState};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Behind, RunRecord};
use utoipa::ToSchema;

/// What a run waits for.
#[derive(Serialize, ToSchema)]
pub struct WaitOut {
    /// `turn` for a worker; `order` for a run before it in the same order; `connection` that is
    /// paused; `reference` that another run writes; `approval` by a person; `effect` that another
    /// run makes; `retry` after a failure.
    kind: &'static str,
    /// The connection that is paused, or whose answer is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    /// Why: the failure with the peer's own words, or the cause of the pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The failure's class.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    /// The reference that is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<ReferenceOut>,
    /// The run that it stands behind, or that makes the effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<BehindOut>,
    /// When it is looked at next, whatever happens.
    until: String,
    /// When waiting is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<String>,
}

/// A cross reference that is not there yet.
#[derive(Serialize, ToSchema)]
pub struct ReferenceOut {
    /// `order`.
    name: String,
    /// Of what: `pi_1`.
    id: String,
}

/// A run that another one waits for.
#[derive(Serialize, ToSchema)]
pub struct BehindOut {
    run: String,
    /// Its business key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// The sender's id of its event.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<String>,
}

/// What some runs wait for: the store is asked once for all of them.
pub struct Waits {
    behind: HashMap<RunId, Behind>,
    holders: HashMap<RunId, RunRecord>,
}

impl Waits {
    /// Asks what the runs wait for.
    pub async fn of(app: &App, runs: &[&RunRecord]) -> Result<Self, store::Error> {
        let store = app.engine.store();
        let ready = runs.iter().filter(|run| run.state == RunState::Ready);
        let ready: Vec<RunId> = ready.map(|run| run.id).collect();
        let behind = match ready.is_empty() {
            true => HashMap::new(),
            false => store.behind(ready).await?,
        };
        let waiting = runs.iter().filter(|run| run.state.is_live());
        let (waiting, halves): (Vec<RunId>, Vec<Vec<u8>>) = waiting
            .filter_map(|run| Some((run.id, half(run.wait_for.as_deref()?)?)))
            .unzip();
        let mut holders = HashMap::new();
        if !halves.is_empty() {
            let found = store.effect_holders(halves).await?;
            for (run, holder) in waiting.into_iter().zip(found) {
                if let Some(holder) = holder {
                    holders.insert(run, store.run(holder).await?);
                }
            }
        }
        Ok(Self { behind, holders })
    }

    /// What a run waits for; nothing if it works, or is over.
    pub fn of_run(&self, app: &App, run: &RunRecord) -> Option<WaitOut> {
        let catalog = app.engine.catalog();
        let deployment = catalog.deployment(run.deployment);
        let mut wait = WaitOut {
            kind: "turn",
            connection: None,
            message: None,
            class: None,
            reference: None,
            behind: None,
            until: rfc3339(run.due_at),
            deadline: optional(run.deadline),
        };
        match run.state {
            RunState::Ready => {
                if let Some(behind) = self.behind.get(&run.id) {
                    wait.kind = "order";
                    wait.behind = Some(behind_out(behind));
                } else if let Some(first) = deployment.and_then(|d| d.first.clone()) {
                    // A run that has not begun is not written while its connection is paused.
                    self.paused(&mut wait, &first);
                }
            }
            RunState::Retry => {
                wait.kind = "retry";
                if let Some((class, message)) = &run.fault {
                    wait.class = Some(class.as_str());
                    wait.message = Some(message.clone());
                    wait.connection = peer_of(deployment.as_ref(), run, *class);
                }
            }
            RunState::Waiting | RunState::Parked => {
                self.told(app, run, &mut wait);
            }
            _ => return None,
        }
        Some(wait)
    }

    fn paused(&self, wait: &mut WaitOut, connection: &engine::Connection) {
        if let Some(pause) = connection.gate.pause() {
            wait.kind = "connection";
            wait.connection = Some(connection.name.clone());
            wait.message = Some(pause.cause);
        }
    }

    /// What a run said that it waits for: `xref:order:pi_1`.
    fn told(&self, app: &App, run: &RunRecord, wait: &mut WaitOut) {
        let Some((kind, rest)) = run.wait_for.as_deref().and_then(|w| w.split_once(':')) else {
            return;
        };
        match kind {
            "connection" => {
                wait.kind = "connection";
                let id = rest.parse().map(model::ids::ConnectionId);
                let catalog = app.engine.catalog();
                if let Some(connection) = id.ok().and_then(|id| catalog.connection_by_id(id)) {
                    wait.connection = Some(connection.name.clone());
                    self.paused(wait, connection);
                }
            }
            "effect" => {
                wait.kind = "effect";
                wait.behind = self.holders.get(&run.id).map(|holder| BehindOut {
                    run: holder.id.to_string(),
                    key: Some(holder.key.clone()),
                    event: Some(holder.event.to_string()),
                    source_id: None,
                    flow: Some(flow_name(app, holder.flow)),
                });
            }
            _ => {
                let (name, id) = rest.split_once(':').unwrap_or((rest, ""));
                wait.kind = match name {
                    "approval" => "approval",
                    _ => "reference",
                };
                wait.reference = Some(ReferenceOut {
                    name: name.to_owned(),
                    id: id.to_owned(),
                });
            }
        }
    }
}

fn behind_out(behind: &Behind) -> BehindOut {
    BehindOut {
        run: behind.run.to_string(),
        key: Some(behind.key.clone()),
        event: Some(behind.event.to_string()),
        source_id: Some(behind.source_id.clone()),
        flow: None,
    }
}

/// The connection whose answer failed a step, if the step calls one and the failure is a peer's.
fn peer_of(
    deployment: Option<&Arc<Deployment>>,
    run: &RunRecord,
    class: FaultClass,
) -> Option<String> {
    if class == FaultClass::Bug {
        return None;
    }
    match deployment?.connections_of(run.cursor)[..] {
        [only] => Some(only.name.clone()),
        _ => None,
    }
}

/// Half an effect's key, as runs that wait for it name it.
fn half(wait_for: &str) -> Option<Vec<u8>> {
    let hexadecimal = wait_for.strip_prefix("effect:")?;
    let digits: Vec<u8> = hexadecimal
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    (rest.is_empty()).then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
