//! Environments and connections that people make and change while the server runs.

use crate::Engine;
use crate::catalog::{Connection, Environment};
use crate::change::{ChangeError, check_name};
use crate::connect::{self, Secrets};
use crate::gate::Limits;
use crate::load::{StoredSettings, connection_path};
use crate::setup::ConnectionSetup;
use crate::watch;
use finance::Currency;
use jiff::tz::TimeZone;
use model::ids::EnvironmentId;
use model::{Company, EnvironmentKind, Problem, Secret};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{NewConnection, NewEnvironment, Origin, SetEnvironment, UpdateConnection};

/// So many environments, and connections of one, are the most.
const ENVIRONMENTS_MAX: usize = 100;
const CONNECTIONS_MAX: usize = 100;

/// What of a connection is to be otherwise; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ConnectionChange {
    pub settings: Option<Value>,
    pub limits: Option<Limits>,
    /// Secrets by name, all of them.
    pub credential: Option<BTreeMap<String, Secret>>,
    /// The second version while the credential is rotated; an empty one ends the rotation.
    pub next_credential: Option<BTreeMap<String, Secret>>,
    pub webhook_secrets: Option<Vec<Secret>>,
}

impl Engine {
    /// Makes an environment. Its name and kind are for ever.
    ///
    /// # Errors
    /// What is wrong with it, or that there is one of this name.
    pub async fn create_environment(
        &self,
        name: &str,
        kind: EnvironmentKind,
        company: Company,
        who: &str,
    ) -> Result<Arc<Environment>, ChangeError> {
        let mut problems = check_company(&company);
        problems.extend(check_name("name", name));
        refuse("the environment is not in order", problems)?;
        let shared = &self.shared;
        let _changing = shared.changing.lock().await;
        if shared.store.environments().await?.len() >= ENVIRONMENTS_MAX {
            let message =
                format!("there are {ENVIRONMENTS_MAX} environments, the most there may be");
            return Err(ChangeError::Refused(message));
        }
        let (wrapped_key, _) = shared.master.new_data_key()?;
        let new = NewEnvironment {
            name: name.to_owned(),
            kind,
            settings: json!(StoredSettings { company }).to_string(),
            wrapped_key,
            origin: Origin::Api,
            who: who.to_owned(),
            at: shared.clock.now(),
        };
        shared.store.create_environment(new).await?;
        shared.reload().await?;
        self.environment(name)
    }

    /// An environment by its id.
    pub(crate) fn environment_of(
        &self,
        id: EnvironmentId,
    ) -> Result<Arc<Environment>, store::Error> {
        let catalog = self.shared.catalog();
        let found = catalog.environment_by_id(id).cloned();
        found.ok_or_else(|| store::Error::NotFound {
            what: "environment",
            name: id.to_string(),
        })
    }

    /// Changes the company of an environment.
    ///
    /// # Errors
    /// What is wrong with it, which flow in force reads what would be gone, or that someone else
    /// changed it meanwhile.
    pub async fn change_environment(
        &self,
        name: &str,
        revision: i64,
        company: Company,
        who: &str,
    ) -> Result<Arc<Environment>, ChangeError> {
        let shared = &self.shared;
        let _changing = shared.changing.lock().await;
        let environment = self.environment(name)?;
        let mut problems = check_company(&company);
        let known = company.to_value();
        let catalog = self.catalog();
        let here = catalog
            .deployments()
            .filter(|d| d.active && d.environment.id == environment.id);
        for plan in here.map(|d| &d.plan) {
            let gone = plan
                .company
                .iter()
                .filter(|n| known.get(n.as_str()).is_none());
            problems.extend(gone.map(|setting| {
                let path = format!("company.settings.{setting}");
                let message = format!("the flow `{}` in force reads it", plan.flow.id);
                Problem::error(path, "missing_setting", message, "leave it in")
            }));
        }
        refuse("the environment is not in order", problems)?;
        let set = SetEnvironment {
            id: environment.id,
            settings: json!(StoredSettings { company }).to_string(),
            expected: Some(revision),
            who: who.to_owned(),
            at: shared.clock.now(),
        };
        shared.store.set_environment(set).await?;
        shared.reload().await?;
        self.environment(name)
    }

