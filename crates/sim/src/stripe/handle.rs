//! A sandbox in this process, and what may be done to it without HTTP.

use super::api::{dispute, payout, webhook_endpoint};
use super::outbox::{Attempt, Mode};
use super::purchase::{self, Purchase, Purchased};
use super::shared::Shared;
use super::version::Version;
use super::{Config, admin, gateway, sender};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::server::{self, Running};
use axum::Router;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// A sandbox. Clones are the same sandbox.
#[derive(Clone)]
pub struct Stripe {
    shared: Arc<Shared>,
}

/// A sandbox that listens and sends. Stops when dropped.
pub struct Handle {
    stripe: Stripe,
    running: Running,
    sender: JoinHandle<()>,
}

impl Stripe {
    /// A sandbox that neither listens nor sends yet. Fails on an API version that is none.
    pub fn new(config: Config) -> io::Result<Self> {
        let version = Version::parse(&config.api_version)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "not an API version"))?;
        Ok(Self {
            shared: Arc::new(Shared::new(config, version)),
        })
    }

    /// A sandbox that listens on `addr` (loopback; port 0: the system chooses) and sends.
    pub async fn start(config: Config, addr: SocketAddr) -> io::Result<Handle> {
        let stripe = Self::new(config)?;
        let running = server::serve(addr, stripe.router()).await?;
        let sender = tokio::spawn(stripe.sender());
        Ok(Handle {
            stripe,
            running,
            sender,
        })
    }

    /// Every path of the sandbox.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(gateway::serve)
            .with_state(Arc::clone(&self.shared))
    }

    /// Sends webhook deliveries and keeps the clock going; to be spawned by who serves the router.
    pub fn sender(&self) -> impl Future<Output = ()> + Send + 'static {
        sender::run(Arc::clone(&self.shared))
    }

    /// Every request so far.
    pub fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    /// The planted faults.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The sandbox's clock. What is due happens at the next request or tick.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Moves the clock and takes every step that is then due.
    pub fn advance(&self, seconds: i64) {
        self.shared.clock.advance(seconds);
        self.shared.with(|_| ());
        self.shared.wake.notify_one();
    }

    /// Adds an endpoint for all events in the account's version; its id and secret.
    pub fn add_webhook_endpoint(&self, url: &str) -> (String, String) {
        self.shared
            .with(|state| webhook_endpoint::add(state, url, vec!["*".into()], None))
    }

    /// Sets how deliveries to an endpoint go wrong. Answers the new secret if one was rolled in,
    /// nothing if there is no such endpoint.
    pub fn set_webhook_mode(&self, endpoint: &str, mode: Mode) -> Option<Option<String>> {
        let roll = mode.roll_secret;
        self.shared.with(|state| {
            let secret = state.ids.secret("whsec_");
            let until = state.now + super::schedule::DAY;
            let endpoint = state.outbox.endpoint(endpoint)?;
            endpoint.mode = Mode {
                roll_secret: false,
                ..mode
            };
            if roll {
                endpoint.roll(secret, until);
                return Some(Some(endpoint.secret().to_owned()));
            }
            Some(None)
        })
    }

    /// A shopper buys. The error is production's body for a purchase that makes no sense.
    pub fn purchase(&self, purchase: &Purchase) -> Result<Purchased, Value> {
        self.shared
            .with(|state| purchase::run(state, purchase))
            .map_err(|error| Value::Object(error.body))
    }

    /// The cardholder disputes a charge; the dispute, or production's error body.
    pub fn dispute(&self, charge: &str, reason: &str, inquiry: bool) -> Result<Value, Value> {
        self.shared
            .with(|state| dispute::file(state, charge, reason, inquiry))
            .map_err(|error| Value::Object(error.body))
    }

    /// Pays out what is available in every currency, to arrive at once. The payouts' ids.
    pub fn run_payouts(&self) -> Vec<String> {
        self.shared.with(|state| payout::run(state, None, 0))
    }

    /// Sends an event again to every endpoint that wants it; whether there is such an event.
    pub fn resend(&self, event: &str) -> bool {
        self.shared.with(|state| {
            let Some(at) = state.event_index.get(event).copied() else {
                return false;
            };
            state.deliver(at, None);
            true
        }) && {
            self.shared.wake.notify_one();
            true
        }
    }

    /// Makes every waiting delivery due, then waits until none is due.
    pub async fn deliver_now(&self) {
        self.shared.with(|state| state.outbox.hurry(state.now));
        self.shared.wake.notify_one();
        self.settled().await;
    }

    /// Waits until no delivery is due or being sent. Those that wait for a later time of the
    /// clock (retries, shuffled ones) do not count; their number is the answer.
    pub async fn settled(&self) -> usize {
        loop {
            let ended = self.shared.idle.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            let (busy, later) = self.shared.with(|state| state.outbox.open(state.now));
            if busy == 0 {
                return later;
            }
            ended.await;
        }
    }

    /// Every delivery attempt, oldest first.
    pub fn deliveries(&self) -> Vec<Attempt> {
        self.shared
            .with(|state| state.outbox.log.iter().cloned().collect())
    }

    /// Counts and balances.
    pub fn state(&self) -> Value {
        self.shared.with(|state| admin::summary(state))
    }

    /// Forgets everything and starts again from `seed`.
    pub fn reset(&self, seed: u64) {
        self.shared.reset(seed);
    }
}

impl Handle {
    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> String {
        self.running.url()
    }
}

impl Deref for Handle {
    type Target = Stripe;

    fn deref(&self) -> &Stripe {
        &self.stripe
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.sender.abort();
    }
}
