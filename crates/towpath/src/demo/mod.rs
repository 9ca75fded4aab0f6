//! `towpath demo`: the main job on the sandboxes, played in front of the reader.
//!
//! A shop sells, Stripe tells, Towpath books in Infor, Infor invoices and posts, a payout arrives at
//! the bank; things go wrong on purpose, are repaired and replayed; and at the end the books must
//! tie, or the demo fails.

mod proof;
mod report;
mod shop;
mod world;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use model::RunState;
use std::time::Duration;
use world::World;

/// How `towpath demo` is called.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End after the table instead of serving on until Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Keep the data here instead of in a temporary folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<std::path::PathBuf>,
    /// The sandboxes' seed: the same seed, the same ids.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What is logged besides.
    #[arg(long, value_name = "FILTER", default_value = "off")]
    log_filter: String,
    /// Run on this PostgreSQL database instead of a SQLite file.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

/// Plays the demo.
pub async fn run(args: Args) -> Result<()> {
    // What goes wrong on purpose is told by the demo itself; defects are logged.
    crate::log::start(&crate::config::log::LogConfig {
        format: crate::config::log::Format::Text,
        filter: args.log_filter.clone(),
    })?;
    let mut world = World::start(&args).await?;
    say!("Towpath demo: everything below runs on this machine, against sandboxes.");
    say!("  sandbox Stripe  {}", world.sandboxes.stripe.url());
    say!(
        "    its shop      {}/_sandbox/shop",
        world.sandboxes.stripe.url()
    );
    say!("  sandbox Infor   {}", world.sandboxes.infor.url());
    say!(
        "    its books     {}/_sandbox/books",
        world.sandboxes.infor.url()
    );
    say!("  sandbox mail    {}", world.sandboxes.mail.url());
    say!("  towpath         {}", world.url());
    say!("No live Stripe account and no live Infor tenant was ever reached by this project.\n");

    let bought = purchases(&world).await?;
    work(&world, "orders and entries").await?;

    say!("\nTowpath is stopped and started again; Stripe repeats a delivery from before.");
    world.restart().await?;
    let late = shop::repeat_first_delivery(&world).await?;
    work(&world, "after the restart").await?;

    say!("Part of one purchase is refunded and all of another; one customer disputes a charge.");
    shop::refund(&world, &bought, "to be refunded in part", Some(1_500)).await?;
    shop::refund(&world, &bought, "to be refunded whole", None).await?;
    work(&world, "refunds").await?;

    say!("Infor delivers and invoices; the invoices are paid out of the deposits.");
    invoice(&world).await?;

    say!("Another part of the first is refunded, now after its invoice.");
    shop::refund(&world, &bought, "to be refunded in part", Some(1_000)).await?;
    work(&world, "refund").await?;

    say!("Stripe pays out; one payout fails and its money comes with the next.");
    let payouts = shop::pay_out(&world).await?;
    work(&world, "payouts").await?;
    post(&world).await?;

    report::dead_letters(&world).await?;
    say!("Both lookup rows are corrected and the dead letters replayed.");
    shop::repair(&world).await?;
    work(&world, "replayed").await?;
    invoice(&world).await?;
    post(&world).await?;

    // What no delivery brought is fetched from Stripe's own list.
    let missing = world.engine.sweep().await?;
    work(&world, "compared with Stripe's list").await?;

    report::journey(&world, &bought).await?;
    report::documents(&world, &bought).await?;
    report::payouts(&world, &payouts).await?;
    report::retried(&world).await?;
    report::dead_letters(&world).await?;
    say!(
        "A duplicate and a late duplicate were taken and counted: {late} deliveries of one event."
    );
    say!("Stripe's own list was compared: {missing} events had not been delivered.");
    let failures = proof::check(&world, &bought).await?;
    if !failures.is_empty() {
        bail!("the books do not tie:\n  {}", failures.join("\n  "));
    }
    say!("\nEvery cent is explained.");
    if args.once {
        world.stop().await;
        return Ok(());
    }
    say!(
        "\nServing on. {} has the API under /api/v1; end with Ctrl-C.",
        world.url()
    );
    world.serve_on().await
}

async fn purchases(world: &World) -> Result<Vec<shop::Bought>> {
    let basket = shop::basket();
    let bar = bar("purchases", u64::try_from(basket.len()).unwrap_or(0));
    let mut bought = Vec::new();
    for sale in basket {
        bought.push(shop::buy(world, sale).await?);
        bar.inc(1);
    }
    shop::duplicate_first_delivery(world).await?;
    bar.finish();
    Ok(bought)
}

/// Infor invoices what is due, Towpath pays the invoices, Infor's job posts, the vouchers are read
/// back.
async fn invoice(world: &World) -> Result<()> {
    world.sandboxes.infor.advance(4 * 3600);
    world.sandboxes.infor.invoice_all();
    work(world, "invoices").await?;
    post(world).await
}

async fn post(world: &World) -> Result<()> {
    world.sandboxes.infor.run_jobs();
    work(world, "vouchers read back").await
}

/// Lets Towpath work until nothing changes any more: all runs ended, or waiting for something that
/// only the next act brings.
async fn work(world: &World, what: &str) -> Result<()> {
    let bar = bar(what, 1);
    let mut quiet = 0;
    for _ in 0..600 {
        world.sandboxes.stripe.settled().await;
        let came = world.engine.watch().await;
        world.engine.settled().await;
        let counts = world.engine.store().counts().await.context("counts")?;
        let open = [RunState::Ready, RunState::Running, RunState::Retry];
        let open: i64 = open.into_iter().map(|s| counts.runs_in(s)).sum();
        let ended: i64 = counts
            .runs
            .iter()
            .filter(|(s, _)| !s.is_live())
            .map(|(_, n)| n)
            .sum();
        bar.set_length(u64::try_from(open + ended).unwrap_or(0).max(1));
        bar.set_position(u64::try_from(ended).unwrap_or(0));
        let waits_for_the_bank =
            counts.runs_in(RunState::Retry) > 0 && world.only_the_bank().await?;
        quiet = if came == 0 && (open == 0 || waits_for_the_bank) {
            quiet + 1
        } else {
            0
        };
        if quiet >= 2 {
            bar.finish();
            return Ok(());
        }
        world.engine.clock().sleep(Duration::from_millis(100)).await;
    }
    bar.abandon();
    bail!("{what}: Towpath still works after a minute")
}

fn bar(what: &str, length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("  {msg:<22} {bar:30} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}
