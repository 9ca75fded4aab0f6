//! `towpath serve`: the whole program.

use super::asked_to_end;
use crate::cli::{Sources, wrong_config};
use crate::config::Config;
use crate::connectors::REGISTRY;
use crate::guide::Guide;
use anyhow::Context;
use connector::http::Http;
use engine::{Engine, Parts, Setup, Watching};
use model::clock::{Clock, Entropy};
use server::Server;
use std::hash::{BuildHasher, Hasher};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use store::Store;

/// Takes webhooks, works them, and answers the API.
#[derive(clap::Args)]
#[command(after_help = "\
Ends on Ctrl-C or SIGTERM: takes nothing new, brings what it does to the next durable point, and \
leaves the rest for the next start.

Examples:
  towpath serve
  towpath serve --config /etc/towpath/towpath.toml --listen 0.0.0.0:8700
  TOWPATH__LOG__FORMAT=json towpath serve")]
pub struct Args {
    /// Where to listen; port 0 lets the system choose.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let listen = args.listen.map(|address| address.to_string());
    let config = sources.with("--listen", "server.listen", listen).config()?;
    let setup = config.setup().map_err(|problems| wrong_config(&problems))?;
    crate::log::start(&config.log)?;
    let (engine, server) = start(&config, setup).await?;
    tracing::info!(url = server.url(), "listening");
    if let Some(code) = server.setup_code() {
        // Not to the log: whoever reads that may not make an administrator.
        eprintln!(
            "There are no accounts yet. Setup code for the first: {}",
            code.expose()
        );
    }
    if engine.catalog().environments().is_empty() {
        tracing::warn!(
            "there is no environment yet: {}/start begins, or make one with `towpath env new`",
            server.url()
        );
    }
    asked_to_end().await?;
    tracing::info!("ending: what is under way comes to its next durable point");
    tokio::select! {
        () = stop(engine, server) => tracing::info!("ended"),
        asked = asked_to_end() => {
            asked?;
            tracing::warn!("asked twice: ended at once; the next start goes on from the store");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn start(config: &Config, setup: Setup) -> anyhow::Result<(Engine, Server)> {
    let in_order = |problem| wrong_config(&[problem]);
    let store = Store::open(config.store().map_err(in_order)?).await?;
    let parts = Parts {
        store,
        registry: REGISTRY,
        clock: Clock::real(),
        entropy: Entropy::seeded(random()),
        options: config.options(),
        master: config.master_key().map_err(in_order)?,
        http: Http::new()?,
    };
    let engine = Engine::start(parts, setup, Watching::ByItself)
        .await
        .context("put the configuration in force")?;
    let settings = server::Settings {
        listen: config.server.listen,
        api_token: config.api_token().map_err(in_order)?,
        guide: Some(Arc::new(Guide::default())),
    };
    let server = Server::start(engine.clone(), &settings).await?;
    Ok((engine, server))
}

async fn stop(engine: Engine, server: Server) {
    server.shutdown().await;
    engine.shutdown().await;
    engine.store().close().await;
}

/// A number that differs at each start, for jitter; nothing secret depends on it.
fn random() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
