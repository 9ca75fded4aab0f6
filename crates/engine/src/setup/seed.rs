//! What the configuration file says, brought into the store where it says something new.

use super::{ConnectionSetup, EnvironmentSetup, FlowSetup, Setup, SetupError};
use crate::bind::{Bindings, bind};
use crate::catalog::{Catalog, Connection, Environment};
use crate::connect::{self, Secrets};
use crate::load::{self, Loaded, StoredSettings, connection_path, step_ids};
use crate::plan::compile;
use crate::shared::Shared;
use crate::within::unfit;
use model::ids::{ConnectionId, EnvironmentId};
use model::{EnvironmentKind, Problem};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{
    Former, NewConnection, NewDeployment, NewEnvironment, NewVersion, Origin, SetEnvironment,
    UpdateConnection,
};
use vault::{DataKey, Sealed};

/// Who does what the configuration file says, in the audit trail.
const WHO: &str = "configuration";
/// What the digests of what the file said are sealed for: secrets are among it.
const SEED: &[u8] = b"seed";

/// Brings `setup` into the store and gives everything that is in force then.
pub(crate) async fn put_in_force(shared: &Shared, setup: Setup) -> Result<Catalog, SetupError> {
    let mut problems = Vec::new();
    let (mut homes, mut named) = (Vec::new(), BTreeSet::new());
    for environment in &setup.environments {
        let home = match home(shared, environment).await? {
            Ok(home) => home,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        for connection in &environment.connections {
            match home.connection(shared, connection).await? {
                Ok(id) => drop(named.insert(id)),
                Err(found) => problems.extend(found),
            }
        }
        homes.push((home, environment));
    }
    refuse(&mut problems)?;
    let environments = homes.iter().map(|(home, _)| home.id).collect();
    name_what_is_in_force(shared, &environments, &named).await?;
    let loaded = load::load(shared).await?;
    problems.extend(loaded.problems);
    refuse(&mut problems)?;
    for (home, setup) in &homes {
        let catalog = &loaded.catalog;
        let Some(environment) = catalog.environment_by_id(home.id) else {
            continue;
        };
        for flow in &setup.flows {
            let names = setup.connections.iter().map(|c| c.name.as_str()).collect();
            problems.extend(
                home.flow(shared, catalog, environment, flow, &names)
                    .await?,
            );
        }
    }
    refuse(&mut problems)?;
    // Connections are opened: what was deployed is added to them.
    shared.replace_catalog(loaded.catalog);
    let Loaded { catalog, .. } = load::load(shared).await?;
    Ok(catalog)
}

fn refuse(problems: &mut Vec<Problem>) -> Result<(), SetupError> {
    if problems.iter().any(Problem::is_error) {
        return Err(SetupError::Problems(std::mem::take(problems)));
    }
    Ok(())
}

/// What the file names is in force, and of the rest what the API made.
async fn name_what_is_in_force(
    shared: &Shared,
    environments: &BTreeSet<EnvironmentId>,
    connections: &BTreeSet<ConnectionId>,
) -> Result<(), SetupError> {
    let stored = shared.store.environments().await?;
    let homes = stored
        .iter()
        .map(|e| {
            (
                e.id,
                e.in_force,
                e.origin == Origin::Api || environments.contains(&e.id),
            )
        })
        .filter(|(_, was, is)| was != is)
        .map(|(id, _, is)| (id, is));
    let homes = homes.collect();
    let stored = shared.store.connections(None).await?;
    let others = stored
        .iter()
        .map(|c| {
            (
                c.id,
                c.in_force,
                c.origin == Origin::Api || connections.contains(&c.id),
            )
        })
        .filter(|(_, was, is)| was != is)
        .map(|(id, _, is)| (id, is));
    Ok(shared.store.set_in_force(homes, others.collect()).await?)
}

/// An environment that the file names, in the store.
struct Home {
    id: EnvironmentId,
    name: String,
    kind: EnvironmentKind,
    key: DataKey,
    seeds: BTreeMap<String, Sealed>,
}

async fn home(
    shared: &Shared,
    setup: &EnvironmentSetup,
) -> Result<Result<Home, Problem>, SetupError> {
    let settings = json!(StoredSettings {
        company: setup.company.clone(),
    })
    .to_string();
    let now = shared.clock.now();
    let stored = shared.store.environments().await?;
    let known = stored.into_iter().find(|e| e.name == setup.name);
    if let Some(known) = known.as_ref().filter(|known| known.kind != setup.kind) {
        let path = format!("environments.{}.kind", setup.name);
        let message = format!("`{}` is of kind {}", setup.name, known.kind.as_str());
        let cure = "the kind of an environment is for ever: make another environment";
        return Ok(Err(Problem::error(path, "kind_fixed", message, cure)));
    }
    let (id, key, is_new) = match &known {
        Some(known) => {
            let keys = shared.store.environment_keys(known.id).await?;
            let newest = keys.last().ok_or_else(|| store::Error::NotFound {
                what: "data key of environment",
                name: setup.name.clone(),
            })?;
            let key = shared.master.open_data_key(&newest.wrapped)?;
            (known.id, key, false)
        }
        None => {
            let (wrapped_key, key) = shared.master.new_data_key()?;
            let new = NewEnvironment {
                name: setup.name.clone(),
                kind: setup.kind,
                settings: settings.clone(),
                wrapped_key,
                origin: Origin::File,
                who: WHO.into(),
                at: now,
            };
            (shared.store.create_environment(new).await?, key, true)
        }
    };
    let home = Home {
        id,
        name: setup.name.clone(),
        kind: setup.kind,
        key,
        seeds: shared.store.seeds(id).await?,
    };
    let digest = digest(&[settings.as_bytes()]);
    if home.says_something_new("environment", &digest)? {
        if !is_new {
            let set = SetEnvironment {
                id,
                settings,
                expected: None,
                who: WHO.into(),
                at: now,
            };
            shared.store.set_environment(set).await?;
        }
        home.remember(shared, "environment", &digest).await?;
    }
    Ok(Ok(home))
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl Home {
    fn says_something_new(&self, subject: &str, digest: &[u8; 32]) -> Result<bool, SetupError> {
        let Some(sealed) = self.seeds.get(subject) else {
            return Ok(true);
        };
        Ok(self.key.open(sealed, SEED)? != digest)
    }

    async fn remember(
        &self,
        shared: &Shared,
        subject: &str,
        digest: &[u8; 32],
    ) -> Result<(), SetupError> {
        let sealed = self.key.seal(digest, SEED);
        Ok(shared.store.put_seed(self.id, subject, sealed).await?)
    }

    /// Brings a connection into the store, if it is new or the file says it otherwise.
    async fn connection(
        &self,
        shared: &Shared,
        setup: &ConnectionSetup,
    ) -> Result<Result<ConnectionId, Vec<Problem>>, SetupError> {
        let path = connection_path(&self.name, &setup.name);
        let connector = match connect::connector(shared, &setup.connector, &path) {
            Ok(connector) => connector,
            Err(problem) => return Ok(Err(vec![problem])),
        };
        let given = Secrets::new(
            &setup.credential,
            setup.next_credential.as_ref(),
            &setup.webhook_secrets,
        );
        let limits = json!(setup.limits).to_string();
        let text = json!([&setup.connector, &setup.settings, &limits, &given]).to_string();
        let (subject, digest) = (
            format!("connection:{}", setup.name),
            digest(&[text.as_bytes()]),
        );
        let known = shared.store.connections(Some(self.id)).await?;
        let known = known.into_iter().find(|c| c.name == setup.name);
        if let Some(known) = &known
            && !self.says_something_new(&subject, &digest)?
        {
            return Ok(Ok(known.id));
        }
        let stored = known.as_ref().and_then(|k| k.credential.as_ref());
        let secrets = match stored {
            Some(sealed) if setup.credential.is_empty() => Secrets::open(&self.key, Some(sealed))?,
            _ => given,
        };
        let place = (setup.name.as_str(), self.kind);
        let opened = connect::session(shared, connector, place, &setup.settings, &secrets, &path);
        let peer = match opened {
            Ok(session) => session.peer(),
            Err(problems) => return Ok(Err(problems)),
        };
        let (credential, settings) = (Some(secrets.seal(&self.key)), setup.settings.to_string());
        let at = shared.clock.now();
        let put = match known {
            Some(mut connection) => {
                let id = connection.id;
                connection.settings = settings;
                connection.credential = credential;
                connection.peer = Some(peer.0.clone());
                connection.limits = limits;
                let update = UpdateConnection {
                    connection,
                    expected: None,
                    who: WHO.into(),
                    at,
                };
                shared.store.update_connection(update).await.map(|_| id)
            }
            None => {
                let new = NewConnection {
                    environment: self.id,
                    name: setup.name.clone(),
                    connector: connector.id.into(),
                    settings,
                    credential,
                    peer: Some(peer.0.clone()),
                    limits,
                    origin: Origin::File,
                    who: WHO.into(),
                    at,
                };
                shared.store.create_connection(new).await
            }
        };
        match put {
            Ok(id) => {
                self.remember(shared, &subject, &digest).await?;
                Ok(Ok(id))
            }
            Err(store::Error::Conflict(message)) => {
                let cure = "a peer belongs to one environment: remove it there first";
                Ok(Err(vec![Problem::error(path, "peer_taken", message, cure)]))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Checks a flow of the file, and puts it in force if the file says it otherwise than the last
    /// time. Connections that the file names itself go before others.
    async fn flow(
        &self,
        shared: &Shared,
        catalog: &Catalog,
        environment: &Arc<Environment>,
        setup: &FlowSetup,
        named: &BTreeSet<&str>,
    ) -> Result<Vec<Problem>, SetupError> {
        let (plan, mut problems) = compile(&setup.text, shared.registry);
        problems.iter_mut().for_each(|p| from(&setup.origin, p));
        let Some(plan) = plan else {
            return Ok(problems);
        };
        let own = catalog.connections_of(environment.id);
        let of_file = |connector: &str| {
            own.iter()
                .any(|c| c.connector.id == connector && named.contains(c.name.as_str()))
        };
        let fitting: Vec<Arc<Connection>> = own
            .iter()
            .filter(|c| named.contains(c.name.as_str()) || !of_file(c.connector.id))
            .cloned()
            .collect();
        let mut bound = bind(&plan, environment, &fitting, &setup.bindings);
        let in_file = |p: &&mut Problem| p.code != "missing_setting";
        let told = bound.problems.iter_mut().filter(in_file);
        told.for_each(|p| from(&setup.origin, p));
        problems.append(&mut bound.problems);
        if problems.iter().any(Problem::is_error) {
            return Ok(problems);
        }
        let bindings = written(&bound.bindings);
        let digest = digest(&[setup.text.as_bytes(), bindings.as_bytes()]);
        let subject = format!("flow:{}", plan.flow.id);
        if !self.says_something_new(&subject, &digest)? {
            return Ok(problems);
        }
        let unfit = unfit(shared, environment, &own, &bound.bindings, &setup.text).await?;
        let mut of_fields = unfit.of_fields;
        of_fields.iter_mut().for_each(|p| from(&setup.origin, p));
        problems.append(&mut of_fields);
        for problem in unfit.of_rows {
            // Whoever wrote a row must not keep the server from starting.
            let origin = &setup.origin;
            tracing::warn!(origin, problem = %problem, "a lookup table does not fit the flow");
        }
        if problems.iter().any(Problem::is_error) {
            return Ok(problems);
        }
        let at = shared.clock.now();
        let reason = format!("the configuration says so ({})", setup.origin);
        let version = shared
            .store
            .put_flow_version(NewVersion {
                flow: plan.flow.id.clone(),
                document: setup.text.clone(),
                digest: Sha256::digest(setup.text.as_bytes()).into(),
                samples: "[]".into(),
                steps: Some(step_ids(&plan)),
                who: WHO.into(),
                reason: reason.clone(),
                at,
            })
            .await?;
        let new = NewDeployment {
            environment: environment.id,
            version: version.id,
            settings: bindings,
            former: Former::Any,
            cause: "configuration",
            who: WHO.into(),
            reason,
            at,
        };
        shared.store.deploy(new).await?;
        self.remember(shared, &subject, &digest).await?;
        Ok(problems)
    }
}

/// Bindings as a deployment stores them.
pub(crate) fn written(bindings: &Bindings) -> String {
    serde_json::to_string(bindings).unwrap_or_default()
}

/// Says of a problem from which file it is, and where in it.
fn from(origin: &str, problem: &mut Problem) {
    let place = problem.place.take();
    let place = place.map_or_else(String::new, |place| format!(":{place}"));
    problem.path = format!("{origin}{place}: {}", problem.path);
}
