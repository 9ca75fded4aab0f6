//! Every check and test, from cheap to dear.

use crate::command::{run, run_with};
use crate::{setup, web};
use anyhow::Result;

/// Sets up, then checks and tests everything.
pub fn all(args: &[String]) -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    let variables = setup::all()?;
    web::check()?;
    run(
        "cargo",
        &[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
    )?;
    // One process per test binary: they share one PostgreSQL.
    let mut command = vec!["test", "--quiet", "--workspace", "--no-fail-fast"];
    command.extend(args.iter().map(String::as_str));
    run_with("cargo", &command, &variables)
}
