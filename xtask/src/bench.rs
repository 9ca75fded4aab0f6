//! Compares Towpath with the bare programs.

use crate::command;
use anyhow::Result;

/// Runs the bench binary.
pub fn run(_args: &[String]) -> Result<()> {
    command::run("cargo", &["build", "--release"])
}
