//! `towpath flow deploy`, `promote`, `rollback` and `deployments`.

use super::draft::tell_problems;
use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use crate::command::runs::{cell, table};
use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// What becomes of the runs that are not over.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Waiting {
    /// They go on with the version that they began with.
    #[default]
    Finish,
    /// Those go over to the new version that safely can; the others finish.
    Move,
    /// Those at rest end. Their effects stay as they are.
    Cancel,
}

impl Waiting {
    const fn word(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Move => "move",
            Self::Cancel => "cancel",
        }
    }
}

/// What every change of what is in force is told.
#[derive(clap::Args)]
struct ActArgs {
    /// Only shows what it would do.
    #[arg(long)]
    preview: bool,
    /// Why; kept in the history and the audit trail.
    #[arg(long, value_name = "TEXT", required_unless_present = "preview")]
    reason: Option<String>,
    /// What becomes of the runs that are not over.
    #[arg(long, value_enum, default_value_t)]
    waiting: Waiting,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(clap::Args)]
#[command(after_help = "\
Shows first what stands against it and which runs are not over; with `--preview` nothing else.

Examples:
  towpath flow deploy order-to-cash --environment sandbox --preview
  towpath flow deploy order-to-cash --environment sandbox --reason 'new terms'
  towpath flow deploy order-to-cash --version 3 --environment production --waiting move \\
    --bind stripe=stripe-eu --reason 'waiting orders get the new terms too'")]
pub struct DeployArgs {
    /// The flow's id.
    flow: String,
    /// The version; the newest unless given.
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
    /// Where.
    #[arg(long)]
    environment: String,
    /// Which connection of a connector, where there are several.
    #[arg(long = "bind", value_name = "CONNECTOR=CONNECTION")]
    bindings: Vec<String>,
    #[command(flatten)]
    act: ActArgs,
}

#[derive(clap::Args)]
#[command(after_help = "\
Stops at what is not bound in the other environment: connections, lookup tables, settings of the \
company. Credentials never travel.

Examples:
  towpath flow promote order-to-cash --from sandbox --to production --preview
  towpath flow promote order-to-cash --from sandbox --to production --reason 'tried for a week'
  towpath flow promote order-to-cash --from sandbox --to production --accept items \\
    --reason 'products have other ids there'")]
pub struct PromoteArgs {
    /// The flow's id.
    flow: String,
    /// The environment whose version it is.
    #[arg(long, value_name = "ENVIRONMENT")]
    from: String,
    /// Where it is to be in force.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// A lookup table that may lack rows which it has in the first environment.
    #[arg(long, value_name = "TABLE")]
    accept: Vec<String>,
    /// Which connection of a connector, where there are several.
    #[arg(long = "bind", value_name = "CONNECTOR=CONNECTION")]
    bindings: Vec<String>,
    #[command(flatten)]
    act: ActArgs,
}

#[derive(clap::Args)]
#[command(after_help = "\
A second rollback goes further back, never to what the first one undid.

Examples:
  towpath flow rollback order-to-cash --environment production --reason 'wrong terms'
  towpath flow rollback order-to-cash --environment production --to dep_000000000000C \\
    --waiting move --reason 'wrong terms'")]
