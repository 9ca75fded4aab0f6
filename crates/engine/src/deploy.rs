//! Puts versions in force in an environment: preview, act, promote, roll back.

use crate::Engine;
use crate::bind::{Binding, Bindings, bind};
use crate::catalog::{Connection, Environment};
use crate::change::{ChangeError, check_reason};
use crate::compare::{Difference, Unbound};
use crate::load;
use crate::plan::Plan;
use crate::setup::written;
use crate::waiting::{OnWaiting, Onto, Treated, Waiting};
use crate::within::unfit;
use model::Problem;
use model::ids::DeploymentId;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{DeploymentRecord, FlowVersion, Former, NewDeployment};

/// A version, and where it is to be in force.
#[derive(Clone, Debug)]
pub struct Target {
    pub flow: String,
    pub environment: String,
    /// The version's number.
    pub version: i64,
    /// Connection names by need or connector, where there are several; else as before.
    pub bindings: Bindings,
    /// Where it is promoted from, if it is.
    pub from: Option<Promoted>,
}

/// Where a version is promoted from.
#[derive(Clone, Debug, Default)]
pub struct Promoted {
    /// The environment.
    pub environment: String,
    /// Lookup tables that may lack rows which they have there.
    pub accept: Vec<String>,
}

/// What a deployment would do.
#[derive(Clone)]
pub struct Preview {
    pub flow: String,
    pub environment: Arc<Environment>,
    pub version: FlowVersion,
    /// What is in force, and the number of its version.
    pub former: Option<(DeploymentRecord, i64)>,
    /// Whether just this is in force already.
    pub is_in_force: bool,
    pub bindings: Bindings,
    /// Everything that stands against it, and warnings.
    pub problems: Vec<Problem>,
    /// What is not bound there. A promotion stops at any of it.
    pub unbound: Vec<Unbound>,
    /// What is otherwise there than where it comes from.
    pub differs: Vec<Difference>,
    pub waiting: Waiting,
}

/// How a deployment comes about.
#[derive(Clone, Debug)]
pub struct Deploy {
    pub target: Target,
    /// What must be in force now.
    pub former: Former,
    pub waiting: OnWaiting,
    pub who: String,
    pub reason: String,
}

/// What a deployment did.
#[derive(Clone, Debug)]
pub struct Deployed {
    pub deployment: DeploymentId,
    pub version: i64,
    pub former: Option<DeploymentId>,
    pub treated: Treated,
}

/// A version that is ready to be put in force.
struct Ready {
    environment: Arc<Environment>,
    version: FlowVersion,
    plan: Arc<Plan>,
    former: Option<DeploymentRecord>,
    binding: Binding,
    unbound: Vec<Unbound>,
    differs: Vec<Difference>,
}

impl Ready {
    /// What stands against it: what is missing is a matter of a promotion only.
    fn stands_against(&self, from: Option<&Promoted>) -> Vec<Problem> {
        let mut problems = self.binding.problems.clone();
        let told = |problem: &Problem| problems.iter().any(|p| p.path == problem.path);
        let more: Vec<Problem> = self
            .unbound
            .iter()
            .map(|u| u.problem(from))
            .filter(|p| !told(p))
            .collect();
        problems.extend(more);
        problems
    }
}

impl Engine {
    /// What a deployment would do.
    ///
    /// # Errors
    /// If there is no such version or environment.
    pub async fn preview(&self, target: &Target) -> Result<Preview, ChangeError> {
        let ready = self.ready(target).await?;
        let bindings = &ready.binding.bindings;
        let former = match &ready.former {
            Some(former) => {
                let version = self.shared.store.flow_version(former.version).await?;
                Some((former.clone(), version.number))
            }
            None => None,
        };
        let is_in_force = ready
            .former
            .as_ref()
            .is_some_and(|f| f.version == ready.version.id && f.settings == written(bindings));
        let connections = self.catalog().connections_of(ready.environment.id);
        let onto = Onto {
            plan: &ready.plan,
            bindings: connected(bindings, &connections),
        };
        let place = (ready.environment.id, ready.version.flow);
        let stays = ready.former.as_ref().filter(|_| is_in_force).map(|f| f.id);
        let waiting = self
            .waiting(place, stays.unwrap_or_default(), &onto)
            .await?;
        Ok(Preview {
            flow: target.flow.clone(),
            problems: ready.stands_against(target.from.as_ref()),
            bindings: bindings.clone(),
            environment: ready.environment,
            version: ready.version,
            former,
            is_in_force,
            unbound: ready.unbound,
            differs: ready.differs,
            waiting,
        })
    }

