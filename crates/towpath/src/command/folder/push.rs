//! `towpath env push`.

use super::disk;
use super::remote::{Remote, RemoteArgs, tell};
use crate::cli::Sources;
use crate::command::client::ClientArgs;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

#[derive(clap::Args)]
#[command(after_help = "\
First says what will change; then, if you agree, does it: tables, the company, settings of
connections, versions of flows. Secrets are in no folder: a connection is made with its secrets
first. What the folder lacks stays, unless --remove names it. Nothing is done if the environment has
changed since the changes were shown.

Ends with 0 if the environment is then what the folder says, with 1 if something stays that the
folder lacks, with 2 if it was refused or on an error.

Examples:
  towpath env push books --reason 'terms agreed on with the bank'
  towpath env push books --reason \"$CI_COMMIT_TITLE\" --yes
  towpath env push books --reason 'not sold any more' --remove lookups/items")]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Takes away what the folder lacks, by the name that `diff` gives; once for each.
    #[arg(long, value_name = "NAME")]
    remove: Vec<String>,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

pub async fn run(args: Args, client: ClientArgs, sources: Sources) -> anyhow::Result<bool> {
    let json = args.remote.json;
    let files = disk::read(&args.remote.folder)?;
    let remote = Remote::new(args.remote, client, sources, &files)?;
    let preview = remote.preview(&files).await?;
    if !json {
        tell(&preview);
    }
    let pushed = if preview["same"] == true && args.remove.is_empty() {
        json!({"done": [], "digest": preview["digest"]})
    } else {
        if !args.yes && !agreed()? {
            bail!("nothing was done");
        }
        let body = json!({"files": files, "remove": args.remove, "expect": preview["digest"],
            "reason": args.reason});
        remote.put(&body).await?
    };
    let after = remote.preview(&files).await?;
    if json {
        let told = json!({"changes": preview["changes"], "done": pushed["done"],
            "digest": pushed["digest"], "left": after["changes"]});
        say!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        report(&pushed, &after);
    }
    Ok(after["same"] != true)
}

fn report(pushed: &Value, after: &Value) {
    for done in pushed["done"].as_array().into_iter().flatten() {
        say!("done: {}", done.as_str().unwrap_or_default());
    }
    if after["same"] == true {
        say!("the environment is what the folder says");
    } else {
        say!("left:");
        tell(after);
    }
}

fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked: add `--yes` to put this in force");
    }
    say_text!("Put this in force? [y/N] ");
    std::io::stdout().flush().context("write")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("read")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
