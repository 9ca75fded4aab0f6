//! From the configuration to what the engine puts in force.

use super::environment::{ConnectionConfig, EnvironmentConfig, FlowsConfig, LimitsConfig};
use super::{Config, secret};
use crate::connectors::REGISTRY;
use crate::suggest::nearest;
use crate::{flows, ionapi};
use engine::{ConnectionSetup, EnvironmentSetup, FlowSetup, Limits, Setup};
use model::{Problem, Secret};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

impl Config {
    /// Everything that is to be in force.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn setup(&self) -> Result<Setup, Vec<Problem>> {
        let mut problems = Vec::new();
        let environments = self.environments.iter().map(|(name, environment)| {
            let path = format!("environments.{name}");
            check_name(&path, name, &mut problems);
            convert(&path, name, environment, &mut problems)
        });
        let setup = Setup {
            environments: environments.collect(),
        };
        if problems.is_empty() {
            Ok(setup)
        } else {
            Err(problems)
        }
    }
}

fn convert(
    path: &str,
    name: &str,
    environment: &EnvironmentConfig,
    problems: &mut Vec<Problem>,
) -> EnvironmentSetup {
    let mut connections = Vec::new();
    for (name, connection) in &environment.connections {
        let path = format!("{path}.connections.{name}");
        check_name(&path, name, problems);
        connections.push(connect(&path, name, connection, problems));
    }
    EnvironmentSetup {
        name: name.to_owned(),
        kind: environment.kind,
        company: environment.company.clone(),
        connections,
        flows: deploy(&format!("{path}.flows"), &environment.flows, problems),
    }
}

/// Names stand in the addresses of webhooks, so they are plain.
fn check_name(path: &str, name: &str, problems: &mut Vec<Problem>) {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        problems.push(Problem::error(
            path,
            "wrong_name",
            format!("`{name}` stands in the addresses of webhooks"),
            "use lower-case letters, digits, `-` and `_`",
        ));
    }
}

fn connect(
    path: &str,
    name: &str,
    connection: &ConnectionConfig,
    problems: &mut Vec<Problem>,
) -> ConnectionSetup {
    let mut credential = secrets(
        &format!("{path}.credential"),
        &connection.credential,
        problems,
    );
    let next_credential = connection
        .next_credential
        .as_ref()
        .map(|next| secrets(&format!("{path}.next_credential"), next, problems));
    let connector = REGISTRY.connector(&connection.connector);
    if let Some((file, connector)) = connection.ionapi_file.as_ref().zip(connector) {
        match ionapi::read(&format!("{path}.ionapi_file"), file, connector) {
            Ok((name, given)) => {
                // What is written out beside the file wins over it.
                credential.entry(name).or_insert(given);
            }
            Err(problem) => problems.push(problem),
        }
    }
    ConnectionSetup {
        name: name.to_owned(),
        connector: connection.connector.clone(),
        settings: Value::Object(connection.settings.clone()),
        credential,
        next_credential,
        webhook_secrets: webhook_secrets(path, connection, problems),
        limits: limits(connection.limits),
    }
}

fn limits(given: LimitsConfig) -> Limits {
    let usual = Limits::default();
    Limits {
        per_second: given.per_second.unwrap_or(usual.per_second),
        in_flight: given.in_flight.unwrap_or(usual.in_flight),
    }
}

/// Secrets by name; `<name>_file` is read.
fn secrets(
    path: &str,
    given: &BTreeMap<String, Secret>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Secret> {
    let mut found = BTreeMap::new();
    for (key, value) in given {
        let at = format!("{path}.{key}");
        let (name, secret) = match key.strip_suffix("_file") {
            Some(name) => (name, secret::from_file(&at, Path::new(value.expose()))),
            None => (key.as_str(), Ok(value.clone())),
        };
        match secret {
            Ok(secret) => {
                if found.insert(name.to_owned(), secret).is_some() {
                    let message = format!("`{name}` is given twice");
                    let cure = "leave one of them out";
                    problems.push(Problem::error(&at, "given_twice", message, cure));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    found
}

fn webhook_secrets(
    path: &str,
    connection: &ConnectionConfig,
    problems: &mut Vec<Problem>,
) -> Vec<Secret> {
    let mut secrets = connection.webhook_secrets.clone();
    if let Some(file) = &connection.webhook_secrets_file {
        match secret::from_file(&format!("{path}.webhook_secrets_file"), file) {
            Ok(text) => {
                let lines = text
                    .expose()
                    .lines()
                    .map(str::trim)
                    .filter(|l| !l.is_empty());
                secrets.extend(lines.map(Secret::new));
            }
            Err(problem) => problems.push(problem),
        }
    }
    secrets
}

fn deploy(path: &str, given: &FlowsConfig, problems: &mut Vec<Problem>) -> Vec<FlowSetup> {
    let mut found = Vec::new();
    for (n, id) in given.ready.iter().enumerate() {
        match flows::ready(id) {
            Some(flow) => found.push(FlowSetup {
                origin: flow.id.to_owned(),
                text: flow.text.to_owned(),
                bindings: given.bindings.get(id).cloned().unwrap_or_default(),
            }),
            None => {
                let all: Vec<&str> = flows::READY.iter().map(|f| f.id).collect();
                let cure = match nearest(id, all.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of: {}", all.join(", ")),
                };
                let message = format!("there is no ready-made flow `{id}`");
                let at = format!("{path}.ready[{n}]");
                problems.push(Problem::error(at, "unknown_flow", message, cure));
            }
        }
    }
    if let Some(dir) = &given.dir {
        match read_dir(dir, given) {
            Ok(flows) => found.extend(flows),
            Err(error) => problems.push(Problem::error(
                format!("{path}.dir"),
                "unreadable_folder",
                format!("{error:#}"),
                "name a folder with flows",
            )),
        }
    }
    found
}

/// The flows of a folder, by file name.
fn read_dir(dir: &Path, given: &FlowsConfig) -> anyhow::Result<Vec<FlowSetup>> {
    use anyhow::Context;
    let list = || format!("list `{}`", dir.display());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(list)? {
        let path = entry.with_context(list)?.path();
        let inside = path.join("flow.yaml");
        if path.extension().is_some_and(|e| e == "yaml") {
            paths.push(path);
        } else if inside.is_file() {
            paths.push(inside);
        }
    }
    paths.sort();
    let mut flows = Vec::new();
    for path in paths {
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(&path).with_context(|| format!("read `{origin}`"))?;
        let id = model::flow::parse(&text)
            .0
            .map(|flow| flow.id)
            .unwrap_or_default();
        let bindings = given.bindings.get(&id).cloned().unwrap_or_default();
        flows.push(FlowSetup {
            origin,
            text,
            bindings,
        });
    }
    Ok(flows)
}
