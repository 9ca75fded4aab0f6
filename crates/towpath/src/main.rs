//! Towpath: signed Stripe webhooks become orders, payments and journal entries in Infor.
//!
//! The binary only wires things together: it reads the configuration, knows the list of connectors
//! and starts what the other crates offer.

#![warn(clippy::print_stdout)]

#[macro_use]
mod say;

mod cli;
mod command;
mod config;
mod connectors;
mod demo;
mod flows;
mod guide;
mod ionapi;
mod log;
mod sandboxes;
mod suggest;

use clap::Parser;
use std::process::ExitCode;

/// Runs allocate much and briefly, in many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => {
            // The chain on one line for what we say ourselves; lists of problems keep their lines.
            eprintln!("towpath: {error:#}");
            ExitCode::FAILURE
        }
    }
}
