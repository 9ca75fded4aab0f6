//! `towpath flow check`: all problems of flow documents at once.

use crate::connectors::REGISTRY;
use anyhow::Context;
use clap::Subcommand;
use model::Problem;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Flow documents.
#[derive(Subcommand)]
pub enum Flow {
    /// Checks flow documents and prints all their problems, each with its cure.
    Check(CheckArgs),
}

#[derive(clap::Args)]
#[command(after_help = "\
Ends with 0 if every flow could be deployed (warnings do not matter), with 1 otherwise. Nothing is \
sent or stored.

Examples:
  towpath flow check flows/order-to-cash/flow.yaml
  towpath flow check --json flows/*/flow.yaml | jq '.[].problems[]'")]
pub struct CheckArgs {
    /// The documents, YAML.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints JSON: a list of files with their problems.
    #[arg(long)]
    json: bool,
}

pub fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let mut checked: Vec<(String, Vec<Problem>)> = Vec::new();
    for file in &args.files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("read `{name}`"))?;
        checked.push((name, engine::compile(&text, REGISTRY).1));
    }
    if args.json {
        let files = checked.iter().map(
            |(file, problems)| json!({"file": file, "ok": is_ok(problems), "problems": problems}),
        );
        println!(
            "{}",
            serde_json::to_string_pretty(&files.collect::<Vec<_>>())?
        );
    } else {
        checked
            .iter()
            .for_each(|(file, problems)| print(file, problems));
    }
    let ok = checked.iter().all(|(_, problems)| is_ok(problems));
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn is_ok(problems: &[Problem]) -> bool {
    !problems.iter().any(Problem::is_error)
}

fn print(file: &str, problems: &[Problem]) {
    if problems.is_empty() {
        println!("{file}: in order");
    }
    for problem in problems {
        println!("{file}: {problem}");
    }
}
