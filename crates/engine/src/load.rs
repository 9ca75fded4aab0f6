//! Reads the catalog from the store. What has not changed since stays the same thing: sessions keep
//! their tokens, gates their counts, plans are not compiled again.

use crate::catalog::{Catalog, Connection, Deployment, Environment};
use crate::connect;
use crate::gate::{Gate, Limits, Pause};
use crate::plan::{Need, Plan, compile};
use crate::setup::SetupError;
use crate::shared::Shared;
use mapping::{Names, Shape};
use model::ids::VersionId;
use model::{Company, EnvironmentKind, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{ConnectionRecord, DeploymentRecord, EnvironmentRecord, FlowVersion, Origin};

/// An environment's settings as they are stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredSettings {
    pub(crate) company: Company,
}

/// A catalog, and what stands in the store and cannot be loaded.
pub(crate) struct Loaded {
    pub(crate) catalog: Catalog,
    /// What is wrong with connections that the configuration file names.
    pub(crate) problems: Vec<Problem>,
}

/// Reads everything that is in force.
pub(crate) async fn load(shared: &Shared) -> Result<Loaded, SetupError> {
    let old = shared.catalog();
    let mut environments = Vec::new();
    for record in shared.store.environments().await? {
        if record.in_force {
            environments.extend(environment(shared, &old, record).await?);
        }
    }
    let (mut connections, mut problems) = (Vec::new(), Vec::new());
    for record in shared.store.connections(None).await? {
        let home = environments.iter().find(|e| e.id == record.environment);
        let Some(home) = home.filter(|_| record.in_force) else {
            continue;
        };
        let known = old.connection_by_id(record.id);
        if let Some(known) = known.filter(|c| c.revision == record.revision) {
            connections.push(Arc::clone(known));
            continue;
        }
        match connection(shared, home, &record)? {
            Ok(connection) => connections.push(Arc::new(connection)),
            Err(found) if record.origin == Origin::File => problems.extend(found),
            Err(found) => tracing::error!(
                environment = %home.name, connection.name = %record.name, problems = told(&found),
                "a connection cannot be opened; what needs it waits"
            ),
        }
    }
    let deployments = deployments(shared, &old, &environments, &connections).await?;
    Ok(Loaded {
        catalog: Catalog::new(environments, connections, deployments),
        problems,
    })
}

