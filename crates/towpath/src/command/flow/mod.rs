//! `towpath flow`: writes, checks, formats and explains flow documents, and starts them. Only a
//! start is sent anywhere.

mod check;
mod document;
mod explain;
mod fmt;
mod new;
mod schema;
mod start;

use crate::cli::Sources;
use clap::Subcommand;
use std::process::ExitCode;

/// Flow documents.
#[derive(Subcommand)]
pub enum Flow {
    /// Checks flows and their samples and prints all their problems, each with its cure.
    Check(check::Args),
    /// Brings flows and samples into their one form.
    Fmt(fmt::Args),
    /// Says flows in plain sentences.
    Explain(explain::Args),
    /// Prints the JSON Schema by which editors complete flows.
    Schema(schema::Args),
    /// Begins a new flow.
    New(new::Args),
    /// Starts a flow on a server that is running.
    Start(start::Args),
}

pub fn run(command: Flow, sources: Sources) -> anyhow::Result<ExitCode> {
    match command {
        Flow::Check(args) => check::run(&args),
        Flow::Fmt(args) => fmt::run(&args),
        Flow::Explain(args) => explain::run(&args),
        Flow::Schema(args) => schema::run(&args),
        Flow::New(args) => new::run(&args),
        Flow::Start(args) => super::wait(start::run(args, sources)),
    }
}
