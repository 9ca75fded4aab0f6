//! Running other programs.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The workspace's folder.
pub fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
}

/// Runs a program in the workspace's folder and fails if it does.
pub fn run(program: &str, args: &[&str]) -> Result<()> {
    run_with(program, args, &[])
}

/// The same, with variables.
pub fn run_with(program: &str, args: &[&str], variables: &[(String, String)]) -> Result<()> {
    eprintln!("$ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .envs(variables.iter().cloned())
        .current_dir(root())
        .status()
        .with_context(|| format!("run `{program}`"))?;
    if !status.success() {
        bail!("`{program} {}` failed: {status}", args.join(" "));
    }
    Ok(())
}

/// Whether a program can be started.
pub fn exists(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Builds the binary and runs its demo.
pub fn demo(args: &[String]) -> Result<()> {
    let mut all = vec![
        "run",
        "--release",
        "--quiet",
        "--package",
        "towpath",
        "--",
        "demo",
    ];
    all.extend(args.iter().map(String::as_str));
    run("cargo", &all)
}
