//! What the servers, the sender and the handles of one sandbox share.

use super::Config;
use super::key::Keys;
use super::limit::Limits;
use super::state::State;
use super::version::Version;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::Notify;

pub struct Shared {
    pub config: Config,
    pub clock: Arc<Clock>,
    pub faults: Faults,
    pub journal: Journal,
    pub limits: Mutex<Limits>,
    /// Numbers HTTP requests for the journal.
    pub requests: AtomicU64,
    /// Something may be due.
    pub wake: Notify,
    /// A delivery ended.
    pub idle: Notify,
    state: Mutex<State>,
}

impl Shared {
    pub fn new(config: Config, version: Version) -> Self {
        let clock = Arc::clone(&config.clock);
        let state = fresh(&config, config.seed, version, clock.now_s());
        Self {
            faults: Faults::new(config.seed),
            config,
            clock,
            journal: Journal::default(),
            limits: Mutex::new(Limits::default()),
            requests: AtomicU64::new(0),
            wake: Notify::new(),
            idle: Notify::new(),
            state: Mutex::new(state),
        }
    }

    /// Runs `f` on the state as of now.
    pub fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let before = state.events.len();
        let now = self.clock.now_s();
        state.catch_up(now);
        let result = f(&mut state);
        let grew = state.events.len() > before;
        drop(state);
        if grew {
            self.wake.notify_one();
        }
        result
    }

    /// Forgets everything and starts again from `seed`.
    pub fn reset(&self, seed: u64) {
        let mut state = self.state.lock();
        let version = state.version.clone();
        *state = fresh(&self.config, seed, version, self.clock.now_s());
        self.faults.clear();
        self.journal.clear();
        *self.limits.lock() = Limits::default();
    }
}

fn fresh(config: &Config, seed: u64, version: Version, now: i64) -> State {
    let keys = Keys::new(&config.secret_keys);
    let mut state = State::new(seed, config.live, version, keys, now);
    state.settings = config.settings.clone();
    state
}
