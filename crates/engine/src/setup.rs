//! Puts a configuration in force: environments, connections, flows; and reads back what is not
//! finished.

use crate::catalog::{Catalog, Connection, Deployment, Environment};
use crate::gate::{Gate, Limits, Pause};
use crate::lanes::After;
use crate::plan::{Bound, Need, Plan, Surroundings, check_deployment, compile, compile_within};
use crate::shared::Shared;
use connector::http::Http;
use connector::{ConnectionConfig, Credential, Runtime};
use mapping::{Names, Shape};
use model::{Company, EnvironmentKind, Problem, RunState, Secret, Severity};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{
    ConnectionRecord, DeploymentRecord, NewConnection, NewDeployment, NewEnvironment, NewVersion,
};
use vault::MasterKey;

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

/// A connection's secrets as they are sealed.
#[derive(serde::Serialize, serde::Deserialize, Default)]
struct Stored {
    current: BTreeMap<String, String>,
    next: Option<BTreeMap<String, String>>,
    webhook_secrets: Vec<String>,
}

const CREDENTIAL: &[u8] = b"credential";
/// Who deploys what a configuration file says, in the audit trail.
const WHO: &str = "configuration";

/// Writes `setup` to the store and opens every connection.
pub(crate) async fn put_in_force(
    shared: &Shared,
    master: &MasterKey,
    http: &Http,
    setup: Setup,
) -> Result<Catalog, SetupError> {
    let mut problems = Vec::new();
    let (mut environments, mut connections) = (Vec::new(), Vec::new());
    for setup in setup.environments {
        let environment = environment(shared, master, &setup).await?;
        let mut own = Vec::new();
        for connection in &setup.connections {
            let path = format!(
                "environments.{}.connections.{}",
                setup.name, connection.name
            );
            match open(shared, http, &environment, connection, &path).await? {
                Ok(connection) => own.push(connection),
                Err(found) => problems.extend(found),
            }
        }
        for flow in &setup.flows {
            let found = deploy(shared, &environment, &own, flow).await?;
            problems.extend(found);
        }
        connections.extend(own);
        environments.push(environment);
    }
    if problems.iter().any(Problem::is_error) {
        return Err(SetupError::Problems(problems));
    }
    let deployments = deployments(shared, &environments, &connections).await?;
    Ok(Catalog::new(environments, connections, deployments))
}

async fn environment(
    shared: &Shared,
    master: &MasterKey,
    setup: &EnvironmentSetup,
) -> Result<Arc<Environment>, SetupError> {
    let known = shared
        .store
        .environments()
        .await?
        .into_iter()
        .find(|e| e.name == setup.name);
    let (id, key) = match known {
        Some(known) => {
            let keys = shared.store.environment_keys(known.id).await?;
            let newest = keys.last().ok_or_else(|| store::Error::NotFound {
                what: "data key of environment",
                name: setup.name.clone(),
            })?;
            (known.id, master.open_data_key(&newest.wrapped)?)
        }
        None => {
            let (wrapped_key, key) = master.new_data_key()?;
            let new = NewEnvironment {
                name: setup.name.clone(),
                kind: setup.kind,
                settings: "{}".into(),
                wrapped_key,
                at: shared.clock.now(),
            };
            (shared.store.create_environment(new).await?, key)
        }
    };
    Ok(Arc::new(Environment {
        id,
        name: setup.name.clone(),
        kind: setup.kind,
        company: setup.company.clone(),
        key,
    }))
}

