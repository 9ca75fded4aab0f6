//! `towpath audit`: what people did, and whether the trail of it is whole.

use super::client::{Client, ClientArgs};
use super::runs::table;
use crate::cli::{Sources, wrong_config};
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;
use store::{AuditCheck, Store, TrailHead};

const COLUMNS: [&str; 6] = ["id", "at", "who", "action", "subject", "detail"];

/// The audit trail: who did what.
#[derive(clap::Args)]
#[command(after_help = "\
`verify` ends with 1 and names the first row that is not as it was written. It prints the head of the
trail: keep it where nobody who can write the store can write. Only with such a head can it be told
whether somebody wrote the whole trail anew.

Examples:
  towpath audit list --subject run_000000000001M
  towpath audit verify
  towpath audit verify --kept 1204:9f2c…")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists what was done, the newest first. Asks a running server.
    List {
        /// What was done to this alone: `run_…`, `acc_…`, `rules`, …
        #[arg(long)]
        subject: Option<String>,
        /// How many rows at most, up to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Those before this row; what a list ends with if there are more.
        #[arg(long, value_name = "ROW")]
        after: Option<String>,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Follows the trail from its first row to its last. Reads the store itself, or asks the server
    /// that has it.
    Verify {
        /// The head of an earlier check, kept elsewhere: its row must still be there.
        #[arg(long, value_name = "HEAD")]
        kept: Option<TrailHead>,
    },
}

pub async fn run(args: Args, mut sources: Sources) -> anyhow::Result<ExitCode> {
    match args.what {
        What::List {
            subject,
            limit,
            after,
            json,
        } => {
            let query = [
                ("subject", subject),
                ("limit", Some(limit.to_string())),
                ("after", after),
            ];
            let client = Client::new(args.client, sources)?;
            list(&client.get("/audit", &query).await?, json)?;
            Ok(ExitCode::SUCCESS)
        }
        What::Verify { kept } => {
            let own = if args.client.names_a_server() {
                None
            } else {
                local(&mut sources).await?
            };
            match own {
                Some(store) => {
                    let check = store.verify_audit(kept).await;
                    store.close().await;
                    Ok(tell(&check?))
                }
                None => {
                    let client = Client::new(args.client, sources)?;
                    let body = json!({"kept": kept.map(|head| head.to_string())});
                    Ok(tell_answer(&client.post("/audit/verify", &body).await?))
                }
            }
        }
    }
}

/// The store itself; none if a server has it.
async fn local(sources: &mut Sources) -> anyhow::Result<Option<Store>> {
    let config = sources.clone().config()?;
    let settings = config.store().map_err(|problem| wrong_config(&[problem]))?;
    match Store::open(settings).await {
        Ok(store) => Ok(Some(store)),
        Err(store::Error::Open(reason)) if reason.ends_with(store::IN_USE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn tell(check: &AuditCheck) -> ExitCode {
    let broken = check.broken.as_ref();
    say(
        check.checked,
        &check.head.to_string(),
        broken.map(|b| (b.id, b.reason.as_str())),
    )
}

fn tell_answer(answer: &Value) -> ExitCode {
    let broken = answer["first_broken"].as_object().map(|broken| {
        let reason = broken["reason"].as_str().unwrap_or_default();
        (broken["id"].as_i64().unwrap_or_default(), reason)
    });
    say(
        answer["checked"].as_i64().unwrap_or_default(),
        answer["head"].as_str().unwrap_or_default(),
        broken,
    )
}

fn say(checked: i64, head: &str, broken: Option<(i64, &str)>) -> ExitCode {
    match broken {
        None => {
            say!("{checked} rows, each as it was written");
            say!("head {head}");
            ExitCode::SUCCESS
        }
        Some((id, reason)) => {
            say!("row {id}: {reason}");
            say!("{checked} rows before it are as they were written; head {head}");
            ExitCode::FAILURE
        }
    }
}

fn list(answer: &Value, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        say!("{}", serde_json::to_string_pretty(answer)?);
        return Ok(());
    }
    let rows = &answer["data"];
    if rows.as_array().is_some_and(Vec::is_empty) {
        say!("nothing was done");
    } else {
        say!("{}", table(&COLUMNS, rows));
    }
    if let Some(next) = answer["next"].as_str() {
        say!("\nmore: --after {next}");
    }
    Ok(())
}
