//! What the processes of a bench are told.

use std::net::SocketAddr;

/// A program that takes deliveries.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[arg(long)]
    pub listen: SocketAddr,
    /// A SQLite file, or a `postgres://` address; its tables are there already.
    #[arg(long, default_value = "")]
    pub store: String,
    /// The address that effects are posted to. Without one, the bare program stores runs and does
    /// not work them.
    #[arg(long)]
    pub peer: Option<String>,
    /// Signs the deliveries.
    #[arg(long, default_value = SECRET)]
    pub secret: String,
}

/// How Towpath is run, beside [`Args`].
#[derive(Clone, Debug, clap::Args)]
pub struct UnderTest {
    #[command(flatten)]
    pub args: Args,
    /// The file of the master key.
    #[arg(long)]
    pub key: std::path::PathBuf,
    /// The peer's connection is paused.
    #[arg(long)]
    pub paused: bool,
    /// The peer's limits.
    #[arg(long, default_value_t = 1_000_000)]
    pub per_second: u32,
    #[arg(long, default_value_t = 1_024)]
    pub in_flight: usize,
    /// Instead of three effects, an `each` over so many items.
    #[arg(long)]
    pub items: Option<usize>,
}

/// A peer that takes effects.
#[derive(Clone, Debug, clap::Args)]
pub struct Peer {
    #[arg(long)]
    pub listen: SocketAddr,
    /// How long it takes for an answer.
    #[arg(long, default_value_t = 0)]
    pub delay_ms: u64,
}

/// A load generator.
#[derive(Clone, Debug, clap::Args)]
pub struct Load {
    #[arg(long)]
    pub target: SocketAddr,
    #[arg(long)]
    pub connections: usize,
    #[arg(long, default_value_t = 2.0)]
    pub seconds: f64,
    /// Deliveries at most.
    #[arg(long, default_value_t = 1_000_000)]
    pub count: u64,
    /// The number of the first delivery; ids ascend from here.
    #[arg(long)]
    pub first: u64,
    /// Deliveries a second, whether answers come or not; without it, each connection sends when it
    /// was answered.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Deliveries that are signed before the clock starts.
    #[arg(long, default_value_t = 20_000)]
    pub signed: u64,
    #[arg(long, default_value = SECRET)]
    pub secret: String,
}

/// The signing secret of all processes of a bench.
pub const SECRET: &str = "whsec_bench_0123456789abcdef0123456789";

/// Where deliveries go: environment `bench`, connection `stripe`.
pub const PATH: &str = "/hooks/bench/stripe/main";
