//! `towpath config`: what is in force, and the reference page.

use crate::cli::{Sources, wrong_config};
use crate::config::{DEFAULTS, show};
use clap::Subcommand;
use std::process::ExitCode;

/// The configuration.
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Prints what is in force, without secrets, and where each value is from.
    #[command(after_help = "\
Layers, later ones win: defaults, the config file, variables such as TOWPATH__SERVER__LISTEN, flags.

Examples:
  towpath config show
  towpath --config towpath.toml config show --json | jq '.[] | select(.origin != \"default\")'")]
    Show {
        /// Prints JSON: a list of path, value and origin.
        #[arg(long)]
        json: bool,
    },
    /// Prints the reference page: every setting with its default.
    Default,
}

/// Which source rules.
const SEEDS: &str = "\
# Environments, connections and flows of the file are seeds: each is put in force at start where it
# says something else than the last time; what was changed over the API since stays.
# `towpath env list` and `towpath env show` tell what is in force, and where it came from.";

pub fn run(command: &ConfigCommand, sources: Sources) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Default => say_text!("{DEFAULTS}"),
        ConfigCommand::Show { json } => {
            let layers = sources.layers()?;
            layers
                .config()
                .map_err(|problems| wrong_config(&problems))?;
            let lines = show::lines(&layers);
            if *json {
                say!("{}", serde_json::to_string_pretty(&show::json(&lines))?);
            } else {
                say_text!("{}", show::text(&lines));
                if lines
                    .iter()
                    .any(|line| line.path.starts_with("environments."))
                {
                    say!("{SEEDS}");
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
