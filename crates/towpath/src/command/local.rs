//! The store itself, for who runs this machine: without a server, and without signing in.

use crate::cli::{Sources, wrong_config};
use anyhow::{Context, bail};
use model::Secret;
use model::ids::AccountId;
use std::io::{IsTerminal, Read};
use std::path::Path;
use store::{AccountRecord, Page, Store};

/// What the audit trail calls who does it.
pub const WHO: &str = "console";

/// The longest line that is read as a password.
const LINE_MAX: u64 = 4_096;

/// Opens the store of the configuration.
pub async fn store(sources: Sources) -> anyhow::Result<Store> {
    let config = sources.config()?;
    let settings = config.store().map_err(|problem| wrong_config(&[problem]))?;
    Store::open(settings).await.context(
        "this works on the store itself: with SQLite, end the server first, or use the web app",
    )
}

/// The account that an id or a mail address names.
pub async fn account(store: &Store, given: &str) -> anyhow::Result<AccountRecord> {
    if let Ok(id) = given.parse::<AccountId>() {
        return Ok(store.account(id).await?);
    }
    let found = store.account_by_email(given).await?;
    let (account, _) = found.with_context(|| format!("there is no account `{given}`"))?;
    Ok(account)
}

/// All pages of a list.
pub async fn all<T>(
    mut page: impl AsyncFnMut(Page) -> store::Result<Vec<T>>,
    id: impl Fn(&T) -> i64,
) -> anyhow::Result<Vec<T>> {
    const ROWS: i64 = 200;
    let mut found: Vec<T> = Vec::new();
    loop {
        let seek = Page {
            after: found.last().map(&id),
            limit: ROWS,
        };
        let rows = page(seek).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(ROWS) < ROWS;
        found.extend(rows);
        if is_last {
            return Ok(found);
        }
    }
}

/// A new password: from a file, from the terminal without showing it, or the first line of the
/// input; never from the command line, where every process could read it.
pub fn new_password(file: Option<&Path>) -> anyhow::Result<Secret> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("read the password file `{}`", file.display()))?;
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    if std::io::stdin().is_terminal() {
        let ask = |prompt: &str| rpassword::prompt_password(prompt).map(Secret::new);
        let first = ask("New password: ").context("read the password")?;
        if first != ask("The same again: ").context("read the password")? {
            bail!("the two are not the same");
        }
        return Ok(first);
    }
    let mut text = String::new();
    let mut input = std::io::stdin().take(LINE_MAX);
    input
        .read_to_string(&mut text)
        .context("read the password")?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}
