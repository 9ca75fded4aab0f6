//! The web app: installs its packages, checks it, and builds it into `web/dist`.
//!
//! Nothing is done twice: what was installed and built is remembered by a hash of what it was made of.

use crate::command::{find, root, run, run_in, run_with, start};
use crate::setup::need;
use anyhow::{Context, Result};
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// What the built app is made of.
const SOURCES: [&str; 8] = [
    "index.html",
    "openapi.json",
    "package-lock.json",
    "package.json",
    "public",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

/// Installs and builds, unless `web/dist` is what the sources give.
pub fn build() -> Result<()> {
    install()?;
    let made_of = hash(&SOURCES)?;
    let marker = marker("built");
    let is_new = folder().join("dist/index.html").is_file() && read(&marker) == made_of;
    if is_new {
        return Ok(());
    }
    npm(&["run", "--silent", "build"])?;
    write(&marker, &made_of)
}

/// Builds, then checks and tests.
pub fn check() -> Result<()> {
    build()?;
    npm(&["run", "--silent", "check"])?;
    npm(&["run", "--silent", "test"])
}

/// Drives the built binary with its sandboxes in a real browser.
pub fn browser(args: &[String]) -> Result<()> {
    build()?;
    let chromium = chromium()?;
    run("cargo", &["build", "--quiet", "--package", "towpath"])?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |given| root().join(given));
    let binary = target.join("debug/towpath");
    let variables = [
        ("TOWPATH_BINARY".to_owned(), binary.display().to_string()),
        ("CHROMIUM".to_owned(), chromium),
    ];
    let mut all = vec!["run", "--silent", "e2e", "--"];
    all.extend(args.iter().map(String::as_str));
    start(&folder(), "npm", &all, &variables)
}

/// Debian's browser, or the one that `CHROMIUM` names.
fn chromium() -> Result<String> {
    if let Some(given) = std::env::var_os("CHROMIUM") {
        return Ok(given.to_string_lossy().into_owned());
    }
    need("chromium", "chromium")?;
    let found = find("chromium").context("find chromium")?;
    Ok(found.display().to_string())
}

/// Writes `web/openapi.json` as the server's code describes its API.
pub fn openapi() -> Result<()> {
    let test = ["test", "--quiet", "--package", "server", "--test", "it"];
    let one = ["--", "openapi::the_web_app_has_this_document"];
    let update = [("UPDATE".to_owned(), "1".to_owned())];
    run_with("cargo", &[&test[..], &one].concat(), &update)?;
    run("git", &["diff", "--stat", "--", "web/openapi.json"])
}

fn install() -> Result<()> {
    need("npm", "nodejs npm")?;
    let lock = hash(&["package-lock.json"])?;
    let marker = marker("installed");
    if read(&marker) == lock {
        return Ok(());
    }
    npm(&["ci", "--silent", "--no-audit", "--no-fund"])?;
    write(&marker, &lock)
}

fn folder() -> PathBuf {
    root().join("web")
}

/// Lies with the packages, so that it goes when they go.
fn marker(name: &str) -> PathBuf {
    folder().join("node_modules").join(format!(".{name}"))
}

fn npm(args: &[&str]) -> Result<()> {
    run_in(&folder(), "npm", args)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// A hash over names and contents, in hexadecimal.
fn hash(names: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for name in names {
        list(&folder().join(name), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content = std::fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        hasher.write(file.as_os_str().as_encoded_bytes());
        hasher.write_usize(content.len());
        hasher.write(&content);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// All files under a path, without what a build itself writes there.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() && !path.ends_with("src/api/schema.d.ts") {
        files.push(path.to_owned());
    } else if path.is_dir() {
        let entries =
            std::fs::read_dir(path).with_context(|| format!("list {}", path.display()))?;
        for entry in entries {
            list(&entry?.path(), files)?;
        }
    }
    Ok(())
}
