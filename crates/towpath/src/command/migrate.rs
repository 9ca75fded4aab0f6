//! `towpath migrate`: the store's tables, brought up to date.

use crate::cli::{Sources, wrong_config};
use std::process::ExitCode;
use store::Store;

pub async fn run(sources: Sources) -> anyhow::Result<ExitCode> {
    let config = sources.config()?;
    let settings = config.store().map_err(|problem| wrong_config(&[problem]))?;
    let store = Store::open(settings).await?;
    let size = store.size().await?;
    store.close().await;
    say!("the store is up to date; it takes {} KiB", size / 1024);
    Ok(ExitCode::SUCCESS)
}
