//! `towpath connection`: the connections of a running server.

use super::client::{Client, ClientArgs, segment};
use super::runs::{cell, table};
use crate::cli::Sources;
use anyhow::Context;
use clap::Subcommand;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Secrets are read from files, so that they stand neither in the history of the shell nor in a list \
of processes. A live credential in a test environment is refused, and the reverse.

Examples:
  towpath connection list --environment sandbox
  towpath connection new stripe --connector stripe --environment sandbox \\
    --setting account=acct_1 --secret secret_key=key.txt --webhook-secret whsec.txt
  towpath connection set stripe --environment sandbox --secret secret_key=new-key.txt
  towpath connection check stripe --environment sandbox
  towpath connection delete stripe --environment sandbox")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// The environment.
    #[arg(long, global = true, default_value = "")]
    environment: String,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists the connections of an environment.
    List {
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Makes a connection. Nothing is sent to it.
    New {
        /// Lower-case letters, digits, `-` and `_`: it stands in the addresses of webhooks.
        name: String,
        /// The connector's id.
        #[arg(long)]
        connector: String,
        #[command(flatten)]
        parts: Parts,
    },
    /// Changes a connection; what is not given stays.
    Set {
        /// The connection's name.
        name: String,
        #[command(flatten)]
        parts: Parts,
    },
    /// Asks whether the other system answers and accepts the credential.
    Check {
        /// The connection's name.
        name: String,
    },
    /// Takes a connection away that nothing is bound to.
    Delete {
        /// The connection's name.
        name: String,
    },
}

#[derive(clap::Args)]
struct Parts {
    /// A setting: a text, or `name:=json` for anything else.
    #[arg(long = "setting", value_name = "NAME=TEXT|NAME:=JSON")]
    settings: Vec<String>,
    /// A secret, read from a file.
    #[arg(long = "secret", value_name = "NAME=FILE")]
    secrets: Vec<String>,
    /// A file with signing secrets of webhook endpoints, one a line, the current one first.
    #[arg(long, value_name = "FILE")]
    webhook_secret: Option<PathBuf>,
}

impl Parts {
    /// As a body; `before` are the settings that it changes.
    fn body(self, before: Option<&Value>) -> anyhow::Result<Map<String, Value>> {
        let mut body = Map::new();
        if !self.settings.is_empty() {
            let mut settings = before
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            for one in &self.settings {
                let (name, value) = setting(one)?;
                settings.insert(name, value);
            }
            body.insert("settings".into(), settings.into());
        }
        if !self.secrets.is_empty() {
            let mut credential = Map::new();
            for one in &self.secrets {
                let (name, file) = one
                    .split_once('=')
                    .with_context(|| format!("`{one}` is no `name=file`"))?;
                let secret = read(Path::new(file))?;
                credential.insert(name.to_owned(), secret.trim().into());
            }
            body.insert("credential".into(), credential.into());
        }
        if let Some(file) = &self.webhook_secret {
            let text = read(file)?;
            let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
            body.insert("webhook_secrets".into(), lines.collect());
        }
        Ok(body)
    }
}

fn setting(text: &str) -> anyhow::Result<(String, Value)> {
    let (name, value) = text
        .split_once('=')
        .with_context(|| format!("`{text}` is no `name=text`"))?;
    match name.strip_suffix(':') {
        Some(name) => {
            let value = serde_json::from_str(value);
            let value = value.with_context(|| format!("`{text}`: what stands there is no JSON"))?;
            Ok((name.to_owned(), value))
        }
        None => Ok((name.to_owned(), value.into())),
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("read `{}`", file.display()))
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        !args.environment.is_empty(),
        "which environment? Say it with `--environment`"
    );
    let client = Client::new(args.client, sources)?;
    let all = format!("/environments/{}/connections", segment(&args.environment));
    let one = |name: &str| format!("{all}/{}", segment(name));
    match args.what {
        What::List { json } => {
            let answer = client.get(&all, &[]).await?;
            if json {
                say!("{}", serde_json::to_string_pretty(&answer)?);
            } else {
                let columns = [
                    "name",
                    "connector",
                    "peer",
                    "hook_path",
                    "origin",
                    "revision",
                ];
                say!("{}", table(&columns, &answer["data"]));
            }
        }
        What::New {
            name,
            connector,
            parts,
        } => {
            let mut body = parts.body(None)?;
            body.insert("name".into(), name.as_str().into());
            body.insert("connector".into(), connector.into());
            let made = client.post(&all, &Value::Object(body)).await?;
            say!("{name} leads to {}", cell(&made["peer"]));
            if let Some(path) = made["hook_path"].as_str() {
                say!("its deliveries go to {path}");
            }
        }
        What::Set { name, parts } => {
            let (known, tag) = client.get_tagged(&one(&name), &[]).await?;
            let body = Value::Object(parts.body(Some(&known["settings"]))?);
            client.change("PUT", &one(&name), &tag, Some(&body)).await?;
            say!("{name} is changed");
        }
        What::Check { name } => {
            let found = client
                .post(&format!("{}/check", one(&name)), &json!({}))
                .await?;
            say!("{}", cell(&found["message"]));
            if found["ok"] != true {
                return Ok(ExitCode::FAILURE);
            }
        }
        What::Delete { name } => {
            let (_, tag) = client.get_tagged(&one(&name), &[]).await?;
            client.change("DELETE", &one(&name), &tag, None).await?;
            say!("{name} is gone");
        }
    }
    Ok(ExitCode::SUCCESS)
}
