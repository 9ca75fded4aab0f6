//! `towpath flow`: writes, checks, formats, explains, tries and starts flows. Only a start is sent
//! anywhere, and a dry run in a server's environment.

mod check;
mod document;
mod explain;
mod fmt;
mod functions;
mod new;
mod run;
mod schema;
mod start;
mod test;
mod told;

use super::wait;
use crate::cli::Sources;
use clap::Subcommand;
use std::process::ExitCode;

/// Flow documents.
#[derive(Subcommand)]
pub enum Flow {
    /// Checks flows and their samples and prints all their problems, each with its cure.
    Check(check::Args),
    /// Works the samples beside flows and says what is otherwise than expected.
    Test(test::Args),
    /// Works a flow on one event and shows each step and each request that would be sent.
    Run(run::Args),
    /// Brings flows and samples into their one form.
    Fmt(fmt::Args),
    /// Says flows in plain sentences.
    Explain(explain::Args),
    /// Lists the functions that formulas call, with examples.
    Functions(functions::Args),
    /// Prints the JSON Schema by which editors complete flows.
    Schema(schema::Args),
    /// Begins a new flow.
    New(new::Args),
    /// Starts a flow on a server that is running.
    Start(start::Args),
}

pub fn run(command: Flow, sources: Sources) -> anyhow::Result<ExitCode> {
    match command {
        Flow::Check(args) => wait(check::run(args, sources)),
        Flow::Test(args) => wait(test::run(args)),
        Flow::Run(args) => wait(run::run(args, sources)),
        Flow::Fmt(args) => fmt::run(&args),
        Flow::Explain(args) => explain::run(&args),
        Flow::Functions(args) => functions::run(&args),
        Flow::Schema(args) => schema::run(&args),
        Flow::New(args) => new::run(&args),
        Flow::Start(args) => wait(start::run(args, sources)),
    }
}