    /// Puts a version in force and does with the runs that are not over what is wanted.
    ///
    /// # Errors
    /// All that stands against it, or that something else is in force than was expected.
    pub async fn deploy(&self, act: Deploy) -> Result<Deployed, ChangeError> {
        check_reason(&act.reason)?;
        let cause = if act.target.from.is_some() {
            "promote"
        } else {
            "deploy"
        };
        self.put_in_force(act, cause).await
    }

    /// Puts the version of an earlier deployment in force again, with its bindings: the one before
    /// unless it is named.
    ///
    /// # Errors
    /// As [`Engine::deploy`], or if nothing was in force before.
    pub async fn roll_back(
        &self,
        (flow, environment): (&str, &str),
        to: Option<DeploymentId>,
        former: Former,
        waiting: OnWaiting,
        who: &str,
        reason: &str,
    ) -> Result<Deployed, ChangeError> {
        check_reason(reason)?;
        let target = self.former(flow, environment, to).await?;
        let act = Deploy {
            target,
            former,
            waiting,
            who: who.to_owned(),
            reason: reason.to_owned(),
        };
        self.put_in_force(act, ROLLBACK).await
    }

    /// What a rollback would put in force.
    ///
    /// # Errors
    /// If nothing was in force before, or the deployment named is none of this flow there.
    pub async fn former(
        &self,
        flow: &str,
        environment: &str,
        to: Option<DeploymentId>,
    ) -> Result<Target, ChangeError> {
        let (id, home) = (self.flow_id(flow).await?, self.environment(environment)?);
        let store = &self.shared.store;
        let earlier = match to {
            Some(to) => {
                let named = store.deployment(to).await?;
                Some(named).filter(|d| d.flow == id && d.environment == home.id)
            }
            None => {
                let newest = DeploymentId(i64::MAX);
                let history = store
                    .deployment_history(home.id, id, newest, HISTORY)
                    .await?;
                before(&history).cloned()
            }
        };
        let Some(earlier) = earlier else {
            let message = match to {
                Some(to) => format!("{to} is no deployment of `{flow}` in `{environment}`"),
                None => format!("nothing of `{flow}` was in force in `{environment}` before"),
            };
            return Err(ChangeError::Refused(message));
        };
        let version = store.flow_version(earlier.version).await?;
        Ok(Target {
            flow: flow.to_owned(),
            environment: environment.to_owned(),
            version: version.number,
            bindings: serde_json::from_str(&earlier.settings).unwrap_or_default(),
            from: None,
        })
    }

    /// What a promotion from one environment to another would put in force there.
    ///
    /// # Errors
    /// If nothing is in force where it comes from.
    pub async fn promoted(
        &self,
        flow: &str,
        from: &str,
        to: &str,
        accept: Vec<String>,
    ) -> Result<Target, ChangeError> {
        let source = self.environment(from)?;
        self.environment(to)?;
        if from == to {
            let message = "a version is promoted to another environment than its own";
            return Err(ChangeError::Refused(message.into()));
        }
        let id = self.flow_id(flow).await?;
        let active = self.active_deployment(&source, id).await?;
        let Some(active) = active else {
            let message = format!("nothing of `{flow}` is in force in `{from}`");
            return Err(ChangeError::Refused(message));
        };
        let version = self.shared.store.flow_version(active.version).await?;
        Ok(Target {
            flow: flow.to_owned(),
            environment: to.to_owned(),
            version: version.number,
            bindings: Bindings::new(),
            from: Some(Promoted {
                environment: from.to_owned(),
                accept,
            }),
        })
    }

    async fn put_in_force(
        &self,
        act: Deploy,
        cause: &'static str,
    ) -> Result<Deployed, ChangeError> {
        let shared = &self.shared;
        let changing = shared.changing.lock().await;
        let ready = self.ready(&act.target).await?;
        let problems = ready.stands_against(act.target.from.as_ref());
        if problems.iter().any(Problem::is_error) {
            let detail = format!(
                "version {} of `{}` cannot be in force in `{}`",
                ready.version.number, act.target.flow, act.target.environment
            );
            return Err(ChangeError::problems(detail, problems));
        }
        let new = NewDeployment {
            environment: ready.environment.id,
            version: ready.version.id,
            settings: written(&ready.binding.bindings),
            former: act.former,
            cause,
            who: act.who.clone(),
            reason: act.reason.clone(),
            at: shared.clock.now(),
        };
        let id = shared.store.deploy(new).await?;
        shared.reload().await?;
        drop(changing);
        let deployment = self.catalog().deployment(id);
        let deployment = deployment.ok_or_else(|| {
            ChangeError::Refused(format!(
                "{id} is in force and cannot be loaded: see the log"
            ))
        })?;
        let treated = self
            .treat(&deployment, act.waiting, &act.who, &act.reason)
            .await?;
        tracing::info!(
            flow.name = act.target.flow,
            environment = act.target.environment,
            version = ready.version.number,
            moved = treated.moved,
            cancelled = treated.cancelled,
            "a version is in force"
        );
        Ok(Deployed {
            deployment: id,
            version: ready.version.number,
            former: ready.former.map(|f| f.id),
            treated,
        })
    }

