//! Compares Towpath with bare programs that do the same work by hand, side by side on this machine.
//!
//! `bench run` starts everything else as processes of its own: the baselines ([`bare_http`],
//! [`bare_program`]), Towpath ([`under_test`]), a fast [`peer`] and a [`load`] generator. Each
//! measurement is a *pair*: baseline and Towpath next to each other in time, each on a fresh store.
//! Only ratios are judged, by the unfavourable end of their 95 % interval; absolute numbers are of
//! this machine at this hour. Everything listens on loopback and is bounded in count and time.

#![expect(
    clippy::float_arithmetic,
    reason = "statistics of times; no amount of money is here"
)]

#[rustfmt::skip] // Its digest is in every report: formatting must not change it.
mod bare_program;
mod bare_http;
mod connector;
mod control;
mod delivery;
mod growth;
mod ingest;
mod load;
mod peer;
mod place;
mod prefill;
mod process;
mod report;
mod role;
mod runs;
mod statistics;
mod under_test;

use clap::{Parser, Subcommand, ValueEnum};
use place::Kind;
use std::path::PathBuf;

/// The product's own allocator, for every program that is compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Measures, prints tables and writes the report.
    Run(Plan),
    /// Baseline 1: signature check, nothing stored.
    BareHttp(role::Args),
    /// Baseline 2: the same work by hand.
    BareProgram(role::Args),
    /// Towpath.
    UnderTest(role::UnderTest),
    /// The peer.
    Peer(role::Peer),
    /// The load generator.
    Load(role::Load),
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Signed POST to acknowledged.
    A,
    /// Runs of three effects.
    B,
    /// Memory, start, growth.
    C,
    /// Transactions and requests per order.
    D,
}

/// How much is measured.
#[derive(Clone, Debug, clap::Args)]
struct Plan {
    /// A few short pairs: to see that it works, not to judge.
    #[arg(long)]
    quick: bool,
    /// Only this part.
    #[arg(long)]
    only: Option<Part>,
    /// Pairs per measurement; 10, or 3 if quick.
    #[arg(long)]
    pairs: Option<usize>,
    /// Only this store.
    #[arg(long)]
    store: Option<Kind>,
    /// Where `report.json` and the stores go.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
}

impl Plan {
    fn pairs(&self) -> usize {
        self.pairs
            .unwrap_or(if self.quick { 3 } else { 10 })
            .clamp(1, 100)
    }

    fn has(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    /// Seconds of one load.
    fn seconds(&self) -> f64 {
        if self.quick { 0.8 } else { 2.0 }
    }
}

fn main() -> anyhow::Result<()> {
    let role = Cli::parse().role;
    let mut runtime = match role {
        // One core's worth: the programs that are compared need the others.
        Role::Load(_) | Role::Peer(_) => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(async {
        match role {
            Role::Run(plan) => report::run(&plan).await,
            Role::BareHttp(args) => bare_http::serve(args).await,
            Role::BareProgram(args) => bare_program::serve(args).await,
            Role::UnderTest(role) => under_test::serve(role).await,
            Role::Peer(role) => peer::serve(role).await,
            Role::Load(role) => load::generate(role).await,
        }
    })
}
