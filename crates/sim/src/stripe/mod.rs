//! The sandbox Stripe: production's API over HTTP on loopback, with money that adds up, signed
//! webhooks, its own clock, planted faults and a journal.
//!
//! One mutex guards all state ([`state`]); a request is read and answered by [`gateway`], found in
//! the table of [`operation`], checked by [`param`] and run by a file of [`api`]. What happens by
//! the clock is in [`schedule`]; events leave through [`outbox`] and [`sender`]; administrators
//! come in by [`admin`]. Serves one account in one mode, API versions from basil to endive.

mod admin;
mod api;
mod asked;
mod collection;
mod currency;
mod error;
mod event;
mod expand;
mod fee;
mod form;
mod fx;
mod gateway;
mod handle;
mod idempotency;
mod ids;
mod key;
mod ledger;
mod limit;
mod list;
mod magic;
mod operation;
mod outbox;
mod param;
mod purchase;
mod reply;
mod schedule;
mod sender;
mod shared;
mod shop;
mod signature;
mod state;
mod version;

pub use handle::{Handle, Stripe};
pub use outbox::{Attempt, Mode};
pub use purchase::{Item, Purchase, Purchased};
pub use state::Settings;

use crate::clock::Clock;
use std::sync::Arc;

/// The key that a sandbox knows unless told otherwise.
pub const DEFAULT_KEY: &str = "sk_test_sandbox00000000000000000000000000";
/// The account's API version: the official CLI sends none and parameters of this one.
pub const DEFAULT_VERSION: &str = "2025-08-27.basil";

/// How a sandbox begins.
#[derive(Clone)]
pub struct Config {
    /// Ids, secrets and random faults follow from it.
    pub seed: u64,
    pub secret_keys: Vec<String>,
    pub live: bool,
    pub clock: Arc<Clock>,
    /// The account's API version, for requests and endpoints that name none.
    pub api_version: String,
    /// Deliveries on their way to one endpoint at a time; 1 keeps the order of events.
    pub webhook_concurrency: usize,
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            secret_keys: vec![DEFAULT_KEY.to_owned()],
            live: false,
            clock: Arc::new(Clock::live()),
            api_version: DEFAULT_VERSION.to_owned(),
            webhook_concurrency: 1,
            settings: Settings::default(),
        }
    }
}

/// Shows no key.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("seed", &self.seed)
            .field("secret_keys", &self.secret_keys.len())
            .field("live", &self.live)
            .field("api_version", &self.api_version)
            .finish_non_exhaustive()
    }
}
