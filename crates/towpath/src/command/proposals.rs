//! `towpath proposals`: what waits for a second person, and the rules that say what does.

use super::client::{Client, ClientArgs, segment};
use crate::cli::Sources;
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What waits for a second person.
#[derive(clap::Args)]
#[command(after_help = "\
Another account than the one that proposed approves: show a token of it.

Examples:
  towpath proposals rules --publish on --deploy-live on
  towpath proposals list --state open
  towpath proposals approve prop_000000000000A --reason 'compared with the contract'
  towpath proposals reject prop_000000000000A --reason 'the account is wrong'")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists proposals, the newest first.
    List {
        /// open, approved, done, failed, rejected or stale.
        #[arg(long)]
        state: Option<String>,
        /// How many at most, up to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Those before this one; what a list ends with if there are more.
        #[arg(long, value_name = "PROPOSAL")]
        after: Option<String>,
        /// Prints what the API answers.
        #[arg(long)]
        json: bool,
    },
    /// Approves what somebody else proposed, and does it.
    Approve {
        /// As the list has it.
        id: String,
        /// Why; kept in the audit trail.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Rejects a proposal; who made it takes it back so.
    Reject {
        /// As the list has it.
        id: String,
        /// Why; kept in the audit trail.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Shows what needs a second person, or changes it.
    Rules {
        /// Publishing a version.
        #[arg(long, value_name = "ON|OFF", value_parser = on_off)]
        publish: Option<bool>,
        /// Putting a version in force in a live environment.
        #[arg(long, value_name = "ON|OFF", value_parser = on_off)]
        deploy_live: Option<bool>,
    },
}

fn on_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("`{other}` is neither `on` nor `off`")),
    }
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client, sources)?;
    match args.what {
        What::List {
            state,
            limit,
            after,
            json,
        } => {
            let query = [
                ("state", state),
                ("limit", Some(limit.to_string())),
                ("after", after),
            ];
            list(&client.get("/proposals", &query).await?, json)?;
        }
        What::Approve { id, reason } => decide(&client, &id, "approve", &reason).await?,
        What::Reject { id, reason } => decide(&client, &id, "reject", &reason).await?,
        What::Rules {
            publish,
            deploy_live,
        } => rules(&client, publish, deploy_live).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn decide(client: &Client, id: &str, decision: &str, reason: &str) -> anyhow::Result<()> {
    let path = format!("/proposals/{}/{decision}", segment(id));
    show(&client.post(&path, &json!({"reason": reason})).await?);
    Ok(())
}

async fn rules(
    client: &Client,
    publish: Option<bool>,
    deploy_live: Option<bool>,
) -> anyhow::Result<()> {
    let (mut rules, tag) = client.get_tagged("/rules", &[]).await?;
    for (name, wanted) in [("publish", publish), ("deploy_live", deploy_live)] {
        if let Some(wanted) = wanted {
            rules["second_person"][name] = json!(wanted);
        }
    }
    if publish.is_some() || deploy_live.is_some() {
        rules = client.change("PUT", "/rules", &tag, Some(&rules)).await?;
    }
    for (name, what) in [
        ("publish", "publishing a version"),
        (
            "deploy_live",
            "putting a version in force in a live environment",
        ),
    ] {
        let needs = rules["second_person"][name].as_bool().unwrap_or_default();
        let needs = if needs {
            "a second person"
        } else {
            "one person"
        };
        say!("{what} needs {needs}");
    }
    Ok(())
}

fn list(answer: &Value, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        say!("{}", serde_json::to_string_pretty(answer)?);
        return Ok(());
    }
    let proposals = answer["data"].as_array().map_or(&[][..], Vec::as_slice);
    if proposals.is_empty() {
        say!("nothing waits for a second person");
    }
    proposals.iter().for_each(show);
    if let Some(next) = answer["next"].as_str() {
        say!("\nmore: --after {next}");
    }
    Ok(())
}

fn show(proposal: &Value) {
    let text = |name: &str| proposal[name].as_str().unwrap_or_default();
    say!(
        "{} {} {} {}, proposed by {}: {}",
        text("id"),
        text("state"),
        text("kind"),
        text("flow"),
        text("proposed_by"),
        text("reason")
    );
    for name in ["environment", "decided_by", "decision", "outcome"] {
        if !text(name).is_empty() {
            say!("  {name:<12} {}", text(name));
        }
    }
}
