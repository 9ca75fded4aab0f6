//! `towpath flow run`: a flow on one event, without sending or storing anything.

use super::document::{is_ok, print};
use super::told;
use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs};
use crate::connectors::REGISTRY;
use anyhow::{Context, bail};
use engine::dry::{DryError, DryRun, Ended, Trace, dry_run};
use model::Problem;
use model::flow::{Sample, parse_sample};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Formulas and blocks do what they do in a run. Reads that are not given are answered by made-up values,
marked as invented; writes are not sent but shown.
With --environment the server that is running works it: with that environment's company, tables,
cross references and books, and, with --reads live, its connections; it hides persons.
Ends with 1 if a run would become a dead letter.

Examples:
  towpath flow run flows/order-to-cash/flow.yaml --sample known-customer
  towpath flow run flows/order-to-cash/flow.yaml --sample known-customer --until lines
  towpath flow run flow.yaml --event charge.json --environment sandbox --reads live")]
pub struct Args {
    /// The flow's document, or its folder.
    #[arg(value_name = "FLOW")]
    flow: PathBuf,
    /// A sample beside the flow, by its id.
    #[arg(long, value_name = "ID", required_unless_present = "event")]
    sample: Option<String>,
    /// An event as the peer sends it, JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "sample")]
    event: Option<PathBuf>,
    /// Stops after this step.
    #[arg(long, value_name = "STEP")]
    until: Option<String>,
    /// Who answers reads that are not given.
    #[arg(
        long,
        value_enum,
        default_value = "invented",
        requires_if("live", "environment")
    )]
    reads: Reads,
    /// The environment of a running server to work it in.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Prints the whole trace as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Reads {
    /// Values made up from the operation's schema.
    Invented,
    /// The environment's connections.
    Live,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let path = match args.flow.is_dir() {
        true => args.flow.join("flow.yaml"),
        false => args.flow.clone(),
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).with_context(|| format!("read `{name}`"))?;
    let (plan, problems) = engine::compile(&text, REGISTRY);
    let Some(plan) = plan else {
        problems.iter().for_each(|p| print(&name, p));
        return Ok(ExitCode::FAILURE);
    };
    let mut dry = comes_in(&args, &path)?;
    dry.until.clone_from(&args.until);
    let trace = match args.environment.clone() {
        Some(environment) => {
            remote(args.client, sources, &environment, &text, &dry, args.reads).await?
        }
        None => match dry_run(&plan, &dry).await {
            Ok(trace) => trace,
            Err(DryError::Problems(problems)) => bail!("{}", sentences(&problems)),
            Err(error @ DryError::Store(_)) => return Err(error.into()),
        },
    };
    if args.json {
        say!("{}", serde_json::to_string_pretty(&trace)?);
    } else {
        say_text!("{}", told::tell(&plan.flow, &trace));
    }
    Ok(match trace.state {
        Ended::Dead | Ended::Cut => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn comes_in(args: &Args, flow: &Path) -> anyhow::Result<DryRun> {
    if let Some(path) = &args.event {
        let name = path.display();
        let bytes = std::fs::read(path).with_context(|| format!("read `{name}`"))?;
        let body: Value =
            serde_json::from_slice(&bytes).with_context(|| format!("`{name}` is no JSON"))?;
        return Ok(DryRun {
            body,
            ..DryRun::default()
        });
    }
    let id = args.sample.as_deref().unwrap_or_default();
    Ok(DryRun::of(&sample(flow, id)?))
}

/// The sample `id` beside a flow.
fn sample(flow: &Path, id: &str) -> anyhow::Result<Sample> {
    let folder = flow.parent().unwrap_or(Path::new("")).join("samples");
    let name = folder.display().to_string();
    let mut known = Vec::new();
    for document in super::document::read_all(&[folder])? {
        let (sample, problems) = parse_sample(&document.text);
        match sample {
            Some(sample) if sample.id == id && is_ok(&problems) => return Ok(sample),
            Some(sample) if sample.id == id => {
                bail!("`{}`: {}", document.name, sentences(&problems))
            }
            sample => known.extend(sample.map(|s| s.id)),
        }
    }
    bail!(
        "there is no sample `{id}` in `{name}`; there are: {}",
        known.join(", ")
    )
}

async fn remote(
    client: ClientArgs,
    sources: Sources,
    environment: &str,
    document: &str,
    dry: &DryRun,
    reads: Reads,
) -> anyhow::Result<Trace> {
    let client = Client::new(client, sources)?;
    let given: BTreeMap<_, _> = dry.given.parts().into_iter().collect();
    let asked = json!({
        "document": document, "body": dry.body, "until": dry.until,
        "reads": if reads == Reads::Live { "live" } else { "invented" },
        "given": given,
    });
    let environment = crate::command::client::segment(environment);
    let path = format!("/flows/dry-run?environment={environment}");
    let answer = client.post(&path, &asked).await?;
    serde_json::from_value(answer).context("the server is of another release")
}

fn sentences(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
