//! `towpath flow check`: all problems of flows and samples at once.

use super::document::{Document, Kind, is_ok, print, read_all};
use crate::connectors::REGISTRY;
use engine::plan::{Compiled, check_calls, check_sample, compile_against, compile_document};
use model::flow::{Flow, parse_sample};
use model::{Problem, Severity};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
A folder stands for all `.yaml` files in it. Samples are checked against the flow of the folder
around them. Flows that are given together are checked together: who calls whom, and with what.
Ends with 0 if every flow could be deployed (warnings do not matter), with 1 otherwise. Nothing is
sent or stored.

Examples:
  towpath flow check flows
  towpath flow check flows/order-to-cash/flow.yaml
  towpath flow check --against old/flow.yaml new/flow.yaml
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
}

struct Checked {
    document: Document,
    compiled: Option<Compiled>,
    problems: Vec<Problem>,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let documents = read_all(&args.files)?;
    let mut checked: Vec<Checked> = documents.into_iter().map(check).collect();
    check_together(&mut checked);
    check_samples(&mut checked);
    if let Some(path) = &args.against {
        check_against(path, &mut checked)?;
    }
    if args.json {
        let files = checked.iter().map(|c| {
            let ok = is_ok(&c.problems);
            json!({"file": c.document.name, "ok": ok, "problems": c.problems})
        });
        let files: Vec<_> = files.collect();
        println!("{}", serde_json::to_string_pretty(&files)?);
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
            }
        }
        Kind::Sample => Checked {
            problems: parse_sample(&document.text).1,
            document,
            compiled: None,
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

fn report(checked: &Checked) {
    let name = &checked.document.name;
    for problem in &checked.problems {
        print(name, problem);
    }
    if checked.problems.is_empty() {
        println!("{name}: in order");
    }
}
