//! Running other programs.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
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
    start(&root(), program, args, variables)
}

/// The same, in another folder.
pub fn run_in(folder: &Path, program: &str, args: &[&str]) -> Result<()> {
    start(folder, program, args, &[])
}

/// The same, in another folder and with variables.
pub fn start(
    folder: &Path,
    program: &str,
    args: &[&str],
    variables: &[(String, String)],
) -> Result<()> {
    eprintln!("$ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .envs(variables.iter().cloned())
        .current_dir(folder)
        .status()
        .with_context(|| format!("run `{program}`"))?;
    if !status.success() {
        bail!("`{program} {}` failed: {status}", args.join(" "));
    }
    Ok(())
}

/// Whether a program can be started.
pub fn exists(program: &str) -> bool {
    find(program).is_some()
}

/// Where a program is.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Builds the web app and the binary that holds it, and runs its demo.
pub fn demo(args: &[String]) -> Result<()> {
    crate::web::build()?;
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
