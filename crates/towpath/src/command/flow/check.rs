//! `towpath flow check`: all problems of flows and samples at once.

use super::document::{Document, Kind, is_ok, print, read_all};
use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use crate::connectors::REGISTRY;
use anyhow::Context;
use engine::plan::{Compiled, check_calls, check_sample, compile_against, compile_document};
use model::flow::{Flow, parse_sample};
use model::problem::Place;
use model::{Problem, Severity};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
A folder stands for all `.yaml` files in it. Samples are checked against the flow of the folder
around them. Flows that are given together are checked together: who calls whom, and with what.
With --environment the server that is running checks them too: against that environment's
connections and lookup tables, and what its newest events would have come to.
Ends with 0 if every flow could be deployed (warnings do not matter), with 1 otherwise. Nothing is
stored.

Examples:
  towpath flow check flows
  towpath flow check flows/order-to-cash/flow.yaml
  towpath flow check --against old/flow.yaml new/flow.yaml
  towpath flow check --environment live flows/order-to-cash
  towpath flow check --json flows | jq '.[].problems[]'")]
pub struct Args {
    /// The documents, YAML, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints JSON: a list of files with their problems.
    #[arg(long)]
    json: bool,
    /// The version that is deployed: also warns of repeats that would not meet what it has done.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The environment of a running server to check them in.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    #[command(flatten)]
    client: ClientArgs,
}

struct Checked {
    document: Document,
    compiled: Option<Compiled>,
    problems: Vec<Problem>,
    /// How many events a server looked at.
    events: Option<u64>,
}

/// What a server's check answers.
#[derive(serde::Deserialize)]
struct Answer {
    problems: Vec<Told>,
    traffic: Option<Traffic>,
}

#[derive(serde::Deserialize)]
struct Traffic {
    events: u64,
}

/// A problem as the API tells it.
#[derive(serde::Deserialize)]
struct Told {
    severity: Severity,
    path: String,
    line: Option<u32>,
    column: Option<u32>,
    code: String,
    message: String,
    cure: String,
}

