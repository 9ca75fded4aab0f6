//! The command line.

use crate::command::{
    account, approvals, audit, completions, config, connection, doctor, env, flow, lookup,
    proposals, runs, sandbox, serve, token,
};
use crate::config::{Config, Flag, Layers, variables};
use clap::{Parser, Subcommand};
use model::Problem;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath demo                           see it work, on this machine only
  towpath sandbox stripe --port 4010     a Stripe to try things on
  towpath flow check flows/*.yaml        all problems of some flows
  towpath doctor                         whether this machine is ready
  towpath serve                          take webhooks and work them
  towpath runs list --state dead         what was given up
";

/// Signed Stripe webhooks become customers, orders, payments and journal entries in Infor, durably.
#[derive(Parser)]
#[command(name = "towpath", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// The config file; `towpath.toml` if it is there. `towpath config default` prints the
    /// reference page.
    #[arg(long, global = true, value_name = "FILE", env = "TOWPATH_CONFIG")]
    pub config: Option<PathBuf>,

    /// What is logged, such as `debug` or `info,store=debug`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,

    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Takes webhooks, works them, and answers the API.
    Serve(serve::Args),
    /// Plays the main job on the sandboxes, from a purchase to a payout, and checks the books.
    Demo(crate::demo::Args),
    /// Runs a sandbox Stripe, Infor or mail server, to try things on.
    Sandbox(sandbox::Args),
    /// Flow documents.
    #[command(subcommand)]
    Flow(flow::Flow),
    /// The environments of a server that is running.
    Env(env::Args),
    /// The connections of a server that is running.
    Connection(connection::Args),
    /// The lookup tables of a server that is running.
    Lookup(lookup::Args),
    /// The runs of a server that is running.
    Runs(runs::Args),
    /// What waits for a person's yes or no on a server that is running.
    Approvals(approvals::Args),
    /// What waits for a second person on a server that is running, and what needs one.
    Proposals(proposals::Args),
    /// Who may sign in.
    Account(account::Args),
    /// Personal API tokens.
    Token(token::Args),
    /// Who did what, and whether the trail of it is whole.
    Audit(audit::Args),
    /// Brings the store's tables up to date, then ends. `serve` does it too.
    Migrate,
    /// Checks configuration, keys, store, connections, clock and disk.
    Doctor(doctor::Args),
    /// The configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Prints a completion script for a shell.
    Completions(completions::Args),
}

/// What the command line says about the configuration.
#[derive(Clone)]
pub struct Sources {
    pub file: Option<PathBuf>,
    pub flags: Vec<Flag>,
}

impl Sources {
    pub fn new(file: Option<PathBuf>, log: Option<String>) -> Self {
        let log = log.map(|value| Flag {
            name: "--log",
            path: "log.filter",
            value,
        });
        Self {
            file,
            flags: log.into_iter().collect(),
        }
    }

    /// One more flag, if it was given.
    #[must_use]
    pub fn with(mut self, name: &'static str, path: &'static str, value: Option<String>) -> Self {
        self.flags
            .extend(value.map(|value| Flag { name, path, value }));
        self
    }

    /// All layers.
    pub fn layers(self) -> anyhow::Result<Layers> {
        Layers::read(self.file.as_deref(), variables(), self.flags)
    }

    /// The configuration.
    pub fn config(self) -> anyhow::Result<Config> {
        self.layers()?
            .config()
            .map_err(|problems| wrong_config(&problems))
    }
}

/// An error that lists everything that is wrong with the configuration.
pub fn wrong_config(problems: &[Problem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("the configuration is not in order\n{}", lines.join("\n"))
}
