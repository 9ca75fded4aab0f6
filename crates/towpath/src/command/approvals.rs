//! `towpath approvals`: what waits for a person on a running server, and deciding it.

use super::client::{Client, ClientArgs, segment};
use crate::cli::Sources;
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What waits for a person's yes or no.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath approvals list
  towpath approvals approve run_000000000001M:0:3:9f2c4a0e51b7d8836c0d1e2f3a4b5c6d
  towpath approvals decline run_000000000001M:0:3:9f2c4a0e51b7d8836c0d1e2f3a4b5c6d \\
    --reason 'the amount is not the one that was agreed'")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists what waits for a person, the oldest run first, with what it shows.
    List(ListArgs),
    /// Says yes: the run goes on.
    Approve {
        /// As the list has it. It names what was shown: if that has changed, it is refused.
        id: String,
        /// Why; kept in the audit trail.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Says no: the run becomes a dead letter that tells the reason.
    Decline {
        /// As the list has it.
        id: String,
        /// Why; kept in the audit trail.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(clap::Args)]
struct ListArgs {
    /// The environment; may be left out if there is only one.
    #[arg(long)]
    environment: Option<String>,
    /// How many runs at most, up to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Those after this run; what a list ends with if there are more.
    #[arg(long, value_name = "RUN")]
    after: Option<String>,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    match args.what {
        What::List(args) => list(&client, args).await?,
        What::Approve { id, reason } => decide(&client, &id, "approve", &reason).await?,
        What::Decline { id, reason } => decide(&client, &id, "decline", &reason).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &Client, args: ListArgs) -> anyhow::Result<()> {
    let query = [
        ("environment", args.environment),
        ("limit", Some(args.limit.to_string())),
        ("after", args.after),
    ];
    let answer = client.get("/approvals", &query).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let waiting = answer["data"].as_array().map_or(&[][..], Vec::as_slice);
    if waiting.is_empty() {
        say!("nothing waits for a person");
    }
    for (n, approval) in waiting.iter().enumerate() {
        if n > 0 {
            say!();
        }
        show(approval)?;
    }
    if let Some(next) = answer["next"].as_str() {
        say!("\nmore: --after {next}");
    }
    Ok(())
}

fn show(approval: &Value) -> anyhow::Result<()> {
    for name in [
        "id",
        "flow",
        "environment",
        "step",
        "title",
        "by",
        "since",
        "until",
    ] {
        if let Some(text) = approval[name].as_str() {
            say!("{name:<12} {text}");
        }
    }
    for line in serde_json::to_string_pretty(&approval["show"])?.lines() {
        say!("  {line}");
    }
    Ok(())
}

async fn decide(client: &Client, id: &str, decision: &str, reason: &str) -> anyhow::Result<()> {
    let body = json!({"decision": decision, "reason": reason});
    let answer = client
        .post(&format!("/approvals/{}", segment(id)), &body)
        .await?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    say!("{} {}", text("id"), text("state"));
    Ok(())
}
