//! Every check and test, from cheap to dear.

use crate::command::{exists, run, run_with};
use crate::setup;
use anyhow::Result;

/// Sets up, then checks and tests everything.
pub fn all(args: &[String]) -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    let variables = setup::all()?;
    run(
        "cargo",
        &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"],
    )?;
    let mut command: Vec<&str> = if exists("cargo-nextest") {
        vec!["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        vec!["test", "--workspace"]
    };
    command.extend(args.iter().map(String::as_str));
    run_with("cargo", &command, &variables)
}
