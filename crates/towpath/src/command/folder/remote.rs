//! The server's side of a folder.

use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use anyhow::Context;
use engine::folder::Files;
use model::yaml::load;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A folder, and which environment of which server it is.
#[derive(clap::Args)]
pub struct RemoteArgs {
    /// The folder.
    pub folder: PathBuf,
    /// The environment; the one that the folder names unless given.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// The folder of an environment, on a server.
pub struct Remote {
    client: Client,
    path: String,
}

impl Remote {
    /// Finds the environment; `files` are those on disk.
    pub fn new(
        args: RemoteArgs,
        client: ClientArgs,
        sources: Sources,
        files: &Files,
    ) -> anyhow::Result<Self> {
        let named = || {
            let root = load(files.get("environment.yaml")?).root?;
            Some(root.get("environment")?.text()?.to_owned())
        };
        let name = args.environment.or_else(named);
        let name = name.context("which environment? Name it with `--environment`")?;
        Ok(Self {
            client: Client::new(client, sources)?,
            path: format!("/environments/{}/folder", segment(&name)),
        })
    }

    pub async fn files(&self) -> anyhow::Result<Files> {
        let answer = self.client.get(&self.path, &[]).await?;
        let files = answer.get("files").cloned().unwrap_or_default();
        serde_json::from_value(files).context("the server answers no files")
    }

    pub async fn preview(&self, files: &Files) -> anyhow::Result<Value> {
        let path = format!("{}/preview", self.path);
        self.client.post(&path, &json!({"files": files})).await
    }

    pub async fn put(&self, body: &Value) -> anyhow::Result<Value> {
        self.client.put(&self.path, body).await
    }
}

/// Prints what would change, and what stands against it.
pub fn tell(preview: &Value) {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    for change in preview["changes"].as_array().into_iter().flatten() {
        say!("{}: {}", text(change, "file"), text(change, "sentence"));
        for part in change["changes"].as_array().into_iter().flatten() {
            say!("  {}", text(part, "sentence"));
        }
        if let Some(name) = change["remove"].as_str() {
            say!("  it stays; `towpath env push --remove {name}` takes it away");
        }
    }
    for problem in preview["problems"].as_array().into_iter().flatten() {
        let (severity, path) = (text(problem, "severity"), text(problem, "path"));
        say!("{severity}: {path}: {}", text(problem, "message"));
        match text(problem, "cure").as_str() {
            "" => {}
            cure => say!("  cure: {cure}"),
        }
    }
}