impl From<Told> for Problem {
    fn from(told: Told) -> Self {
        let place = told.line.zip(told.column);
        Self {
            severity: told.severity,
            path: told.path,
            place: place.map(|(line, column)| Place { line, column }),
            code: told.code,
            message: told.message,
            cure: told.cure,
        }
    }
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let documents = read_all(&args.files)?;
    let mut checked: Vec<Checked> = documents.into_iter().map(check).collect();
    check_together(&mut checked);
    check_samples(&mut checked);
    if let Some(path) = &args.against {
        check_against(path, &mut checked)?;
    }
    if let Some(environment) = &args.environment {
        let client = Client::new(args.client, sources)?;
        check_within(&client, environment, &mut checked).await?;
    }
    if args.json {
        let files = checked.iter().map(|c| {
            let ok = is_ok(&c.problems);
            let mut file = json!({"file": c.document.name, "ok": ok, "problems": c.problems});
            if let Some(events) = c.events {
                file["events"] = events.into();
            }
            file
        });
        let files: Vec<_> = files.collect();
        say!("{}", serde_json::to_string_pretty(&files)?);
    } else {
        checked.iter().for_each(report);
    }
    let ok = checked.iter().all(|c| is_ok(&c.problems));
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check(document: Document) -> Checked {
    match document.kind {
        Kind::Flow => {
            let mut compiled = compile_document(&document.text, REGISTRY);
            let problems = std::mem::take(&mut compiled.problems);
            Checked {
                document,
                compiled: Some(compiled),
                problems,
                events: None,
            }
        }
        Kind::Sample => Checked {
            problems: parse_sample(&document.text).1,
            document,
            compiled: None,
            events: None,
        },
    }
}

/// Checks who calls whom. A flow that is not among the files may exist elsewhere.
fn check_together(checked: &mut [Checked]) {
    let flows: Vec<&Flow> = checked
        .iter()
        .filter_map(|c| c.compiled.as_ref()?.flow.as_ref())
        .collect();
    let mut found: BTreeMap<String, Vec<Problem>> = check_calls(&flows);
    for one in checked {
        let Some(compiled) = &one.compiled else {
            continue;
        };
        let id = compiled
            .flow
            .as_ref()
            .map(|f| f.id.clone())
            .unwrap_or_default();
        let mut problems = found.remove(&id).unwrap_or_default();
        for problem in problems.iter_mut().filter(|p| p.code == "unknown_flow") {
            problem.severity = Severity::Warning;
            problem.message += " among the files";
            problem.cure = "check it together with the flow that it calls".into();
        }
        compiled.places.add_to(&mut problems);
        one.problems.append(&mut problems);
        one.problems.sort_by_key(|p| p.place);
    }
}

/// Checks samples against the flow in the folder around `samples/`.
fn check_samples(checked: &mut [Checked]) {
    for n in 0..checked.len() {
        if checked[n].document.kind != Kind::Sample {
            continue;
        }
        let around = checked[n].document.path.parent().and_then(|p| p.parent());
        let flow = around.map(|folder| folder.join("flow.yaml"));
        let given = checked
            .iter()
            .find(|c| Some(&c.document.path) == flow.as_ref())
            .and_then(|c| c.compiled.as_ref()?.flow.clone());
        let read = || model::flow::parse(&std::fs::read_to_string(flow.as_ref()?).ok()?).0;
        let sample = parse_sample(&checked[n].document.text).0;
        let mut problems = match (given.or_else(read), sample) {
            (Some(flow), Some(sample)) => check_sample(&flow, &sample, REGISTRY),
            (None, _) => {
                let message = "there is no flow beside the folder of the sample";
                let cure = "keep it in `samples/` beside `flow.yaml`";
                vec![Problem::warning("", "no_flow", message, cure)]
            }
            (_, None) => Vec::new(),
        };
        checked[n].problems.append(&mut problems);
    }
}

fn check_against(path: &PathBuf, checked: &mut [Checked]) -> anyhow::Result<()> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| anyhow::anyhow!("read `{name}`: {error}"))?;
    let Some(previous) = compile_document(&text, REGISTRY).plan else {
        anyhow::bail!("`{name}` is no flow that could have been deployed");
    };
    for one in checked.iter_mut().filter(|c| c.document.kind == Kind::Flow) {
        let flow = one.compiled.as_ref().and_then(|c| c.flow.as_ref());
        if flow.is_some_and(|f| f.id == previous.flow.id) {
            let (_, problems, _) = compile_against(&previous, &one.document.text, REGISTRY);
            let changed = problems
                .into_iter()
                .filter(|p| p.code == "identity_changed");
            one.problems.extend(changed);
        }
    }
    Ok(())
}

/// Has a server check the flows in one of its environments; adds what was not found here.
async fn check_within(
    client: &Client,
    environment: &str,
    checked: &mut [Checked],
) -> anyhow::Result<()> {
    let path = format!("/flows/check?environment={}", segment(environment));
    for one in checked.iter_mut().filter(|c| c.document.kind == Kind::Flow) {
        let asked = json!({"document": one.document.text});
        let answer = client.post(&path, &asked).await?;
        let answer: Answer =
            serde_json::from_value(answer).context("the server is of another release")?;
        for problem in answer.problems.into_iter().map(Problem::from) {
            let is_same = |p: &Problem| (&p.path, &p.code) == (&problem.path, &problem.code);
            if !one.problems.iter().any(is_same) {
                one.problems.push(problem);
            }
        }
        one.problems.sort_by_key(|p| p.place);
        one.events = answer.traffic.map(|traffic| traffic.events);
    }
    Ok(())
}

fn report(checked: &Checked) {
    let name = &checked.document.name;
    for problem in &checked.problems {
        print(name, problem);
    }
    if checked.problems.is_empty() {
        say!("{name}: in order");
    }
    if let Some(events) = checked.events {
        say!("{name}: {events} events of the last 30 days were looked at");
    }
}
