//! `towpath sandbox`: a Stripe, an Infor or a mail server of one's own.

use super::asked_to_end;
use anyhow::Context;
use clap::Subcommand;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs a sandbox until Ctrl-C.
#[derive(clap::Args)]
#[command(after_help = "\
A sandbox has production's paths, errors and manners, listens on this machine only and keeps \
everything in memory. The same seed gives the same ids. Faults are planted by its admin API under \
/__sim/.

Examples:
  towpath sandbox stripe --port 4010 --webhook http://127.0.0.1:8700/hooks/test/stripe/main
  towpath sandbox infor --port 4020 --ionapi sandbox.ionapi
  towpath sandbox mail --smtp-port 4025 --port 4030
  stripe trigger charge.succeeded --api-base http://127.0.0.1:4010")]
pub struct Args {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// A sandbox Stripe: one account, signed webhooks.
    Stripe(StripeArgs),
    /// A sandbox Infor: an ION API gateway with one M3 company behind it.
    Infor(InforArgs),
    /// A sandbox mail server: takes every message by SMTP, delivers none, shows them on a page.
    Mail(MailArgs),
}

#[derive(clap::Args)]
struct StripeArgs {
    /// The port; 0 lets the system choose.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// Ids, secrets and random faults follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sends all events there; its signing secret is printed.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
}

#[derive(clap::Args)]
struct InforArgs {
    /// The port; 0 lets the system choose.
    #[arg(long, default_value_t = 4020)]
    port: u16,
    /// Tokens and random faults follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes the tenant's `.ionapi` file there instead of printing it.
    #[arg(long, value_name = "FILE")]
    ionapi: Option<PathBuf>,
}

#[derive(clap::Args)]
struct MailArgs {
    /// The port of SMTP, without TLS or sign-in; 0 lets the system choose.
    #[arg(long, default_value_t = 4025)]
    smtp_port: u16,
    /// The port of the page; 0 lets the system choose.
    #[arg(long, default_value_t = 4030)]
    port: u16,
}

pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.which {
        Which::Stripe(args) => stripe(args).await?,
        Which::Infor(args) => infor(args).await?,
        Which::Mail(args) => mail(args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn here(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

async fn stripe(args: StripeArgs) -> anyhow::Result<()> {
    let config = sim::stripe::Config {
        seed: args.seed,
        ..Default::default()
    };
    let sandbox = sim::stripe::Stripe::start(config, here(args.port))
        .await
        .with_context(|| format!("listen on port {}", args.port))?;
    say!("sandbox Stripe  {}", sandbox.url());
    say!("shop            {}/_sandbox/shop", sandbox.url());
    if let Some(account) = sandbox.state()["account"].as_str() {
        say!("account         {account}");
    }
    say!("secret key      {}", sim::stripe::DEFAULT_KEY);
    if let Some(url) = &args.webhook {
        let (_, secret) = sandbox.add_webhook_endpoint(url);
        say!("webhook secret  {secret}");
    }
    asked_to_end().await
}

async fn infor(args: InforArgs) -> anyhow::Result<()> {
    let config = sim::infor::Config {
        seed: args.seed,
        ..Default::default()
    };
    let sandbox = sim::infor::Infor::start(config, here(args.port))
        .await
        .with_context(|| format!("listen on port {}", args.port))?;
    say!("sandbox Infor  {}", sandbox.url());
    say!("books          {}/_sandbox/books", sandbox.url());
    let ionapi = serde_json::to_string_pretty(&sandbox.ionapi())?;
    match &args.ionapi {
        Some(file) => {
            std::fs::write(file, ionapi).with_context(|| format!("write `{}`", file.display()))?;
            say!(".ionapi file   {}", file.display());
        }
        None => say!("{ionapi}"),
    }
    asked_to_end().await
}

async fn mail(args: MailArgs) -> anyhow::Result<()> {
    let (smtp, page) = (args.smtp_port, args.port);
    let sandbox = sim::mail::start(here(smtp), here(page))
        .await
        .with_context(|| format!("listen on ports {smtp} and {page}"))?;
    say!("sandbox mail  {}", sandbox.url());
    say!("SMTP          {}", sandbox.smtp());
    asked_to_end().await
}
