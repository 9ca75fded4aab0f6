//! `towpath env pull`.

use super::disk;
use super::remote::{Remote, RemoteArgs};
use crate::cli::Sources;
use crate::command::client::ClientArgs;
use serde_json::json;

#[derive(clap::Args)]
#[command(after_help = "\
Files that are as they should be are not touched. Files that the environment lacks are listed and
stay, unless --remove is given; what is no YAML or CSV file of an environment is left alone.

Ends with 0 if the folder is then what the environment is, with 1 if files are left that it lacks,
with 2 on an error.

Examples:
  towpath env pull books --environment live
  towpath env pull books && git -C books diff")]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,
    /// Removes the files that the environment lacks.
    #[arg(long)]
    remove: bool,
}

pub async fn run(args: Args, client: ClientArgs, sources: Sources) -> anyhow::Result<bool> {
    let folder = args.remote.folder.clone();
    let json = args.remote.json;
    let here = disk::read(&folder)?;
    let there = Remote::new(args.remote, client, sources, &here)?
        .files()
        .await?;
    let (mut written, mut removed, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (path, text) in &there {
        if here.get(path) != Some(text) {
            disk::write(&folder, path, text)?;
            written.push(path);
        }
    }
    for path in here.keys().filter(|path| !there.contains_key(*path)) {
        if args.remove {
            disk::remove(&folder, path)?;
            removed.push(path);
        } else {
            left.push(path);
        }
    }
    if json {
        let told = json!({"written": written, "removed": removed, "left": left});
        say!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        written.iter().for_each(|path| say!("{path}: written"));
        removed.iter().for_each(|path| say!("{path}: removed"));
        for path in &left {
            say!("{path}: not in the environment; it stays (--remove removes it)");
        }
        say!("{} files, {} written", there.len(), written.len());
    }
    Ok(!left.is_empty())
}