    /// Makes a connection in an environment. Nothing is sent.
    ///
    /// # Errors
    /// Everything that is wrong with it: a live credential in a test environment, too.
    pub async fn create_connection(
        &self,
        environment: &str,
        setup: ConnectionSetup,
        who: &str,
    ) -> Result<Arc<Connection>, ChangeError> {
        let shared = &self.shared;
        let _changing = shared.changing.lock().await;
        let environment = self.environment(environment)?;
        let path = connection_path(&environment.name, &setup.name);
        let detail = "the connection is not in order";
        refuse(
            detail,
            check_name("name", &setup.name).into_iter().collect(),
        )?;
        if self.catalog().connections_of(environment.id).len() >= CONNECTIONS_MAX {
            let message = format!("an environment has {CONNECTIONS_MAX} connections at most");
            return Err(ChangeError::Refused(message));
        }
        let connector = connect::connector(shared, &setup.connector, "connector")
            .map_err(|problem| ChangeError::problems(detail, vec![problem]))?;
        let secrets = Secrets::new(
            &setup.credential,
            setup.next_credential.as_ref(),
            &setup.webhook_secrets,
        );
        let place = (setup.name.as_str(), environment.kind);
        let session = connect::session(shared, connector, place, &setup.settings, &secrets, &path)
            .map_err(|problems| ChangeError::problems(detail, problems))?;
        let new = NewConnection {
            environment: environment.id,
            name: setup.name.clone(),
            connector: connector.id.to_owned(),
            settings: setup.settings.to_string(),
            credential: Some(secrets.seal(&environment.key)),
            peer: Some(session.peer().0),
            limits: json!(setup.limits).to_string(),
            origin: Origin::Api,
            who: who.to_owned(),
            at: shared.clock.now(),
        };
        shared.store.create_connection(new).await?;
        shared.reload().await?;
        self.connection(&environment, &setup.name)
    }

    /// Changes a connection. It goes on leading to the same system: what was written there is known
    /// by it.
    ///
    /// # Errors
    /// Everything that is wrong with it, or that someone else changed it meanwhile.
    pub async fn change_connection(
        &self,
        environment: &str,
        name: &str,
        revision: i64,
        change: ConnectionChange,
        who: &str,
    ) -> Result<Arc<Connection>, ChangeError> {
        let shared = &self.shared;
        let changing = shared.changing.lock().await;
        let environment = self.environment(environment)?;
        let known = self.connection(&environment, name)?;
        let path = connection_path(&environment.name, name);
        let detail = "the connection is not in order";
        let mut record = shared.store.connection(known.id).await?;
        let mut secrets = Secrets::open(&environment.key, record.credential.as_ref())?;
        let is_new_credential = change.credential.is_some() || change.next_credential.is_some();
        if let Some(credential) = &change.credential {
            secrets.current = Secrets::new(credential, None, &[]).current;
        }
        if let Some(next) = &change.next_credential {
            let next = Secrets::new(next, None, &[]).current;
            secrets.next = (!next.is_empty()).then_some(next);
        }
        if let Some(webhook) = &change.webhook_secrets {
            secrets.webhook_secrets = Secrets::new(&BTreeMap::new(), None, webhook).webhook_secrets;
        }
        let settings = change.settings.unwrap_or_else(|| known.settings.clone());
        let place = (name, environment.kind);
        let session = connect::session(shared, known.connector, place, &settings, &secrets, &path)
            .map_err(|problems| ChangeError::problems(detail, problems))?;
        let (was, is) = (known.session.peer(), session.peer());
        if was != is {
            let message = format!("it leads to {was}, and would lead to {is}");
            let cure = "make another connection for the other system and bind the flows to it";
            let problem = Problem::error(path, "other_peer", message, cure);
            return Err(ChangeError::problems(detail, vec![problem]));
        }
        record.settings = settings.to_string();
        record.limits = json!(change.limits.unwrap_or(known.limits)).to_string();
        if is_new_credential || change.webhook_secrets.is_some() {
            record.credential = Some(secrets.seal(&environment.key));
        }
        let update = UpdateConnection {
            connection: record,
            expected: Some(revision),
            who: who.to_owned(),
            at: shared.clock.now(),
        };
        shared.store.update_connection(update).await?;
        shared.reload().await?;
        drop(changing);
        let connection = self.connection(&environment, name)?;
        if is_new_credential {
            // What waits for it need not wait for the next probe.
            watch::probe(shared, &connection).await;
        }
        Ok(connection)
    }

