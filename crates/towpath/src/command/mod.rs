//! What each command does, a file each.

pub mod account;
pub mod approvals;
pub mod audit;
pub mod client;
pub mod completions;
pub mod config;
pub mod connection;
pub mod doctor;
pub mod env;
pub mod flow;
pub mod folder;
pub mod local;
pub mod lookup;
pub mod migrate;
pub mod proposals;
pub mod runs;
pub mod sandbox;
pub mod serve;
pub mod token;

use crate::cli::{Cli, Command, Sources};
use anyhow::Context;
use std::process::ExitCode;

/// Does what the command line says.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let sources = Sources::new(cli.config, cli.log);
    match cli.command {
        Command::Serve(args) => wait(serve::run(args, sources)),
        Command::Demo(args) => {
            wait(async { crate::demo::run(args).await.map(|()| ExitCode::SUCCESS) })
        }
        Command::Sandbox(args) => wait(sandbox::run(args)),
        Command::Flow(command) => flow::run(command, sources),
        Command::Env(args) => wait(env::run(args, sources)),
        Command::Connection(args) => wait(connection::run(args, sources)),
        Command::Lookup(args) => wait(lookup::run(args, sources)),
        Command::Runs(args) => wait(runs::run(args, sources)),
        Command::Approvals(args) => wait(approvals::run(args, sources)),
        Command::Proposals(args) => wait(proposals::run(args, sources)),
        Command::Account(args) => wait(account::run(args, sources)),
        Command::Token(args) => wait(token::run(args, sources)),
        Command::Audit(args) => wait(audit::run(args, sources)),
        Command::Migrate => wait(migrate::run(sources)),
        Command::Doctor(args) => wait(doctor::run(args, sources)),
        Command::Config(command) => config::run(&command, sources),
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}

/// How a command ends whose answer is whether two things differ: 0 if not, 1 if so, 2 if that
/// cannot be told.
fn differs(answer: anyhow::Result<bool>) -> ExitCode {
    match answer {
        Ok(differs) => ExitCode::from(u8::from(differs)),
        Err(error) => {
            eprintln!("towpath: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs what waits for the network or the disk.
fn wait(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.context("start the runtime")?.block_on(work)
}

/// Returns when a person or the system asks the process to end.
async fn asked_to_end() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
        tokio::select! {
            asked = tokio::signal::ctrl_c() => asked.context("listen for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("listen for Ctrl-C")
}
