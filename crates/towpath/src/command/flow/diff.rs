//! `towpath flow diff`: what differs between two versions, in sentences.

use super::document::{is_ok, print};
use crate::command::differs;
use anyhow::{Context, bail};
use model::Flow;
use model::flow::diff::{Change, diff};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
A step under another id is told as renamed, and what refers to it is not told again. The order of
keys, quotes and line breaks are no difference. Ends with 0 if both mean the same, with 1 if they
differ, with 2 if one cannot be read.

Examples:
  towpath flow diff old/flow.yaml new/flow.yaml
  git show HEAD:flow.yaml > /tmp/old.yaml; towpath flow diff --json /tmp/old.yaml flow.yaml")]
pub struct Args {
    /// The old version.
    from: PathBuf,
    /// The new version.
    to: PathBuf,
    /// Prints JSON: a list of changes with both values.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    differs(compare(args).map(|changes| !changes.is_empty()))
}

fn compare(args: &Args) -> anyhow::Result<Vec<Change>> {
    let changes = diff(&read(&args.from)?, &read(&args.to)?);
    if args.json {
        say!(
            "{}",
            serde_json::to_string_pretty(&json!({"changes": changes}))?
        );
    } else {
        changes
            .iter()
            .for_each(|change| say!("{}", change.sentence));
    }
    Ok(changes)
}

/// A flow of which all is understood: what is not would be missing in the comparison.
fn read(path: &Path) -> anyhow::Result<Flow> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("read `{name}`"))?;
    let (flow, problems) = model::flow::parse(&text);
    match flow {
        Some(flow) if is_ok(&problems) => Ok(flow),
        _ => {
            problems.iter().for_each(|problem| print(&name, problem));
            bail!("`{name}` cannot be read")
        }
    }
}