fn told(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

async fn environment(
    shared: &Shared,
    old: &Catalog,
    record: EnvironmentRecord,
) -> Result<Option<Arc<Environment>>, SetupError> {
    let known = old.environment_by_id(record.id);
    let key = match known {
        Some(known) if known.revision == record.revision => return Ok(Some(Arc::clone(known))),
        Some(known) => known.key.clone(),
        None => {
            let keys = shared.store.environment_keys(record.id).await?;
            let newest = keys.last().ok_or_else(|| store::Error::NotFound {
                what: "data key of environment",
                name: record.name.clone(),
            })?;
            shared.master.open_data_key(&newest.wrapped)?
        }
    };
    let StoredSettings { company } = match serde_json::from_str(&record.settings) {
        Ok(settings) => settings,
        Err(error) => {
            tracing::error!(
                environment = %record.name, error = %error,
                "the settings of an environment cannot be read; nothing is worked there"
            );
            return Ok(None);
        }
    };
    Ok(Some(Arc::new(Environment {
        id: record.id,
        name: record.name,
        kind: record.kind,
        company,
        key,
        origin: record.origin,
        revision: record.revision,
    })))
}

fn connection(
    shared: &Shared,
    environment: &Environment,
    record: &ConnectionRecord,
) -> Result<Result<Connection, Vec<Problem>>, SetupError> {
    let path = connection_path(&environment.name, &record.name);
    let connector = match connect::connector(shared, &record.connector, &path) {
        Ok(connector) => connector,
        Err(problem) => return Ok(Err(vec![problem])),
    };
    let secrets = connect::Secrets::open(&environment.key, record.credential.as_ref())?;
    let settings = parsed::<Value>(record, &record.settings)?;
    let place = (record.name.as_str(), environment.kind);
    let session = match connect::session(shared, connector, place, &settings, &secrets, &path) {
        Ok(session) => session,
        Err(problems) => return Ok(Err(problems)),
    };
    let limits: Limits = parsed(record, &record.limits)?;
    let gate = Gate::new(shared.clock.clone(), limits);
    if let Some(paused) = &record.paused {
        gate.close(Pause {
            cause: paused.cause.clone(),
            since: paused.since,
        });
    }
    Ok(Ok(Connection {
        id: record.id,
        name: record.name.clone(),
        environment: environment.id,
        connector,
        session,
        gate,
        webhook_secrets: secrets.webhook(),
        has_next_credential: secrets.next.is_some(),
        settings,
        limits,
        origin: record.origin,
        revision: record.revision,
    }))
}

/// Where problems of a connection are told.
pub(crate) fn connection_path(environment: &str, connection: &str) -> String {
    format!("environments.{environment}.connections.{connection}")
}

fn parsed<T: for<'de> Deserialize<'de>>(
    record: &ConnectionRecord,
    text: &str,
) -> Result<T, store::Error> {
    serde_json::from_str(text).map_err(|error| store::Error::Corrupt {
        table: "connection",
        row: record.id.to_string(),
        reason: error.to_string(),
    })
}

/// Every deployment that runs may be pinned to, made executable.
async fn deployments(
    shared: &Shared,
    old: &Catalog,
    environments: &[Arc<Environment>],
    connections: &[Arc<Connection>],
) -> Result<Vec<Arc<Deployment>>, SetupError> {
    let mut plans: HashMap<VersionId, Option<Arc<Plan>>> = old
        .deployments()
        .map(|d| (d.version, Some(Arc::clone(&d.plan))))
        .collect();
    let mut out = Vec::new();
    for row in shared.store.deployments(None, false).await? {
        let Some(environment) = environments.iter().find(|e| e.id == row.environment) else {
            continue;
        };
        let plan = match plans.get(&row.version) {
            Some(plan) => plan.clone(),
            None => {
                let version = shared.store.flow_version(row.version).await?;
                let plan = plan(shared, &version);
                plans.insert(row.version, plan.clone());
                plan
            }
        };
        let Some(plan) = plan else { continue };
        let known = old.deployment(row.id);
        match deployment(environment, connections, plan, &row) {
            Some(new) => out.push(match known.filter(|known| is_same(known, &new)) {
                Some(known) => known,
                None => Arc::new(new),
            }),
            None => tracing::warn!(
                deployment = %row.id, active = row.active,
                "a connection that a deployment is bound to is not there; its runs wait"
            ),
        }
    }
    Ok(out)
}

fn is_same(known: &Deployment, new: &Deployment) -> bool {
    let bound = |d: &Deployment| -> Vec<*const Connection> {
        d.bindings.values().map(Arc::as_ptr).collect()
    };
    known.active == new.active
        && Arc::ptr_eq(&known.environment, &new.environment)
        && bound(known) == bound(new)
}

/// The plan of a stored version; none if this release reads it otherwise than the one that stored
/// it.
pub(crate) fn plan(shared: &Shared, version: &FlowVersion) -> Option<Arc<Plan>> {
    let (plan, problems) = compile(&version.document, shared.registry);
    let Some(plan) = plan else {
        tracing::error!(
            version = %version.id, problems = told(&problems),
            "a stored version cannot be read by this release; its runs wait"
        );
        return None;
    };
    let steps = version.steps.as_deref();
    if steps.is_some_and(|steps| steps != step_ids(&plan)) {
        tracing::error!(
            version = %version.id,
            "this release numbers the steps of a stored version otherwise; its runs wait"
        );
        return None;
    }
    Some(Arc::new(plan))
}

/// The ids of a plan's steps in the order of their ordinals, as a version stores them.
pub(crate) fn step_ids(plan: &Plan) -> String {
    let steps = plan.every_step();
    let ids: Vec<&str> = steps.iter().map(|s| s.id.as_str()).collect();
    json!(ids).to_string()
}

fn deployment(
    environment: &Arc<Environment>,
    connections: &[Arc<Connection>],
    plan: Arc<Plan>,
    row: &DeploymentRecord,
) -> Option<Deployment> {
    let names: BTreeMap<String, String> = serde_json::from_str(&row.settings).unwrap_or_default();
    let mut bindings = BTreeMap::new();
    let mut settings = Map::new();
    for need in &plan.needs {
        let key = Need::key(need.connector, need.connection.as_deref());
        let name = names.get(&key)?;
        let connection = connections
            .iter()
            .find(|c| c.environment == environment.id && c.name == *name)?;
        let seen_as = need.connection.as_deref().unwrap_or(need.connector);
        settings.insert(seen_as.to_owned(), connection.settings.clone());
        bindings.insert(key, Arc::clone(connection));
    }
    let first = plan
        .first_need()
        .and_then(|need| bindings.get(need).cloned());
    Some(Deployment {
        id: row.id,
        first,
        flow: row.flow,
        version: row.version,
        environment: Arc::clone(environment),
        plan,
        bindings,
        names: Arc::new(fixed_names(
            &environment.name,
            environment.kind,
            &Value::Object(settings),
        )?),
        active: row.active,
    })
}

/// The names that are the same for all runs of a deployment.
pub(crate) fn fixed_names(
    environment: &str,
    kind: EnvironmentKind,
    connection: &Value,
) -> Option<Names> {
    let env = json!({"name": environment, "kind": kind.as_str()});
    let mut names = Names::new();
    for (name, json) in [("env", &env), ("connection", connection)] {
        match mapping::Value::from_json(json, &Shape::plain()) {
            Ok(value) => names.set(name, value),
            Err(error) => {
                tracing::error!(environment, error, "`{name}` cannot be read");
                return None;
            }
        }
    }
    Some(names)
}
