//! Where a dry run takes place: nowhere, or in an environment.

use super::DryRun;
use super::reader::Reader;
use crate::books::GivenBooks;
use crate::catalog::{Connection, Deployment, Environment};
use crate::load::fixed_names;
use crate::plan::{CallWork, Need, Plan};
use crate::shared::Shared;
use connector::http::Http;
use connector::{Connector, Runtime};
use mapping::Names;
use model::clock::{Clock, Entropy};
use model::{Company, EnvironmentKind, Problem, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What surrounds a dry run.
pub(crate) struct Place<'a> {
    pub company: Company,
    /// The names that formulas of every run see.
    pub fixed: Arc<Names>,
    pub now: Timestamp,
    /// By the key of the need.
    readers: BTreeMap<String, Reader>,
    /// Our own books, if they are given.
    pub books: Option<GivenBooks>,
    /// The environment and its store, if it takes place in one.
    pub here: Option<Here<'a>>,
}

/// An environment.
pub(crate) struct Here<'a> {
    pub shared: &'a Shared,
    pub environment: &'a Environment,
}

impl<'a> Place<'a> {
    /// Recipes are given the settings of each connector's example.
    pub fn nowhere(plan: &Plan, dry: &DryRun, now: Timestamp) -> Result<Self, Vec<Problem>> {
        let mut readers = BTreeMap::new();
        let mut settings = Map::new();
        let connectors = plan.needed_connectors();
        for need in &plan.needs {
            let Some(connector) = connectors.get(need.connector) else {
                continue;
            };
            settings.insert(seen_as(need), (connector.example)().settings);
            readers.insert(key(need), example(connector, now)?);
        }
        let company = company(sample_company(), &dry.given.company)?;
        Ok(Self {
            company,
            fixed: fixed("sample", EnvironmentKind::Test, settings)?,
            now,
            readers,
            books: GivenBooks::read(&dry.given.books)?,
            here: None,
        })
    }

    pub fn within(
        shared: &'a Shared,
        environment: &'a Arc<Environment>,
        plan: &Plan,
        dry: &DryRun,
    ) -> Result<Self, Vec<Problem>> {
        let (mut readers, mut settings) = (BTreeMap::new(), Map::new());
        let mut problems = Vec::new();
        for need in &plan.needs {
            match bound(shared, environment, plan, need) {
                Ok(connection) => {
                    settings.insert(seen_as(need), connection.settings.clone());
                    readers.insert(key(need), Reader::of(&connection));
                }
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            company: company(environment.company.clone(), &dry.given.company)?,
            fixed: fixed(&environment.name, environment.kind, settings)?,
            now: shared.clock.now(),
            readers,
            books: GivenBooks::read(&dry.given.books)?,
            here: Some(Here {
                shared,
                environment,
            }),
        })
    }

    /// With the connections of a deployment.
    pub fn of_deployment(shared: &'a Shared, deployment: &'a Deployment) -> Self {
        let bound = deployment.bindings.iter();
        Self {
            company: deployment.environment.company.clone(),
            fixed: Arc::clone(&deployment.names),
            now: shared.clock.now(),
            readers: bound
                .map(|(key, connection)| (key.clone(), Reader::of(connection)))
                .collect(),
            books: None,
            here: Some(Here {
                shared,
                environment: &deployment.environment,
            }),
        }
    }

    pub(super) fn reader(&self, call: &CallWork) -> Option<&Reader> {
        self.bound(&call.need)
    }

    /// By the key of the need.
    pub(super) fn bound(&self, need: &str) -> Option<&Reader> {
        self.readers.get(need)
    }

    /// The connections of the environment that the plan would use, by the key of the need.
    pub fn connections(&self) -> impl Iterator<Item = (&str, &Arc<Connection>)> {
        let readers = self.readers.iter();
        readers.filter_map(|(key, reader)| Some((key.as_str(), reader.connection()?)))
    }
}

fn key(need: &Need) -> String {
    Need::key(need.connector, need.connection.as_deref())
}

/// The name under which formulas see the connection's settings.
fn seen_as(need: &Need) -> String {
    need.connection.as_deref().unwrap_or(need.connector).into()
}

/// The connection that a deployment of the flow has, or the only one of its connector, or the one
/// that the flow names.
fn bound(
    shared: &Shared,
    environment: &Environment,
    plan: &Plan,
    need: &Need,
) -> Result<Arc<Connection>, Problem> {
    let catalog = shared.catalog();
    let of_this = |d: &&Arc<crate::Deployment>| {
        d.active && d.environment.id == environment.id && d.plan.flow.id == plan.flow.id
    };
    let deployed = catalog.deployments().find(of_this);
    if let Some(connection) = deployed.and_then(|d| d.bindings.get(&key(need))) {
        return Ok(Arc::clone(connection));
    }
    let all = catalog.connections().iter();
    let mut fitting = all.filter(|c| {
        c.environment == environment.id
            && c.connector.id == need.connector
            && need.connection.as_ref().is_none_or(|name| *name == c.name)
    });
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(Arc::clone(only)),
        (first, _) => {
            let many = if first.is_some() { "several" } else { "no" };
            let message = format!(
                "`{}` has {many} connections of `{}`, and the flow is not deployed there",
                environment.name,
                key(need)
            );
            let cure = "deploy the flow there, which says by which connection";
            Err(Problem::error(
                "environment",
                "no_connection",
                message,
                cure,
            ))
        }
    }
}

fn example(connector: &Connector, now: Timestamp) -> Result<Reader, Vec<Problem>> {
    let http = Http::new().map_err(|fault| {
        let message = fault.message;
        vec![Problem::error("environment", "no_client", message, "")]
    })?;
    let runtime = Runtime {
        clock: Clock::manual(now),
        entropy: Entropy::seeded(0),
        http,
    };
    (connector.open)((connector.example)(), runtime).map(Reader::of_example)
}

fn fixed(
    environment: &str,
    kind: EnvironmentKind,
    settings: Map<String, Value>,
) -> Result<Arc<Names>, Vec<Problem>> {
    let names = fixed_names(environment, kind, &Value::Object(settings));
    names.map(Arc::new).ok_or_else(|| {
        let message = "the settings of its connections cannot be read";
        vec![Problem::error(
            "environment",
            "unreadable_settings",
            message,
            "see the log",
        )]
    })
}

/// The company of samples that give no other.
fn sample_company() -> Company {
    Company {
        name: "Sample Company".into(),
        currency: "EUR".into(),
        books_zone: "UTC".into(),
        collective_customer: "WEBGUEST".into(),
        settings: Map::new(),
    }
}

fn company(mut company: Company, given: &Map<String, Value>) -> Result<Company, Vec<Problem>> {
    let mut problems = Vec::new();
    for (name, value) in given {
        let field = match name.as_str() {
            "name" => &mut company.name,
            "currency" => &mut company.currency,
            "books_zone" => &mut company.books_zone,
            "collective_customer" => &mut company.collective_customer,
            _ => {
                company.settings.insert(name.clone(), value.clone());
                continue;
            }
        };
        match value {
            Value::String(text) => field.clone_from(text),
            _ => {
                let path = format!("given.company.{name}");
                let message = format!("`{name}` is a text");
                problems.push(Problem::error(path, "not_a_text", message, "give a text"));
            }
        }
    }
    if problems.is_empty() {
        Ok(company)
    } else {
        Err(problems)
    }
}
