//! The log: to standard error, as text for people or JSON for machines.

use crate::config::log::{Format, LogConfig};
use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging as configured.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter: EnvFilter = config
        .filter
        .parse()
        .with_context(|| format!("log.filter: `{}` is no filter", config.filter))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.format {
        Format::Text => log.try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("start the log: {error}"))
}