async fn open(
    shared: &Shared,
    http: &Http,
    environment: &Arc<Environment>,
    setup: &ConnectionSetup,
    path: &str,
) -> Result<Result<Arc<Connection>, Vec<Problem>>, SetupError> {
    let Some(connector) = shared.registry.connector(&setup.connector) else {
        let known: Vec<&str> = shared.registry.connectors().map(|c| c.id).collect();
        let message = format!("there is no connector `{}`", setup.connector);
        let cure = format!("one of: {}", known.join(", "));
        return Ok(Err(vec![Problem::error(
            path,
            "unknown_connector",
            message,
            cure,
        )]));
    };
    let known = shared.store.connections(Some(environment.id)).await?;
    let known = known.into_iter().find(|c| c.name == setup.name);
    let stored = match &known {
        Some(ConnectionRecord {
            credential: Some(sealed),
            ..
        }) if setup.credential.is_empty() => {
            let text = environment.key.open(sealed, CREDENTIAL)?;
            serde_json::from_slice(&text).unwrap_or_default()
        }
        _ => Stored {
            current: exposed(&setup.credential),
            next: setup.next_credential.as_ref().map(exposed),
            webhook_secrets: setup
                .webhook_secrets
                .iter()
                .map(|s| s.expose().into())
                .collect(),
        },
    };
    let hidden = |map: &BTreeMap<String, String>| {
        map.iter()
            .map(|(k, v)| (k.clone(), Secret::new(v.clone())))
            .collect()
    };
    let config = ConnectionConfig {
        name: setup.name.clone(),
        environment: environment.kind,
        settings: setup.settings.clone(),
        credential: Credential {
            current: hidden(&stored.current),
            next: stored.next.as_ref().map(hidden),
        },
    };
    let runtime = Runtime {
        clock: shared.clock.clone(),
        entropy: shared.entropy.clone(),
        http: http.clone(),
    };
    let session = match (connector.open)(config, runtime) {
        Ok(session) => session,
        Err(mut problems) => {
            for problem in &mut problems {
                problem.path = format!("{path}.{}", problem.path);
            }
            return Ok(Err(problems));
        }
    };
    let peer = session.peer();
    let text = serde_json::to_vec(&stored).unwrap_or_default();
    let credential = Some(environment.key.seal(&text, CREDENTIAL));
    let now = shared.clock.now();
    let paused = known.as_ref().and_then(|k| k.paused.clone());
    let put = match known {
        Some(mut known) => {
            known.settings = setup.settings.to_string();
            known.credential = credential;
            known.peer = Some(peer.0.clone());
            let id = known.id;
            shared
                .store
                .update_connection(known, now)
                .await
                .map(|()| id)
        }
        None => {
            let new = NewConnection {
                environment: environment.id,
                name: setup.name.clone(),
                connector: connector.id.into(),
                settings: setup.settings.to_string(),
                credential,
                peer: Some(peer.0.clone()),
                at: now,
            };
            shared.store.create_connection(new).await
        }
    };
    let id = match put {
        Ok(id) => id,
        Err(store::Error::Conflict(message)) => {
            let cure = "a peer belongs to one environment: remove it there first";
            return Ok(Err(vec![Problem::error(path, "peer_taken", message, cure)]));
        }
        Err(error) => return Err(error.into()),
    };
    let gate = Gate::new(shared.clock.clone(), setup.limits);
    if let Some(paused) = paused {
        gate.close(Pause {
            cause: paused.cause,
            since: paused.since,
        });
    }
    Ok(Ok(Arc::new(Connection {
        id,
        name: setup.name.clone(),
        environment: environment.id,
        connector,
        session,
        gate,
        webhook_secrets: stored
            .webhook_secrets
            .into_iter()
            .map(Secret::new)
            .collect(),
        settings: setup.settings.clone(),
    })))
}

fn exposed(secrets: &BTreeMap<String, Secret>) -> BTreeMap<String, String> {
    secrets
        .iter()
        .map(|(k, v)| (k.clone(), v.expose().to_owned()))
        .collect()
}

/// Stores a flow's version and makes it the active deployment of its environment.
async fn deploy(
    shared: &Shared,
    environment: &Arc<Environment>,
    connections: &[Arc<Connection>],
    setup: &FlowSetup,
) -> Result<Vec<Problem>, SetupError> {
    let (plan, mut problems) = compile(&setup.text, shared.registry);
    problems.iter_mut().for_each(|p| from(&setup.origin, p));
    let Some(plan) = plan else {
        return Ok(problems);
    };
    let company = environment.company.to_value();
    for name in plan
        .company
        .iter()
        .filter(|n| company.get(n.as_str()).is_none())
    {
        let path = format!("environments.{}.company.settings.{name}", environment.name);
        let message = format!("the flow `{}` reads `company.{name}`", plan.flow.id);
        let cure = "add it to the company's settings";
        problems.push(Problem::error(path, "missing_setting", message, cure));
    }
    let mut bindings = BTreeMap::new();
    for need in &plan.needs {
        let id = need.connector;
        let named = need.connection.as_ref().or(setup.bindings.get(id));
        let mut fitting = connections
            .iter()
            .filter(|c| c.connector.id == id && named.is_none_or(|n| *n == c.name));
        let path = format!("{}: bindings.{id}", setup.origin);
        let mut refuse = |code: &str, message: String, cure: &str| {
            problems.push(Problem::error(path.as_str(), code, message, cure));
        };
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => {
                let key = Need::key(id, need.connection.as_deref());
                bindings.insert(key, only.name.clone());
            }
            (None, _) => {
                let name = named
                    .map(|n| format!(" is named `{n}`"))
                    .unwrap_or_default();
                let message = format!("no connection of the connector `{id}`{name}");
                refuse("unbound", message, "add a connection");
            }
            (Some(_), Some(_)) => {
                let message = format!("several connections of the connector `{id}`");
                refuse("ambiguous", message, "name one of them");
            }
        }
    }
    let mut found = against_connections(&plan, connections, &bindings);
    found.extend(against_surroundings(shared, environment, connections, &bindings, setup).await?);
    found.iter_mut().for_each(|p| from(&setup.origin, p));
    problems.extend(found);
    if problems.iter().any(Problem::is_error) {
        return Ok(problems);
    }
    let digest: [u8; 32] = Sha256::digest(setup.text.as_bytes()).into();
    let bindings = serde_json::to_string(&bindings).unwrap_or_default();
    let at = shared.clock.now();
    let version = shared
        .store
        .put_flow_version(NewVersion {
            flow: plan.flow.id.clone(),
            document: setup.text.clone(),
            digest,
            who: WHO.into(),
            at,
        })
        .await?;
    let active = shared.store.deployments(Some(environment.id), true).await?;
    let same = |d: &DeploymentRecord| d.version == version.id && d.settings == bindings;
    if !active.iter().any(same) {
        let new = NewDeployment {
            environment: environment.id,
            version: version.id,
            settings: bindings,
            who: WHO.into(),
            at,
        };
        shared.store.deploy(new).await?;
    }
    Ok(problems)
}

