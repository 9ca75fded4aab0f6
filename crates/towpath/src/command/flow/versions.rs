//! `towpath flow publish` and `towpath flow versions`.

use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use crate::command::runs::table;
use serde_json::json;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Refused while the draft's check has an error or a sample comes to something else than it expects. \
A version never changes.

Examples:
  towpath flow publish order-to-cash --reason 'terms of premium customers are 30 days'")]
pub struct PublishArgs {
    /// The flow's id.
    flow: String,
    /// Why; kept in the history and the audit trail.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath flow versions order-to-cash
  towpath flow versions order-to-cash --show 3 > order-to-cash.yaml")]
pub struct Args {
    /// The flow's id.
    flow: String,
    /// Prints the text of this version.
    #[arg(long, value_name = "NUMBER")]
    show: Option<u32>,
    /// How many at most, up to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Those before this version; what a list ends with if there are more.
    #[arg(long, value_name = "NUMBER")]
    after: Option<u32>,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

pub async fn publish(args: PublishArgs, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    let flow = segment(&args.flow);
    let (_, tag) = client
        .get_tagged(&format!("/flows/{flow}/draft"), &[])
        .await?;
    let body = json!({"reason": args.reason});
    let path = format!("/flows/{flow}/versions");
    let version = client.change("POST", &path, &tag, Some(&body)).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&version)?);
    } else {
        say!("{} has version {}", args.flow, version["version"]);
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    let flow = segment(&args.flow);
    if let Some(number) = args.show {
        let path = format!("/flows/{flow}/versions/{number}");
        let version = client.get(&path, &[]).await?;
        match args.json {
            true => say!("{}", serde_json::to_string_pretty(&version)?),
            false => say_text!("{}", version["document"].as_str().unwrap_or_default()),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let query = [
        ("limit", Some(args.limit.to_string())),
        ("after", args.after.map(|n| n.to_string())),
    ];
    let path = format!("/flows/{flow}/versions");
    let answer = client.get(&path, &query).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["version", "published_by", "published_at", "reason"];
    say!("{}", table(&columns, &answer["data"]));
    if let Some(next) = answer["next"].as_str() {
        say!("more: --after {next}");
    }
    Ok(ExitCode::SUCCESS)
}
