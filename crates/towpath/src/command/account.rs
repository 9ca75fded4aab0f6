//! `towpath account`: who may sign in, worked on in the store itself.

use super::local::{WHO, account, all, new_password, store};
use crate::cli::Sources;
use clap::Subcommand;
use comfy_table::Table;
use model::account::{check_email, check_name};
use model::clock::Clock;
use model::{Role, Secret};
use std::path::PathBuf;
use std::process::ExitCode;
use store::{AccountRecord, ChangeAccount, NewAccount, Store};

/// Who may sign in. Works on the store itself, as the administrator of this machine.
#[derive(clap::Args)]
#[command(after_help = "\
The password is asked for, or is the first line of the input; never part of the command line.

Examples:
  towpath account new --name 'Ada Lovelace' --email ada@example.com --role admin
  towpath account list
  towpath account password ada@example.com
  towpath account disable ada@example.com")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes an account.
    New {
        /// As it stands in the audit trail.
        #[arg(long)]
        name: String,
        /// What it signs in with.
        #[arg(long)]
        email: String,
        /// viewer, operator, editor, approver or admin: each may do what those before it may.
        #[arg(long, value_parser = role)]
        role: Role,
        /// A file whose content is the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Lists all accounts.
    List,
    /// Keeps somebody out: the sessions end, the tokens are no longer accepted.
    Disable {
        /// Its id or its mail address.
        account: String,
    },
    /// Lets somebody in again.
    Enable {
        /// Its id or its mail address.
        account: String,
    },
    /// Gives an account another role.
    Role {
        /// Its id or its mail address.
        account: String,
        /// viewer, operator, editor, approver or admin.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Gives an account a new password; its sessions end.
    Password {
        /// Its id or its mail address.
        account: String,
        /// A file whose content is the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

/// A role, as clap reads it.
pub fn role(text: &str) -> Result<Role, String> {
    text.parse()
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let store = store(sources).await?;
    let done = act(&store, args.what).await;
    store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(store: &Store, what: What) -> anyhow::Result<()> {
    match what {
        What::List => list(store).await,
        What::New {
            name,
            email,
            role,
            password_file,
        } => {
            check_name("--name", &name).map_err(|p| anyhow::anyhow!("{p}"))?;
            check_email("--email", &email).map_err(|p| anyhow::anyhow!("{p}"))?;
            let new = NewAccount {
                name,
                email,
                role,
                password: vault::password::hash(&new_password(password_file.as_deref())?)?,
                only_first: false,
                who: WHO.into(),
                at: Clock::real().now(),
            };
            let id = store.create_account(new).await?;
            show(&store.account(id).await?);
            Ok(())
        }
        What::Disable { account } => set(store, &account, None, None, Some(true)).await,
        What::Enable { account } => set(store, &account, None, None, Some(false)).await,
        What::Role { account, role } => set(store, &account, Some(role), None, None).await,
        What::Password {
            account,
            password_file,
        } => {
            let hash = vault::password::hash(&new_password(password_file.as_deref())?)?;
            set(store, &account, None, Some(hash), None).await
        }
    }
}

async fn set(
    store: &Store,
    given: &str,
    role: Option<Role>,
    password: Option<Secret>,
    disabled: Option<bool>,
) -> anyhow::Result<()> {
    let found = account(store, given).await?;
    let change = ChangeAccount {
        id: found.id,
        expected: Some(found.revision),
        name: None,
        email: None,
        role,
        password,
        disabled,
        who: WHO.into(),
        at: Clock::real().now(),
    };
    store.change_account(change).await?;
    show(&store.account(found.id).await?);
    Ok(())
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let accounts = all(
        async |page| store.accounts(page).await,
        |a: &AccountRecord| a.id.0,
    )
    .await?;
    if accounts.is_empty() {
        say!("there are no accounts; `towpath account new` makes the first");
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["id", "name", "mail address", "role", ""]);
    for a in accounts {
        let state = if a.disabled { "disabled" } else { "" };
        table.add_row([&a.id.to_string(), &a.name, &a.email, a.role.as_str(), state]);
    }
    say!("{table}");
    Ok(())
}

fn show(account: &AccountRecord) {
    let state = if account.disabled { ", disabled" } else { "" };
    say!(
        "{} {} <{}> {}{state}",
        account.id,
        account.name,
        account.email,
        account.role.as_str()
    );
}
