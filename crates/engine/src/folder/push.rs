//! Puts a folder in force: through the same acts by which a person changes each thing.

use super::changed::{FileChange, changed};
use super::flows::FlowFiles;
use super::load::held;
use super::tables::Table;
use super::{Files, Folder, Found, Place, check_files, digest};
use crate::Engine;
use crate::catalog::Environment;
use crate::change::{ChangeError, check_reason};
use crate::deploy::{Deploy, Target};
use crate::environments::ConnectionChange;
use crate::lookups::{LookupError, Replace};
use crate::versions::SaveDraft;
use crate::waiting::OnWaiting;
use mapping::table::day;
use mapping::table::timeline::Missing;
use model::Problem;
use model::flow::StepKind;
use model::ids::DeploymentId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Former;

/// Why a folder was not read or put in force.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Lookup(#[from] LookupError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// What is wrong with the files.
    #[error("{} problems", .0.len())]
    Problems(Vec<Problem>),
    /// The environment is not as it was when the changes were looked at.
    #[error("the environment `{0}` has changed since it was compared")]
    ChangedMeanwhile(String),
    #[error("{0}")]
    Refused(String),
}

/// A folder to be put in force.
#[derive(Clone, Debug)]
pub struct Push {
    pub files: Files,
    /// What the folder lacks and is to go, by the names of [`FileChange::remove`].
    pub remove: Vec<String>,
    /// The digest of the environment that the changes were looked at with.
    pub expect: String,
    pub who: String,
    pub reason: String,
}

/// What putting a folder in force would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The state of the environment that it was compared with.
    pub digest: String,
    pub changes: Vec<FileChange>,
    /// What stands against it, and warnings.
    pub problems: Vec<Problem>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Sentences, in the order in which it was done.
    pub done: Vec<String>,
    /// The state of the environment now.
    pub digest: String,
}

impl Engine {
    /// What putting the files of a folder in force would change in an environment.
    ///
    /// # Errors
    /// If the files cannot be read, all that is wrong with them.
    pub async fn folder_preview(
        &self,
        environment: &Environment,
        files: &Files,
    ) -> Result<Preview, FolderError> {
        let (_, _, preview) = self.compare(environment, files).await?;
        Ok(preview)
    }

    /// The environment and the files as folders, and what is between them.
    async fn compare(
        &self,
        environment: &Environment,
        files: &Files,
    ) -> Result<(Folder, Folder, Preview), FolderError> {
        let (to, found) = Folder::read(files);
        let Some(to) = to else {
            let problems = found.into_iter().map(|found| found.flat());
            return Err(FolderError::Problems(problems.collect()));
        };
        same_environment(environment, &to)?;
        let from = self.folder(environment).await?;
        let today = self.books_today(environment)?;
        let problems = check_files(files, self.registry()).await;
        let preview = Preview {
            digest: digest(&from.write()),
            changes: changed(&from, &to, day::start(today)),
            problems: problems.into_iter().map(|found| found.flat()).collect(),
        };
        Ok((from, to, preview))
    }

    /// Puts the files of a folder in force. Each act is whole; if one is refused, those before it
    /// stay, and the same folder can be put in force again.
    ///
    /// # Errors
    /// All that stands against it, before anything is done; or what an act was refused for.
    pub async fn folder_push(
        &self,
        environment: &Environment,
        push: Push,
    ) -> Result<Pushed, FolderError> {
        check_reason(&push.reason)?;
        // Seen before the digest is: whoever deploys from here on is not overwritten.
        let in_force = self.in_force(environment);
        let (from, to, preview) = self.compare(environment, &push.files).await?;
        if preview.digest != push.expect {
            let name = environment.name.clone();
            return Err(FolderError::ChangedMeanwhile(name));
        }
        let mut problems = preview.problems;
        problems.retain(Problem::is_error);
        problems.extend(unknown_removals(&preview.changes, &push.remove));
        problems.extend(cannot_be_made(&from, &to));
        if !problems.is_empty() {
            return Err(FolderError::Problems(problems));
        }
        let mut act = Act {
            engine: self,
            environment,
            from: &from,
            to: &to,
            in_force,
            remove: push.remove.iter().map(String::as_str).collect(),
            who: &push.who,
            reason: &push.reason,
            done: Vec::new(),
        };
        act.tables().await?;
        act.company().await?;
        act.connections().await?;
        act.flows().await?;
        act.take_away().await?;
        let done = act.done;
        Ok(Pushed {
            done,
            digest: digest(&self.folder(environment).await?.write()),
        })
    }

