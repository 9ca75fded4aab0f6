//! `towpath runs`: what a running server did, and doing it again.

use super::client::{Client, ClientArgs, segment, with_query};
use crate::cli::Sources;
use anyhow::Context;
use clap::Subcommand;
use comfy_table::Table;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// The runs of a server that is running.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath runs list --state dead
  towpath runs show run_000000000001M
  towpath runs replay run_000000000001M --from-start
  towpath runs replay --cause 3f9a… --newest
  towpath runs list --url https://towpath.example --token-file token --json")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists runs, newest first.
    List(ListArgs),
    /// Shows a run with its steps, calls and entries.
    Show {
        /// The run's id.
        run: String,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Works finished or dead runs again. What was confirmed is not done twice.
    Replay(ReplayArgs),
}

#[derive(clap::Args)]
struct ListArgs {
    /// The environment; may be left out if there is only one.
    #[arg(long)]
    environment: Option<String>,
    /// Those in one state: ready, running, waiting, retry, parked, done, dead, covered, skipped,
    /// cancelled.
    #[arg(long)]
    state: Option<String>,
    /// Those of one flow.
    #[arg(long)]
    flow: Option<String>,
    /// Those whose business key begins with a text.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many at most, up to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Those after this run; what a list ends with if there are more.
    #[arg(long, value_name = "RUN")]
    after: Option<String>,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct ReplayArgs {
    /// The runs' ids.
    #[arg(
        required_unless_present = "cause",
        conflicts_with = "cause",
        value_name = "RUN"
    )]
    runs: Vec<String>,
    /// All open dead letters of one cause, by its fingerprint.
    #[arg(long, value_name = "FINGERPRINT")]
    cause: Option<String>,
    /// From the first step instead of from the failed one.
    #[arg(long)]
    from_start: bool,
    /// On the flow's active version instead of the run's own. From the failed step only where what
    /// the run has done means the same in both.
    #[arg(long)]
    newest: bool,
    /// With this payload instead of the event's.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "cause",
        requires = "reason"
    )]
    payload: Option<PathBuf>,
    /// Why; kept in the audit trail.
    #[arg(long)]
    reason: Option<String>,
    /// The environment of the cause; may be left out if there is only one.
    #[arg(long, requires = "cause")]
    environment: Option<String>,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    match args.what {
        What::List(args) => list(&client, args).await?,
        What::Show { run, json } => show(&client, &run, json).await?,
        What::Replay(args) => replay(&client, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &Client, args: ListArgs) -> anyhow::Result<()> {
    let query = [
        ("environment", args.environment),
        ("state", args.state),
        ("flow", args.flow),
        ("search", args.search),
        ("limit", Some(args.limit.to_string())),
        ("after", args.after),
    ];
    let answer = client.get("/runs", &query).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let columns = [
        "id",
        "flow",
        "key",
        "state",
        "step",
        "attempt",
        "created_at",
    ];
    say!("{}", table(&columns, &answer["data"]));
    if let Some(next) = answer["next"].as_str() {
        say!("more: --after {next}");
    }
    Ok(())
}

async fn show(client: &Client, run: &str, json: bool) -> anyhow::Result<()> {
    let answer = client.get(&format!("/runs/{}", segment(run)), &[]).await?;
    if json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for name in [
        "id",
        "flow",
        "environment",
        "event",
        "replay_of",
        "key",
        "state",
        "waits_for",
    ] {
        if let Some(text) = answer[name].as_str() {
            say!("{name:<12} {text}");
        }
    }
    if let Some(message) = answer["fault"]["message"].as_str() {
        say!("{:<12} {message}", cell(&answer["fault"]["class"]));
    }
    if let Some(question) = answer["dead_letter"]["question"].as_str() {
        say!("{:<12} {question}", "question");
    }
    for (title, columns) in [
        ("steps", ["id", "state", "reused", "started_at", "ended_at"]),
        ("calls", ["step", "label", "kind", "status", "ended_at"]),
        ("entries", ["reference", "kind", "date", "state", "voucher"]),
    ] {
        part(title, &columns, &answer[title]);
    }
    let met = &answer["lookups"];
    for (name, revision) in met["tables"].as_object().into_iter().flatten() {
        say!("\nthe table {name} at revision {revision}");
    }
    let columns = ["table", "key", "at", "valid_from", "version"];
    part("rows", &columns, &met["rows"]);
    Ok(())
}

/// A part of a run, if there is anything of it.
fn part(title: &str, columns: &[&str], rows: &Value) {
    if rows.as_array().is_some_and(|rows| !rows.is_empty()) {
        say!("\n{title}\n{}", table(columns, rows));
    }
}

async fn replay(client: &Client, args: ReplayArgs) -> anyhow::Result<()> {
    let mut how = json!({"from_start": args.from_start, "newest": args.newest});
    if let Some(reason) = &args.reason {
        how["reason"] = json!(reason);
    }
    if let Some(file) = &args.payload {
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("read `{name}`"))?;
        how["payload"] =
            serde_json::from_str(&text).with_context(|| format!("`{name}` is no JSON"))?;
    }
    let mut paths: Vec<String> = args
        .runs
        .iter()
        .map(|run| format!("/runs/{}/replay", segment(run)))
        .collect();
    if let Some(cause) = &args.cause {
        let path = format!("/dead-letters/causes/{}/replay", segment(cause));
        paths.push(with_query(&path, &[("environment", args.environment)]));
    }
    for path in paths {
        let answer = client.post(&path, &how).await?;
        for run in answer["runs"].as_array().into_iter().flatten() {
            say!("{}", cell(run));
        }
    }
    Ok(())
}

/// Rows as a table of these columns.
pub fn table(columns: &[&str], rows: &Value) -> Table {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_header(columns.to_vec());
    for row in rows.as_array().into_iter().flatten() {
        table.add_row(columns.iter().map(|column| cell(&row[*column])));
    }
    table
}

/// A value as a cell.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