    /// Takes a connection away that no flow in force and no run that is not over is bound to.
    ///
    /// # Errors
    /// What is bound to it, or that someone else changed it meanwhile.
    pub async fn delete_connection(
        &self,
        environment: &str,
        name: &str,
        revision: i64,
        who: &str,
    ) -> Result<(), ChangeError> {
        let shared = &self.shared;
        let _changing = shared.changing.lock().await;
        let environment = self.environment(environment)?;
        let connection = self.connection(&environment, name)?;
        let catalog = self.catalog();
        let mut bound = BTreeSet::new();
        for deployment in catalog.deployments() {
            if !deployment.bindings.values().any(|c| c.id == connection.id) {
                continue;
            }
            let (flow, place) = (&deployment.plan.flow.id, environment.id);
            let none = model::ids::DeploymentId(0);
            let pinned = || shared.store.pinned_runs(place, deployment.flow, none);
            if deployment.active {
                bound.insert(format!("the flow `{flow}` is bound to it"));
            } else if pinned()
                .await?
                .iter()
                .any(|r| r.deployment == deployment.id)
            {
                bound.insert(format!("runs of the flow `{flow}` go on with it"));
            }
        }
        if !bound.is_empty() {
            let bound: Vec<String> = bound.into_iter().collect();
            let message = format!("`{name}` cannot go: {}", bound.join("; "));
            return Err(ChangeError::Refused(message));
        }
        let (id, now) = (connection.id, shared.clock.now());
        shared
            .store
            .delete_connection(id, Some(revision), who, now)
            .await?;
        Ok(shared.reload().await?)
    }

    /// The environment of this name.
    pub(crate) fn environment(&self, name: &str) -> Result<Arc<Environment>, ChangeError> {
        let catalog = self.catalog();
        let found = catalog.environment(name).cloned();
        found.ok_or_else(|| ChangeError::not_found("environment", name))
    }

    fn connection(
        &self,
        environment: &Environment,
        name: &str,
    ) -> Result<Arc<Connection>, ChangeError> {
        let catalog = self.catalog();
        let found = catalog.connection(environment.id, name).cloned();
        found.ok_or_else(|| ChangeError::not_found("connection", name))
    }
}

fn refuse(detail: &str, problems: Vec<Problem>) -> Result<(), ChangeError> {
    match problems.iter().any(Problem::is_error) {
        true => Err(ChangeError::problems(detail, problems)),
        false => Ok(()),
    }
}

fn check_company(company: &Company) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |path: &str, code: &str, message: String, cure: &str| {
        problems.push(Problem::error(path, code, message, cure));
    };
    if company.name.trim().is_empty() {
        wrong(
            "company.name",
            "no_name",
            "it has no name".into(),
            "name the company",
        );
    }
    if company.currency.parse::<Currency>().is_err() {
        let message = format!("`{}` is no currency", company.currency);
        wrong(
            "company.currency",
            "no_currency",
            message,
            "give the code of ISO 4217: `EUR`",
        );
    }
    if TimeZone::get(&company.books_zone).is_err() {
        let message = format!("`{}` is no zone", company.books_zone);
        let cure = "give an IANA name: `Europe/Berlin`";
        wrong("company.books_zone", "no_zone", message, cure);
    }
    problems
}
