//! `towpath flow schema`: what editors know of flows.

use crate::connectors::REGISTRY;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
In VS Code with the YAML extension, and in other editors with a YAML language server, a first line
names the schema; `towpath flow fmt` keeps that line:

  # yaml-language-server: $schema=../flow.schema.json

Examples:
  towpath flow schema > flow.schema.json
  towpath flow schema --full > flow.schema.json    also triggers, operations and their fields")]
pub struct Args {
    /// With the triggers and operations of this program and the fields of each.
    #[arg(long)]
    full: bool,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let schema = if args.full {
        engine::plan::schema(REGISTRY)
    } else {
        model::flow::schema()
    };
    say!("{}", serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}