    async fn ready(&self, target: &Target) -> Result<Ready, ChangeError> {
        let environment = self.environment(&target.environment)?;
        let version = self.version(&target.flow, target.version).await?;
        let plan = self.plan_of(&version).await?;
        let former = self.active_deployment(&environment, version.flow).await?;
        let mut wanted: Bindings = match &former {
            // What was bound before stays bound so, where it still is there.
            Some(former) => serde_json::from_str(&former.settings).unwrap_or_default(),
            None => Bindings::new(),
        };
        let connections = self.catalog().connections_of(environment.id);
        wanted.retain(|_, name| connections.iter().any(|c| c.name == *name));
        wanted.extend(target.bindings.clone());
        let mut binding = bind(&plan, &environment, &connections, &wanted);
        let (bound, text) = (&binding.bindings, &version.document);
        let unfit = unfit(&self.shared, &environment, &connections, bound, text).await?;
        binding.problems.extend(unfit.all());
        let from = match &target.from {
            Some(from) => Some(self.environment(&from.environment)?),
            None => None,
        };
        let (unbound, differs) = self
            .compared(&plan, from.as_deref(), &environment, &binding)
            .await?;
        Ok(Ready {
            environment,
            version,
            plan,
            former,
            binding,
            unbound,
            differs,
        })
    }

    async fn plan_of(&self, version: &FlowVersion) -> Result<Arc<Plan>, ChangeError> {
        let catalog = self.catalog();
        let loaded = catalog.deployments().find(|d| d.version == version.id);
        if let Some(loaded) = loaded {
            return Ok(Arc::clone(&loaded.plan));
        }
        let (shared, version) = (Arc::clone(&self.shared), version.clone());
        let number = version.number;
        let work = move || load::plan(&shared, &version);
        let plan = tokio::task::spawn_blocking(work).await.ok().flatten();
        plan.ok_or_else(|| {
            let message = format!("version {number} cannot be read by this release: see the log");
            ChangeError::Refused(message)
        })
    }

    /// Takes a flow out of force in an environment. Its runs go on with what they began with.
    ///
    /// # Errors
    /// If there is no such flow, or the store's.
    pub async fn retire(
        &self,
        environment: &Environment,
        flow: &str,
        who: &str,
    ) -> Result<(), ChangeError> {
        let _changing = self.shared.changing.lock().await;
        let id = self.flow_id(flow).await?;
        if let Some(active) = self.active_deployment(environment, id).await? {
            let now = self.shared.clock.now();
            self.shared.store.retire(active.id, who, now).await?;
            self.shared.reload().await?;
        }
        Ok(())
    }

    /// What is in force of a flow in an environment.
    ///
    /// # Errors
    /// The store's.
    pub async fn active_deployment(
        &self,
        environment: &Environment,
        flow: model::ids::FlowId,
    ) -> Result<Option<DeploymentRecord>, ChangeError> {
        let newest = DeploymentId(i64::MAX);
        let store = &self.shared.store;
        let history = store
            .deployment_history(environment.id, flow, newest, 1)
            .await?;
        Ok(history.into_iter().find(|d| d.active))
    }
}

/// So many deployments are looked through for the one before.
const HISTORY: i64 = 500;

/// The deployment before the newest. What a rollback has taken back is passed over: a second one
/// goes further back, and never to the mistake that the first one undid.
fn before(history: &[DeploymentRecord]) -> Option<&DeploymentRecord> {
    let is_same = |a: &DeploymentRecord, b: &DeploymentRecord| {
        (a.version, &a.settings) == (b.version, &b.settings)
    };
    let now = history.first()?;
    let mut at = 0;
    while history[at].cause == ROLLBACK {
        let restored = &history[at];
        at += 1 + history[at + 1..]
            .iter()
            .position(|d| is_same(d, restored))?;
    }
    // Where nothing is in force any more, what was the last is the one before.
    let earlier = &history[if now.active { at + 1 } else { at }..];
    earlier.iter().find(|d| !now.active || !is_same(d, now))
}

/// How a rollback is told in the history.
const ROLLBACK: &str = "rollback";

/// Bindings with the connections themselves.
fn connected(
    bindings: &Bindings,
    connections: &[Arc<Connection>],
) -> BTreeMap<String, Arc<Connection>> {
    let found = bindings.iter().filter_map(|(need, name)| {
        let connection = connections.iter().find(|c| c.name == *name)?;
        Some((need.clone(), Arc::clone(connection)))
    });
    found.collect()
}
