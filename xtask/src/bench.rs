//! Compares Towpath with the bare programs.

use crate::command;
use anyhow::Result;

/// Builds the bench and runs it; `args` go to `bench run` (`--quick`, `--only a|b|c|d`,
/// `--pairs N`, `--store sqlite|postgres`). Writes `target/bench/report.json`.
pub fn run(args: &[String]) -> Result<()> {
    let mut all = vec![
        "run",
        "--release",
        "--quiet",
        "--package",
        "bench",
        "--",
        "run",
    ];
    all.extend(args.iter().map(String::as_str));
    command::run("cargo", &all)
}