pub struct RollbackArgs {
    /// The flow's id.
    flow: String,
    /// Where.
    #[arg(long)]
    environment: String,
    /// The deployment to go back to; the one before unless given.
    #[arg(long, value_name = "DEPLOYMENT")]
    to: Option<String>,
    /// Why; kept in the history and the audit trail.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// What becomes of the runs that are not over.
    #[arg(long, value_enum, default_value_t)]
    waiting: Waiting,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath flow deployments order-to-cash --environment production")]
pub struct ListArgs {
    /// The flow's id.
    flow: String,
    /// The environment; may be left out if there is only one.
    #[arg(long)]
    environment: Option<String>,
    /// How many at most, up to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Those before this one; what a list ends with if there are more.
    #[arg(long, value_name = "DEPLOYMENT")]
    after: Option<String>,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

pub async fn deploy(args: DeployArgs, sources: Sources) -> anyhow::Result<ExitCode> {
    let bindings = bindings(&args.bindings)?;
    let client = Client::new(args.act.client, sources)?;
    let flow = segment(&args.flow);
    let version = match args.version {
        Some(version) => version.into(),
        None => newest(&client, &args.flow).await?,
    };
    let target = json!({
        "environment": args.environment, "version": version, "bindings": bindings,
    });
    let act = Act {
        preview: format!("/flows/{flow}/deployments/preview"),
        path: format!("/flows/{flow}/deployments"),
        reason: args.act.reason.filter(|_| !args.act.preview),
        waiting: args.act.waiting,
        json: args.act.json,
    };
    act.run(&client, target).await
}

pub async fn promote(args: PromoteArgs, sources: Sources) -> anyhow::Result<ExitCode> {
    let bindings = bindings(&args.bindings)?;
    let client = Client::new(args.act.client, sources)?;
    let flow = segment(&args.flow);
    let target = json!({
        "from": args.from, "to": args.to, "accept": args.accept, "bindings": bindings,
    });
    let act = Act {
        preview: format!("/flows/{flow}/promote/preview"),
        path: format!("/flows/{flow}/promote"),
        reason: args.act.reason.filter(|_| !args.act.preview),
        waiting: args.act.waiting,
        json: args.act.json,
    };
    act.run(&client, target).await
}

pub async fn roll_back(args: RollbackArgs, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    let flow = segment(&args.flow);
    let query = [
        ("environment", Some(args.environment.clone())),
        ("limit", Some("1".to_owned())),
    ];
    let path = format!("/flows/{flow}/deployments");
    let (_, tag) = client.get_tagged(&path, &query).await?;
    let body = json!({
        "environment": args.environment, "to": args.to, "reason": args.reason,
        "waiting": args.waiting.word(),
    });
    let path = format!("/flows/{flow}/rollback");
    let done = client.change("POST", &path, &tag, Some(&body)).await?;
    tell_done(&done, args.json)
}

pub async fn list(args: ListArgs, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    let query = [
        ("environment", args.environment),
        ("limit", Some(args.limit.to_string())),
        ("after", args.after),
    ];
    let path = format!("/flows/{}/deployments", segment(&args.flow));
    let answer = client.get(&path, &query).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = [
        "deployment",
        "version",
        "active",
        "cause",
        "deployed_by",
        "deployed_at",
        "reason",
    ];
    say!("{}", table(&columns, &answer["data"]));
    if let Some(next) = answer["next"].as_str() {
        say!("more: --after {next}");
    }
    Ok(ExitCode::SUCCESS)
}

fn bindings(given: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut bindings = Map::new();
    for one in given {
        let (need, name) = one
            .split_once('=')
            .with_context(|| format!("`{one}` is no `connector=connection`"))?;
        bindings.insert(need.to_owned(), name.into());
    }
    Ok(bindings)
}

async fn newest(client: &Client, flow: &str) -> anyhow::Result<i64> {
    let path = format!("/flows/{}/versions", segment(flow));
    let query = [("limit", Some("1".to_owned()))];
    let versions = client.get(&path, &query).await?;
    match versions["data"][0]["version"].as_i64() {
        Some(version) => Ok(version),
        None => bail!("{flow} has no version: publish it with `towpath flow publish`"),
    }
}

/// A change of what is in force.
struct Act {
    preview: String,
    path: String,
    /// None for a preview.
    reason: Option<String>,
    waiting: Waiting,
    json: bool,
}

impl Act {
    async fn run(self, client: &Client, mut target: Value) -> anyhow::Result<ExitCode> {
        let (preview, tag) = client.post_tagged(&self.preview, &target).await?;
        let Some(reason) = self.reason else {
            match self.json {
                true => say!("{}", serde_json::to_string_pretty(&preview)?),
                false => tell_preview(&preview),
            }
            let is_ok = preview["ok"] == true;
            return Ok(if is_ok {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        };
        if preview["ok"] != true {
            tell_preview(&preview);
            return Ok(ExitCode::FAILURE);
        }
        target["reason"] = reason.into();
        target["waiting"] = self.waiting.word().into();
        let done = client
            .change("POST", &self.path, &tag, Some(&target))
            .await?;
        tell_done(&done, self.json)
    }
}

fn tell_preview(preview: &Value) {
    let (flow, version) = (cell(&preview["flow"]), &preview["version"]);
    let (place, kind) = (cell(&preview["environment"]), cell(&preview["kind"]));
    say!("version {version} of {flow} in {place} ({kind})");
    match &preview["former"] {
        Value::Null => say!("nothing is in force there"),
        _ if preview["in_force"] == true => say!("it is in force there already"),
        former => say!("instead of version {}", former["version"]),
    }
    for (need, name) in preview["bindings"].as_object().into_iter().flatten() {
        say!("{need} is {}", cell(name));
    }
    tell_problems(&preview["problems"]);
    for difference in preview["differs"].as_array().into_iter().flatten() {
        say!("differs: {}", cell(&difference["sentence"]));
    }
    let waiting = &preview["waiting"];
    say!(
        "{} runs are not over; {} can go over to it",
        waiting["count"],
        waiting["movable"]
    );
    for (why, count) in waiting["not_movable"].as_object().into_iter().flatten() {
        say!("  {count} cannot: {why}");
    }
    if preview["second_person"] == true {
        say!("it needs a second person's yes");
    }
}

fn tell_done(done: &Value, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        say!("{}", serde_json::to_string_pretty(done)?);
        return Ok(ExitCode::SUCCESS);
    }
    let (deployment, version) = (cell(&done["deployment"]), &done["version"]);
    say!("version {version} is in force as {deployment}");
    for (what, count) in [("moved", &done["moved"]), ("cancelled", &done["cancelled"])] {
        if count != 0 {
            say!("{count} runs were {what}");
        }
    }
    for (why, count) in done["finish"].as_object().into_iter().flatten() {
        say!("{count} runs finish on the version they began with: {why}");
    }
    Ok(ExitCode::SUCCESS)
}
