//! Reads the folder that an environment is.

use super::flows::FlowFiles;
use super::settings::{ConnectionSettings, Settings};
use super::tables::Table;
use super::{Folder, FolderError};
use crate::Engine;
use crate::bind::Bindings;
use crate::catalog::Environment;
use model::flow::parse_sample;
use std::collections::BTreeMap;

impl Engine {
    /// What is in force in an environment, as a folder.
    ///
    /// # Errors
    /// If something of it cannot be written to files, which names it.
    pub async fn folder(&self, environment: &Environment) -> Result<Folder, FolderError> {
        let mut settings = Settings {
            schema: 1,
            name: environment.name.clone(),
            kind: environment.kind,
            company: environment.company.clone(),
            connections: BTreeMap::new(),
            flows: BTreeMap::new(),
        };
        for connection in self.catalog().connections_of(environment.id) {
            let known = ConnectionSettings {
                connector: connection.connector.id.to_owned(),
                settings: connection.settings.as_object().cloned().unwrap_or_default(),
                limits: connection.limits,
            };
            settings.connections.insert(connection.name.clone(), known);
        }
        let store = &self.shared.store;
        let mut flows = BTreeMap::new();
        for deployment in store.deployments(Some(environment.id), true).await? {
            let version = store.flow_version(deployment.version).await?;
            let texts: Vec<String> = serde_json::from_str(&version.samples).unwrap_or_default();
            let held = held(&version.document, &texts).map_err(|reason| {
                FolderError::Refused(format!("version {} of a flow: {reason}", version.number))
            })?;
            let bindings: Bindings = serde_json::from_str(&deployment.settings).map_err(|e| {
                FolderError::Refused(format!("the bindings of `{}`: {e}", held.flow.id))
            })?;
            settings.flows.insert(held.flow.id.clone(), bindings);
            flows.insert(held.flow.id.clone(), held);
        }
        let mut tables = BTreeMap::new();
        for known in store.lookup_tables(environment.id).await? {
            let name = known.name;
            let Some(state) = self.lookup_state(environment, &name).await? else {
                continue;
            };
            let points = self
                .lookup_points(environment, &name, state.revision)
                .await?;
            let table = Table::new(known.description, state.definition, &points);
            let refused = |reason| FolderError::Refused(format!("the table `{name}`: {reason}"));
            let table = table.map_err(refused)?;
            tables.insert(name, table);
        }
        Ok(Folder {
            settings,
            flows,
            tables,
        })
    }
}

/// A version: its document and its samples.
pub fn held(document: &str, samples: &[String]) -> Result<FlowFiles, String> {
    let told = |problems: Vec<model::Problem>| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    };
    let mut held = FlowFiles::new(document).map_err(told)?;
    for text in samples {
        match parse_sample(text) {
            (Some(sample), _) => drop(held.samples.insert(sample.id.clone(), sample)),
            (None, problems) => return Err(told(problems)),
        }
    }
    Ok(held)
}