/// Says of a problem from which file it is, and where in it.
fn from(origin: &str, problem: &mut Problem) {
    let place = problem.place.take();
    let place = place.map_or_else(String::new, |place| format!(":{place}"));
    problem.path = format!("{origin}{place}: {}", problem.path);
}

/// Checks a plan against the connections that are bound, or that it names itself. That there is
/// none, or more than one, was told with the bindings.
fn against_connections(
    plan: &Plan,
    connections: &[Arc<Connection>],
    bindings: &BTreeMap<String, String>,
) -> Vec<Problem> {
    let known: Vec<_> = connections
        .iter()
        .map(|c| (c, c.session.metadata()))
        .collect();
    let bound: Vec<Bound<'_>> = known
        .iter()
        .map(|(connection, metadata)| Bound {
            connector: connection.connector.id,
            name: &connection.name,
            is_default: bindings.get(connection.connector.id) == Some(&connection.name),
            metadata: metadata.as_ref(),
        })
        .collect();
    let found = check_deployment(plan, &bound).into_iter();
    let is_told = |p: &Problem| matches!(p.code.as_str(), "unbound" | "ambiguous");
    found.filter(|p| !is_told(p)).collect()
}

/// Checks a flow against what the bound connections say of their fields, and against what stands in
/// the lookup tables. A row is only warned of: whoever wrote it must not keep the rest from starting.
async fn against_surroundings(
    shared: &Shared,
    environment: &Environment,
    connections: &[Arc<Connection>],
    bindings: &BTreeMap<String, String>,
    setup: &FlowSetup,
) -> Result<Vec<Problem>, SetupError> {
    let named = |name: &String| connections.iter().find(|c| c.name == *name);
    let metadata = bindings
        .iter()
        .filter_map(|(need, name)| Some((need.clone(), named(name)?.session.metadata()?)));
    let mut surroundings = Surroundings {
        metadata: metadata.collect(),
        lookups: BTreeMap::new(),
    };
    let compiled = |surroundings: &Surroundings| {
        compile_within(&setup.text, shared.registry, surroundings).problems
    };
    let plain = compiled(&Surroundings::default());
    let new = |found: Vec<Problem>, known: &[Problem]| -> Vec<Problem> {
        found.into_iter().filter(|p| !known.contains(p)).collect()
    };
    let of_fields = compiled(&surroundings);
    surroundings.lookups = shared.row_schemas(environment.id).await?;
    let mut of_rows = new(compiled(&surroundings), &of_fields);
    for problem in &mut of_rows {
        problem.severity = Severity::Warning;
        let flow = &setup.origin;
        tracing::warn!(flow, problem = %problem, "a lookup table does not fit the flow");
    }
    let mut found = new(of_fields, &plain);
    found.append(&mut of_rows);
    Ok(found)
}

/// Every deployment that runs may be pinned to, made executable.
async fn deployments(
    shared: &Shared,
    environments: &[Arc<Environment>],
    connections: &[Arc<Connection>],
) -> Result<Vec<Arc<Deployment>>, SetupError> {
    let mut plans: BTreeMap<String, Arc<Plan>> = BTreeMap::new();
    let mut out = Vec::new();
    for row in shared.store.deployments(None, false).await? {
        let Some(environment) = environments.iter().find(|e| e.id == row.environment) else {
            continue;
        };
        let version = shared.store.flow_version(row.version).await?;
        let found = deployment(
            shared,
            environment,
            connections,
            &mut plans,
            &row,
            version.document,
        );
        if let Some(deployment) = found {
            out.push(Arc::new(deployment));
        }
    }
    Ok(out)
}

fn deployment(
    shared: &Shared,
    environment: &Arc<Environment>,
    connections: &[Arc<Connection>],
    plans: &mut BTreeMap<String, Arc<Plan>>,
    row: &DeploymentRecord,
    document: String,
) -> Option<Deployment> {
    let plan = match plans.get(&document) {
        Some(plan) => Arc::clone(plan),
        None => {
            let (plan, problems) = compile(&document, shared.registry);
            let Some(plan) = plan else {
                tracing::error!(
                    deployment = %row.id, problems = list(&problems),
                    "a stored version cannot be read by this release; its runs wait"
                );
                return None;
            };
            let plan = Arc::new(plan);
            plans.insert(document, Arc::clone(&plan));
            plan
        }
    };
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
    Some(Deployment {
        id: row.id,
        flow: row.flow,
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
