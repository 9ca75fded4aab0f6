//! `towpath env`: the environments of a running server.

use super::client::{Client, ClientArgs, segment};
use super::differs;
use super::folder::{self, Folder};
use super::runs::{cell, table};
use crate::cli::Sources;
use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
The configuration file seeds: what it says is put in force at start where it is new, or said \
otherwise than the last time. What was changed over the API since stays. `list` tells where each \
came from.

Examples:
  towpath env list
  towpath env show sandbox
  towpath env new staging --kind test --company Example --currency EUR \\
    --zone Europe/Berlin --collective-customer WEBGUEST --setting default_terms=N30
  towpath env set staging --setting default_terms=N14
  towpath env pull books --environment staging")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Test,
    Live,
}

#[derive(Subcommand)]
enum What {
    /// Lists the environments.
    List {
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Shows an environment, its connections, and what is in force there.
    Show {
        /// The environment's name.
        name: String,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Makes an environment. Its name and kind are for ever.
    New(NewArgs),
    /// Changes settings of an environment's company.
    Set {
        /// The environment's name.
        name: String,
        /// A setting that formulas read as `company.<name>`; an empty text takes it away.
        #[arg(long = "setting", value_name = "NAME=TEXT", required = true)]
        settings: Vec<String>,
    },
    #[command(flatten)]
    Folder(Folder),
}

#[derive(clap::Args)]
struct NewArgs {
    /// Lower-case letters, digits, `-` and `_`: it stands in the addresses of webhooks.
    name: String,
    /// Whether it moves real money.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The company whose books are kept.
    #[arg(long, value_name = "NAME")]
    company: String,
    /// The currency of its books, ISO 4217.
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// The zone whose dates its books use, an IANA name.
    #[arg(long, value_name = "ZONE")]
    zone: String,
    /// The customer number that guests are booked under.
    #[arg(long, value_name = "NUMBER")]
    collective_customer: String,
    /// A setting that formulas read as `company.<name>`.
    #[arg(long = "setting", value_name = "NAME=TEXT")]
    settings: Vec<String>,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    if let What::Folder(command) = args.what {
        return Ok(differs(folder::run(command, args.client, sources).await));
    }
    let client = Client::new(args.client, sources)?;
    match args.what {
        What::Folder(_) => {}
        What::List { json } => {
            let answer = client.get("/environments", &[]).await?;
            if json {
                say!("{}", serde_json::to_string_pretty(&answer)?);
            } else {
                let columns = [
                    "name",
                    "kind",
                    "origin",
                    "connections",
                    "flows",
                    "changed_by",
                    "changed_at",
                ];
                say!("{}", table(&columns, &answer["data"]));
            }
        }
        What::Show { name, json } => show(&client, &name, json).await?,
        What::New(args) => {
            let kind = match args.kind {
                Kind::Test => "test",
                Kind::Live => "live",
            };
            let mut settings = Map::new();
            set(&mut settings, &args.settings)?;
            let body = json!({"name": args.name, "kind": kind, "company": {
                "name": args.company, "currency": args.currency, "books_zone": args.zone,
                "collective_customer": args.collective_customer, "settings": settings,
            }});
            client.post("/environments", &body).await?;
            say!("{} is there, of kind {kind}", args.name);
        }
        What::Set { name, settings } => {
            let path = format!("/environments/{}", segment(&name));
            let (mut environment, tag) = client.get_tagged(&path, &[]).await?;
            let mut company = environment["company"].take();
            if let Some(known) = company["settings"].as_object_mut() {
                set(known, &settings)?;
            }
            let body = json!({"company": company});
            client.change("PATCH", &path, &tag, Some(&body)).await?;
            say!("{name} is changed");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn set(known: &mut Map<String, Value>, given: &[String]) -> anyhow::Result<()> {
    for one in given {
        let Some((name, text)) = one.split_once('=') else {
            anyhow::bail!("`{one}` is no `name=text`");
        };
        match text {
            "" => drop(known.remove(name)),
            text => drop(known.insert(name.to_owned(), text.into())),
        }
    }
    Ok(())
}

async fn show(client: &Client, name: &str, json: bool) -> anyhow::Result<()> {
    let path = format!("/environments/{}", segment(name));
    let environment = client.get(&path, &[]).await?;
    let connections = client.get(&format!("{path}/connections"), &[]).await?;
    let query = [("environment", Some(name.to_owned()))];
    let flows = client.get("/flows", &query).await?;
    if json {
        let all = json!({"environment": environment, "connections": connections["data"],
            "flows": flows["data"]});
        say!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for key in ["name", "kind", "origin", "changed_by", "changed_at"] {
        say!("{key:<20} {}", cell(&environment[key]));
    }
    let company = environment["company"].as_object();
    for (key, value) in company
        .into_iter()
        .flatten()
        .filter(|(k, _)| *k != "settings")
    {
        say!("company.{key:<20} {}", cell(value));
    }
    let settings = environment["company"]["settings"].as_object();
    for (key, value) in settings.into_iter().flatten() {
        say!("company.{key:<20} {}", cell(value));
    }
    let columns = ["name", "connector", "peer", "origin", "revision"];
    say!("\nconnections\n{}", table(&columns, &connections["data"]));
    let mut rows = Vec::new();
    for flow in flows["data"].as_array().into_iter().flatten() {
        let here = flow["deployments"].as_array();
        for deployment in here.into_iter().flatten() {
            if deployment["environment"] == name {
                rows.push(
                    json!({"flow": flow["flow"], "version": deployment["version"],
                    "deployment": deployment["deployment"]}),
                );
            }
        }
    }
    let columns = ["flow", "version", "deployment"];
    say!("\nflows in force\n{}", table(&columns, &Value::Array(rows)));
    Ok(())
}
