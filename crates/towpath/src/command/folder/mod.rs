//! `towpath env pull | diff | push | check`: an environment as a folder that a version control
//! system keeps.

mod check;
mod diff;
mod disk;
mod pull;
mod push;
mod remote;

use super::client::ClientArgs;
use crate::cli::Sources;
use clap::Subcommand;

/// An environment as a folder.
#[derive(Subcommand)]
pub enum Folder {
    /// Writes what is in force in an environment to a folder.
    Pull(pull::Args),
    /// Says what putting a folder in force would change.
    Diff(diff::Args),
    /// Puts a folder in force.
    Push(push::Args),
    /// Checks a folder without a server: forms, flows, samples, tables.
    Check(check::Args),
}

/// Whether folder and environment differ then, or the folder is not in order.
pub async fn run(command: Folder, client: ClientArgs, sources: Sources) -> anyhow::Result<bool> {
    match command {
        Folder::Pull(args) => pull::run(args, client, sources).await,
        Folder::Diff(args) => diff::run(args, client, sources).await,
        Folder::Push(args) => push::run(args, client, sources).await,
        Folder::Check(args) => check::run(args).await,
    }
}
