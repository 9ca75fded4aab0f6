//! `towpath env diff`.

use super::disk;
use super::remote::{Remote, RemoteArgs, tell};
use crate::cli::Sources;
use crate::command::client::ClientArgs;

#[derive(clap::Args)]
#[command(after_help = "\
Nothing is written. Ends with 0 if the folder says what the environment is, with 1 if it differs,
with 2 on an error.

Examples:
  towpath env diff books
  towpath env diff books --json | jq -r '.changes[].sentence'")]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,
}

pub async fn run(args: Args, client: ClientArgs, sources: Sources) -> anyhow::Result<bool> {
    let json = args.remote.json;
    let files = disk::read(&args.remote.folder)?;
    let remote = Remote::new(args.remote, client, sources, &files)?;
    let preview = remote.preview(&files).await?;
    if json {
        say!("{}", serde_json::to_string_pretty(&preview)?);
    } else {
        tell(&preview);
        if preview["same"] == true {
            say!("the environment is what the folder says");
        }
    }
    Ok(preview["same"] != true)
}
