//! `towpath flow draft`: what is worked on, on a running server.

use super::document::{Kind, read_all};
use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
A draft is saved as it is, however wrong; it can be published when its check has no error and its \
samples come to what they expect.

Examples:
  towpath flow draft save flows/order-to-cash
  towpath flow draft save order-to-cash.yaml samples/
  towpath flow draft show order-to-cash > order-to-cash.yaml
  towpath flow draft discard order-to-cash")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Saves a flow, and the samples beside it, and says what is wrong with it.
    Save {
        /// The flow's file and its samples, or a folder with them.
        #[arg(required = true, value_name = "FILE|FOLDER")]
        paths: Vec<PathBuf>,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Prints the draft of a flow; its newest version if nothing is saved.
    Show {
        /// The flow's id.
        flow: String,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Throws away what is saved of a flow.
    Discard {
        /// The flow's id.
        flow: String,
    },
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Save { paths, json } => {
            let draft = read(&paths)?;
            let client = Client::new(args.client, sources)?;
            save(&client, draft, json).await
        }
        What::Show { flow, json } => {
            let client = Client::new(args.client, sources)?;
            let answer = client.get(&path(&flow), &[]).await?;
            match json {
                true => say!("{}", serde_json::to_string_pretty(&answer)?),
                false => say_text!("{}", answer["document"].as_str().unwrap_or_default()),
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Discard { flow } => {
            let client = Client::new(args.client, sources)?;
            let (_, tag) = client.get_tagged(&path(&flow), &[]).await?;
            client.change("DELETE", &path(&flow), &tag, None).await?;
            say!("the draft of {flow} is thrown away");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn path(flow: &str) -> String {
    format!("/flows/{}/draft", segment(flow))
}

/// A flow and its samples, to be saved.
struct Read {
    flow: String,
    document: String,
    samples: Vec<String>,
}

fn read(paths: &[PathBuf]) -> anyhow::Result<Read> {
    let (mut flows, mut samples) = (Vec::new(), Vec::new());
    for document in read_all(paths)? {
        match document.kind {
            Kind::Flow => flows.push(document),
            Kind::Sample => samples.push(document.text),
        }
    }
    let [flow] = &mut flows[..] else {
        bail!("{} flows were given: save one at a time", flows.len());
    };
    let document = std::mem::take(&mut flow.text);
    let Some(parsed) = model::flow::parse(&document).0 else {
        bail!("`{}` says no `flow:`, so it cannot be saved", flow.name);
    };
    Ok(Read {
        flow: parsed.id,
        document,
        samples,
    })
}

async fn save(client: &Client, draft: Read, json: bool) -> anyhow::Result<ExitCode> {
    let body = json!({"document": draft.document, "samples": draft.samples});
    let known = client.get("/flows", &[]).await?;
    let is_known = known["data"]
        .as_array()
        .is_some_and(|flows| flows.iter().any(|f| f["flow"] == draft.flow));
    let saved = if is_known {
        let (_, tag) = client.get_tagged(&path(&draft.flow), &[]).await?;
        client
            .change("PUT", &path(&draft.flow), &tag, Some(&body))
            .await?
    } else {
        client.post("/flows", &body).await?
    };
    if json {
        say!("{}", serde_json::to_string_pretty(&saved)?);
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} is saved, revision {}", draft.flow, saved["revision"]);
    tell_problems(&saved["problems"]);
    Ok(ExitCode::SUCCESS)
}

/// What the API says is wrong with a document, a line each, with its cure.
pub fn tell_problems(problems: &Value) {
    for problem in problems.as_array().into_iter().flatten() {
        let text = |name: &str| problem[name].as_str().unwrap_or_default();
        let place = match (problem["line"].as_u64(), problem["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{line}:{column}: "),
            _ => String::new(),
        };
        let (severity, path, message) = (text("severity"), text("path"), text("message"));
        say!("{place}{severity}: {path}: {message} [{}]", text("code"));
        if !text("cure").is_empty() {
            say!("  cure: {}", text("cure"));
        }
    }
}
