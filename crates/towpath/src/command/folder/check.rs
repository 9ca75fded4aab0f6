//! `towpath env check`.

use super::disk;
use crate::command::flow::document::print;
use crate::connectors::REGISTRY;
use anyhow::bail;
use engine::folder::{Folder, check_files};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
#[command(after_help = "\
Nothing is sent: it needs no server. Ends with 0 if the folder is in order (warnings do not matter),
with 1 if not, with 2 if it cannot be read.

As a hook that keeps what is wrong out of the history, in `.git/hooks/pre-commit`:
  #!/bin/sh
  exec towpath env check books

Examples:
  towpath env check books
  towpath env check books --write         brings all files into their one form first")]
pub struct Args {
    /// The folder.
    folder: PathBuf,
    /// Brings all files into their one form; comments of flows become notes.
    #[arg(long)]
    write: bool,
    /// Prints JSON: a list of problems with their files.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args) -> anyhow::Result<bool> {
    let mut files = disk::read(&args.folder)?;
    if files.is_empty() {
        bail!("`{}` holds no environment", args.folder.display());
    }
    if args.write
        && let (Some(folder), _) = Folder::read(&files)
    {
        for (path, text) in folder.write() {
            if files.get(&path) != Some(&text) {
                disk::write(&args.folder, &path, &text)?;
                files.insert(path, text);
            }
        }
    }
    let found = check_files(&files, REGISTRY).await;
    let is_wrong = found.iter().any(|f| f.problem.is_error());
    if args.json {
        let problems = found
            .iter()
            .map(|f| json!({"file": f.file, "problem": f.problem}));
        let told = json!({"ok": !is_wrong, "problems": problems.collect::<Vec<_>>()});
        say!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        for one in &found {
            let file = args.folder.join(&one.file);
            print(&file.display().to_string(), &one.problem);
        }
        if !is_wrong {
            say!("{} files are in order", files.len());
        }
    }
    Ok(is_wrong)
}