    /// The deployment of each flow that is in force in an environment.
    fn in_force(&self, environment: &Environment) -> BTreeMap<String, DeploymentId> {
        let catalog = self.catalog();
        let deployments = catalog.deployments();
        let own = deployments.filter(|d| d.active && d.environment.id == environment.id);
        own.map(|d| (d.plan.flow.id.clone(), d.id)).collect()
    }
}

fn same_environment(environment: &Environment, to: &Folder) -> Result<(), FolderError> {
    let (name, kind) = (&to.settings.name, to.settings.kind);
    if *name == environment.name && kind == environment.kind {
        return Ok(());
    }
    Err(FolderError::Refused(format!(
        "the folder is of the environment `{name}` ({}), this is `{}` ({})",
        kind.as_str(),
        environment.name,
        environment.kind.as_str()
    )))
}

fn unknown_removals(changes: &[FileChange], remove: &[String]) -> Vec<Problem> {
    let known: BTreeSet<&str> = changes.iter().filter_map(|c| c.remove.as_deref()).collect();
    let unknown = remove.iter().filter(|name| !known.contains(name.as_str()));
    let told = unknown.map(|name| {
        let message = format!("the folder lacks nothing that is named `{name}`");
        let known: Vec<&str> = known.iter().copied().collect();
        let cure = match known.as_slice() {
            [] => "leave it out".to_owned(),
            known => format!("one of: {}", known.join(", ")),
        };
        Problem::error("remove", "unknown_removal", message, cure)
    });
    told.collect()
}

/// What a folder cannot bring about.
fn cannot_be_made(from: &Folder, to: &Folder) -> Vec<Problem> {
    let mut found = Vec::new();
    for (name, connection) in &to.settings.connections {
        let path = format!("connections.{name}");
        let (code, message, cure) = match from.settings.connections.get(name) {
            None => (
                "no_credential",
                format!("the environment has no connection `{name}`, and a folder has no secrets"),
                "make it there with its credential, then put the folder in force",
            ),
            Some(known) if known.connector != connection.connector => (
                "other_connector",
                format!("the connection `{name}` is one of `{}`", known.connector),
                "give the other connection another name",
            ),
            Some(_) => continue,
        };
        let problem = Problem::error(path, code, message, cure);
        found.push(Found::new(Place::Environment, problem));
    }
    for (name, table) in &to.tables {
        let known = from.tables.get(name).and_then(|t| t.definition.as_ref());
        if known.is_some() && table.definition.is_none() {
            let message = "the table has columns, which cannot be taken away";
            let cure = "give `columns:`, or make another table";
            let problem = Problem::error("", "no_definition", message, cure);
            found.push(Found::new(Place::Definition(name.clone()), problem));
        }
    }
    found.into_iter().map(Found::flat).collect()
}

/// A folder that is being put in force.
struct Act<'a> {
    engine: &'a Engine,
    environment: &'a Environment,
    from: &'a Folder,
    to: &'a Folder,
    in_force: BTreeMap<String, DeploymentId>,
    remove: BTreeSet<&'a str>,
    who: &'a str,
    reason: &'a str,
    done: Vec<String>,
}

