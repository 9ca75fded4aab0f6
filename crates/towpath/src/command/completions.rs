//! `towpath completions`: completion scripts.

use crate::cli::Cli;
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

/// Prints a completion script for a shell.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath completions bash > /etc/bash_completion.d/towpath
  towpath completions zsh > ~/.zfunc/_towpath
  towpath completions fish > ~/.config/fish/completions/towpath.fish")]
pub struct Args {
    shell: Shell,
}

pub fn run(args: &Args) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "towpath", &mut script);
    say_text!("{}", String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
