//! `towpath flow`: writes, checks, formats, explains and tries flows, on this machine; saves,
//! publishes, deploys and starts them, and asks what they would have done, on a running server.

mod check;
mod deploy;
mod diff;
pub mod document;
mod draft;
mod explain;
pub mod fmt;
mod functions;
mod new;
mod run;
mod schema;
mod start;
mod test;
mod told;
mod versions;
mod what_if;

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
    /// Says what differs between two versions of a flow.
    Diff(diff::Args),
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
    /// What is worked on, on a server that is running.
    Draft(draft::Args),
    /// Makes the draft of a flow a version.
    Publish(versions::PublishArgs),
    /// Lists the versions of a flow, or prints one.
    Versions(versions::Args),
    /// Puts a version in force in an environment.
    Deploy(deploy::DeployArgs),
    /// Puts what is in force in one environment in force in another.
    Promote(deploy::PromoteArgs),
    /// Puts in force again what was in force before.
    Rollback(deploy::RollbackArgs),
    /// Lists what was in force of a flow in an environment.
    Deployments(deploy::ListArgs),
    /// Says what a flow would have done with past events, beside what was done.
    WhatIf(what_if::Args),
}

pub fn run(command: Flow, sources: Sources) -> anyhow::Result<ExitCode> {
    match command {
        Flow::Check(args) => wait(check::run(args, sources)),
        Flow::Test(args) => wait(test::run(args)),
        Flow::Run(args) => wait(run::run(args, sources)),
        Flow::Fmt(args) => fmt::run(&args),
        Flow::Diff(args) => Ok(diff::run(&args)),
        Flow::Explain(args) => explain::run(&args),
        Flow::Functions(args) => functions::run(&args),
        Flow::Schema(args) => schema::run(&args),
        Flow::New(args) => new::run(&args),
        Flow::Start(args) => wait(start::run(args, sources)),
        Flow::Draft(args) => wait(draft::run(args, sources)),
        Flow::Publish(args) => wait(versions::publish(args, sources)),
        Flow::Versions(args) => wait(versions::run(args, sources)),
        Flow::Deploy(args) => wait(deploy::deploy(args, sources)),
        Flow::Promote(args) => wait(deploy::promote(args, sources)),
        Flow::Rollback(args) => wait(deploy::roll_back(args, sources)),
        Flow::Deployments(args) => wait(deploy::list(args, sources)),
        Flow::WhatIf(args) => wait(what_if::run(args, sources)),
    }
}
