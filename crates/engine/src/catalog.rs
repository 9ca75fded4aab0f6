//! What is deployed, in memory: environments, connections with their open sessions, flows.

use crate::gate::{Gate, Limits};
use crate::plan::{Plan, PlanStart};
use connector::session::SharedSession;
use connector::{Connector, Trigger};
use mapping::{Mask, Names};
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, FlowId, VersionId};
use model::{Company, EnvironmentKind, Secret};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::Origin;
use vault::DataKey;

/// An environment, ready to be worked in.
pub struct Environment {
    pub id: EnvironmentId,
    pub name: String,
    pub kind: EnvironmentKind,
    pub company: Company,
    /// Seals what the environment stores.
    pub key: DataKey,
    pub origin: Origin,
    /// Rises with every change of its settings.
    pub revision: i64,
}

/// A connection with its open session.
pub struct Connection {
    pub id: ConnectionId,
    pub name: String,
    pub environment: EnvironmentId,
    pub connector: &'static Connector,
    pub session: SharedSession,
    pub gate: Gate,
    /// The live secrets of its webhook endpoints, the current one first.
    pub webhook_secrets: Vec<Secret>,
    /// Whether a second version of its credential is in force, while they are rotated.
    pub has_next_credential: bool,
    pub settings: Value,
    pub limits: Limits,
    pub origin: Origin,
    /// Rises with every change of it.
    pub revision: i64,
}

/// A flow version bound to an environment's connections.
pub struct Deployment {
    pub id: DeploymentId,
    pub flow: FlowId,
    pub version: VersionId,
    pub environment: Arc<Environment>,
    pub plan: Arc<Plan>,
    /// By [`Need::key`](crate::plan::Need::key).
    pub bindings: BTreeMap<String, Arc<Connection>>,
    /// The connection that every run needs first.
    pub first: Option<Arc<Connection>>,
    /// What formulas of every run see: `env`, and `connection` with settings by connector.
    pub names: Arc<Names>,
    /// Whether new events start runs of it; older ones stay for the runs pinned to them.
    pub active: bool,
}

impl Deployment {
    /// The connections that a step may call, in the order in which it names them.
    pub fn connections_of(&self, ordinal: i64) -> Vec<&Arc<Connection>> {
        let step = self.plan.step(ordinal);
        let mut needs = Vec::new();
        if let Some(step) = step {
            step.work.needs(&mut needs);
        }
        let bound = needs.into_iter();
        let mut found: Vec<&Arc<Connection>> =
            bound.filter_map(|need| self.bindings.get(need)).collect();
        found.dedup_by_key(|connection| connection.id);
        found
    }
}

/// Everything that is deployed. Immutable: a change makes a new one.
#[derive(Default)]
pub struct Catalog {
    environments: Vec<Arc<Environment>>,
    connections: Vec<Arc<Connection>>,
    deployments: HashMap<DeploymentId, Arc<Deployment>>,
    /// Which deployments listen to a trigger of a connection.
    listeners: HashMap<(ConnectionId, &'static str), Listeners>,
}

/// Who listens to one trigger of a connection.
#[derive(Default)]
pub struct Listeners {
    pub deployments: Vec<Arc<Deployment>>,
    /// What their `key` and `order_by` need of an event's body.
    pub needs: Mask,
}

impl Listeners {
    fn add(&mut self, deployment: &Arc<Deployment>, trigger: &Trigger) {
        let plan = &deployment.plan;
        self.needs.enter(trigger.subject_at);
        for path in plan
            .key
            .iter()
            .chain(&plan.order_by)
            .flat_map(|t| t.references())
        {
            if path.root == trigger.subject {
                self.needs.add_path(trigger.subject_at, &path);
            }
        }
        self.deployments.push(Arc::clone(deployment));
    }
}

impl Catalog {
    pub fn new(
        environments: Vec<Arc<Environment>>,
        connections: Vec<Arc<Connection>>,
        deployments: Vec<Arc<Deployment>>,
    ) -> Self {
        let mut listeners: HashMap<_, Listeners> = HashMap::new();
        for deployment in deployments.iter().filter(|d| d.active) {
            for start in &deployment.plan.starts {
                let PlanStart::Event(event) = start else {
                    continue;
                };
                if let Some(connection) = deployment.bindings.get(&event.need()) {
                    let place = (connection.id, event.trigger.id);
                    let listening = listeners.entry(place).or_default();
                    listening.add(deployment, event.trigger);
                }
            }
        }
        let deployments = deployments.into_iter().map(|d| (d.id, d)).collect();
        Self {
            environments,
            connections,
            deployments,
            listeners,
        }
    }

    pub fn environment(&self, name: &str) -> Option<&Arc<Environment>> {
        self.environments.iter().find(|e| e.name == name)
    }

    pub fn environment_by_id(&self, id: EnvironmentId) -> Option<&Arc<Environment>> {
        self.environments.iter().find(|e| e.id == id)
    }

    pub fn environments(&self) -> &[Arc<Environment>] {
        &self.environments
    }

    pub fn connection(&self, environment: EnvironmentId, name: &str) -> Option<&Arc<Connection>> {
        self.connections
            .iter()
            .find(|c| c.environment == environment && c.name == name)
    }

    /// The connections of an environment.
    pub fn connections_of(&self, environment: EnvironmentId) -> Vec<Arc<Connection>> {
        let own = self
            .connections
            .iter()
            .filter(|c| c.environment == environment);
        own.cloned().collect()
    }

    pub fn connections(&self) -> &[Arc<Connection>] {
        &self.connections
    }

    pub fn connection_by_id(&self, id: ConnectionId) -> Option<&Arc<Connection>> {
        self.connections.iter().find(|c| c.id == id)
    }

    pub fn deployment(&self, id: DeploymentId) -> Option<Arc<Deployment>> {
        self.deployments.get(&id).cloned()
    }

    /// What is in force of a flow in an environment.
    pub fn active(&self, environment: EnvironmentId, flow: &str) -> Option<&Arc<Deployment>> {
        let mut deployments = self.deployments();
        deployments.find(|d| d.active && d.environment.id == environment && d.plan.flow.id == flow)
    }

    pub fn deployments(&self) -> impl Iterator<Item = &Arc<Deployment>> {
        self.deployments.values()
    }

    /// The flows that listen to `trigger` of this connection.
    pub fn listeners(&self, connection: ConnectionId, trigger: &str) -> Option<&Listeners> {
        // The key borrows a static name; a trigger that no flow names has none.
        self.listeners
            .iter()
            .find(|((c, t), _)| *c == connection && *t == trigger)
            .map(|(_, listeners)| listeners)
    }

    /// The triggers of a connection that some flow listens to.
    pub fn listened(&self, connection: ConnectionId) -> Vec<&'static str> {
        let mut ids: Vec<&'static str> = self
            .listeners
            .keys()
            .filter(|(c, _)| *c == connection)
            .map(|(_, t)| *t)
            .collect();
        ids.sort_unstable();
        ids
    }
}