impl Act<'_> {
    fn removes(&self, name: &str) -> bool {
        self.remove.contains(name)
    }

    async fn tables(&mut self) -> Result<(), FolderError> {
        for (name, table) in &self.to.tables {
            let known = self.from.tables.get(name);
            let definition = |t: &Table| (t.definition.clone(), t.description.clone());
            if let Some(defined) = &table.definition
                && known.map(definition) != Some(definition(table))
            {
                let description = &table.description;
                let (engine, environment) = (self.engine, self.environment);
                engine
                    .lookup_define(environment, name, description, defined, self.who)
                    .await?;
                self.done.push(format!("table `{name}` defined"));
            }
            self.rows(name, table).await?;
        }
        let none = Table {
            description: String::new(),
            definition: None,
            rows: Vec::new(),
        };
        let lacking = self.from.tables.keys();
        for name in lacking.filter(|name| !self.to.tables.contains_key(*name)) {
            if self.removes(&format!("lookups/{name}")) {
                self.rows(name, &none).await?;
            }
        }
        Ok(())
    }

    async fn rows(&mut self, name: &str, table: &Table) -> Result<(), FolderError> {
        let missing = if self.removes(&format!("lookups/{name}")) {
            Missing::End(day::start(self.engine.books_today(self.environment)?))
        } else {
            Missing::Keep
        };
        let act = Replace {
            table: name,
            missing,
            dry_run: false,
            who: self.who,
        };
        let read = |_: Option<&_>| Ok(table.rows.clone());
        let imported = self
            .engine
            .lookup_replace(self.environment, act, read)
            .await?;
        let count = imported.diff.changes.len();
        if count > 0 {
            self.done
                .push(format!("table `{name}`: {count} rows written"));
        }
        Ok(())
    }

    async fn company(&mut self) -> Result<(), FolderError> {
        let company = &self.to.settings.company;
        if *company != self.from.settings.company {
            let (name, revision) = (&self.environment.name, self.environment.revision);
            self.engine
                .change_environment(name, revision, company.clone(), self.who)
                .await?;
            self.done.push("the company changed".into());
        }
        Ok(())
    }

    async fn connections(&mut self) -> Result<(), FolderError> {
        for (name, connection) in &self.to.settings.connections {
            if self.from.settings.connections.get(name) == Some(connection) {
                continue;
            }
            let catalog = self.engine.catalog();
            let Some(known) = catalog.connection(self.environment.id, name) else {
                continue;
            };
            let change = ConnectionChange {
                settings: Some(Value::Object(connection.settings.clone())),
                limits: Some(connection.limits),
                ..ConnectionChange::default()
            };
            let environment = &self.environment.name;
            self.engine
                .change_connection(environment, name, known.revision, change, self.who)
                .await?;
            self.done.push(format!("connection `{name}` changed"));
        }
        Ok(())
    }

    /// Publishes and deploys what differs; flows that others call come before them.
    async fn flows(&mut self) -> Result<(), FolderError> {
        let mut left: BTreeMap<&String, &FlowFiles> = self.to.flows.iter().collect();
        while !left.is_empty() {
            let ready: Vec<&String> = left
                .iter()
                .filter(|(_, held)| !calls(held).iter().any(|called| left.contains_key(called)))
                .map(|(id, _)| *id)
                .collect();
            // Flows that call each other in a circle are refused by their check.
            let next = if ready.is_empty() {
                left.keys().copied().collect()
            } else {
                ready
            };
            for id in next {
                if let Some(held) = left.remove(id) {
                    self.flow(id, held).await?;
                }
            }
        }
        Ok(())
    }

    async fn flow(&mut self, id: &str, held: &FlowFiles) -> Result<(), FolderError> {
        let known = self.from.flows.get(id);
        let mut wanted = held.clone();
        for (name, sample) in known.into_iter().flat_map(|known| &known.samples) {
            if !self.removes(&format!("flows/{id}/samples/{name}")) {
                let samples = &mut wanted.samples;
                samples
                    .entry(name.clone())
                    .or_insert_with(|| sample.clone());
            }
        }
        let bindings = self.to.settings.flows.get(id).cloned().unwrap_or_default();
        if known == Some(&wanted) && self.from.settings.flows.get(id) == Some(&bindings) {
            return Ok(());
        }
        let version = self.version(id, &wanted).await?;
        let target = Target {
            flow: id.to_owned(),
            environment: self.environment.name.clone(),
            version,
            bindings,
            from: None,
        };
        let deploy = Deploy {
            target,
            former: Former::Exactly(self.in_force.get(id).copied()),
            waiting: OnWaiting::Finish,
            who: self.who.to_owned(),
            reason: self.reason.to_owned(),
        };
        self.engine.deploy(deploy).await?;
        self.done
            .push(format!("flow `{id}` deployed, version {version}"));
        Ok(())
    }

    /// The number of the version that holds just this: a known one, else a new one.
    async fn version(&mut self, id: &str, wanted: &FlowFiles) -> Result<i64, FolderError> {
        let engine = self.engine;
        let samples = wanted.sample_texts();
        let is_known = engine.flow_id(id).await.is_ok();
        let draft = if is_known {
            if let Some(known) = engine.version_of(id, &wanted.text, &samples).await? {
                return Ok(known);
            }
            let draft = engine.draft(id).await?;
            if let Some((who, _)) = &draft.saved {
                return Err(FolderError::Refused(format!(
                    "the flow `{id}` has a draft that {who} saved: publish or discard it first"
                )));
            }
            let is_same = held(&draft.document, &draft.samples).as_ref() == Ok(wanted);
            if let Some(latest) = draft.latest.filter(|_| is_same) {
                return Ok(latest);
            }
            let save = SaveDraft {
                document: wanted.text.clone(),
                samples: Some(samples),
                revision: draft.revision,
            };
            engine.save_draft(id, save, self.who).await?
        } else {
            let text = wanted.text.clone();
            engine.new_draft(text, samples, self.who).await?
        };
        let published = engine
            .publish(id, draft.revision, self.who, self.reason)
            .await;
        match published {
            Ok(version) => {
                self.done
                    .push(format!("flow `{id}` published, version {}", version.number));
                Ok(version.number)
            }
            Err(error) => {
                // What cannot be published is in the folder; a draft of it would be in the way.
                engine.discard_draft(id, draft.revision, self.who).await?;
                Err(error.into())
            }
        }
    }

    async fn take_away(&mut self) -> Result<(), FolderError> {
        for id in self.from.flows.keys() {
            if self.removes(&format!("flows/{id}")) {
                self.engine.retire(self.environment, id, self.who).await?;
                self.done
                    .push(format!("flow `{id}` out of force; its runs go on"));
            }
        }
        for name in self.from.settings.connections.keys() {
            let catalog = self.engine.catalog();
            let known = catalog.connection(self.environment.id, name);
            if let Some(known) = known.filter(|_| self.removes(&format!("connections/{name}"))) {
                let environment = &self.environment.name;
                self.engine
                    .delete_connection(environment, name, known.revision, self.who)
                    .await?;
                self.done.push(format!("connection `{name}` removed"));
            }
        }
        Ok(())
    }
}

/// The flows that a flow calls.
fn calls(held: &FlowFiles) -> BTreeSet<&String> {
    fn gather<'a>(kind: &'a StepKind, found: &mut BTreeSet<&'a String>) {
        match kind {
            StepKind::Call(call) => drop(found.insert(&call.flow)),
            StepKind::Choose { cases } => {
                for case in cases {
                    // The steps of a case are listed by themselves.
                    if let model::flow::Body::One(kind) = &case.body {
                        gather(kind, found);
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for step in held.flow.every_step() {
        gather(&step.kind, &mut found);
    }
    found
}
