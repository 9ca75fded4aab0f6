//! `towpath token`: what programs show to the API, worked on in the store itself.

use super::account::role;
use super::local::{WHO, account, all, store};
use crate::cli::Sources;
use clap::Subcommand;
use comfy_table::Table;
use model::Role;
use model::clock::Clock;
use model::ids::TokenId;
use std::process::ExitCode;
use std::time::Duration;
use store::{NewToken, Store, TokenRecord};

/// Personal API tokens. Works on the store itself, as the administrator of this machine.
#[derive(clap::Args)]
#[command(after_help = "\
A token is shown once. A program sends it as `Authorization: Bearer <token>`; these commands take it
from TOWPATH_TOKEN.

Examples:
  towpath token new --account ada@example.com --name 'nightly checks' --role viewer --days 90
  towpath token list
  towpath token revoke tok_000000000000A")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes a token and prints it.
    New {
        /// Whose: an account's id or mail address.
        #[arg(long)]
        account: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do at most; what its account may unless given.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// For how long it is in force; for ever unless given.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
    },
    /// Lists all tokens, without what they show.
    List,
    /// Takes a token out of force.
    Revoke {
        /// As the list has it.
        id: TokenId,
    },
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let store = store(sources).await?;
    let done = act(&store, args.what).await;
    store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(store: &Store, what: What) -> anyhow::Result<()> {
    let now = Clock::real().now();
    match what {
        What::List => list(store).await,
        What::Revoke { id } => {
            store.revoke_token(id, WHO, now).await?;
            say!("{id} is no longer accepted");
            Ok(())
        }
        What::New {
            account: given,
            name,
            role,
            days,
        } => {
            let account = account(store, &given).await?;
            let shown = vault::token::fresh(vault::token::API_PREFIX)?;
            let day = Duration::from_secs(24 * 3_600);
            let new = NewToken {
                account: account.id,
                name,
                role: role.unwrap_or(account.role).min(account.role),
                digest: vault::token::digest(&shown),
                expires_at: days.map(|days| now.plus(day * days)),
                who: WHO.into(),
                at: now,
            };
            let made = store.create_token(new).await?;
            eprintln!(
                "{} of {}, {}; shown only now:",
                made.id,
                account.name,
                made.role.as_str()
            );
            say!("{}", shown.expose());
            Ok(())
        }
    }
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let tokens = all(
        async |page| store.tokens(None, page).await,
        |t: &TokenRecord| t.id.0,
    )
    .await?;
    if tokens.is_empty() {
        say!("there are no tokens");
        return Ok(());
    }
    let now = Clock::real().now();
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["id", "account", "for", "role", ""]);
    for t in tokens {
        let state = match (t.revoked_at, t.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(at)) if now >= at => "expired",
            _ => "",
        };
        let id = t.id.to_string();
        table.add_row([&id, &t.account_name, &t.name, t.role.as_str(), state]);
    }
    say!("{table}");
    Ok(())
}
