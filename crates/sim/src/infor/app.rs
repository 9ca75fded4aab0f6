//! What all parts of one running sandbox share.

use super::auth::Auth;
use super::policy::Policy;
use super::world::World;
use super::{Config, seed};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::atomic::AtomicU64;

/// The tenant of the sandbox company, unless it is started with another.
pub const TENANT: &str = "SIM_TST";
/// A production tenant, which leads to the same company: for tests of guards, of foreign tokens, and
/// of live environments.
pub const PRODUCTION: &str = "SIM_PRD";

/// One sandbox.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub faults: Faults,
    pub journal: Journal,
    pub world: Mutex<World>,
    pub auth: Mutex<Auth>,
    pub policy: Mutex<Policy>,
    pub requests: AtomicU64,
}

impl App {
    pub fn new(config: Config) -> Self {
        let clock = config.start_s.map_or_else(Clock::live, Clock::manual);
        let world = seed::world(config.settings.clone(), clock.now_s());
        Self {
            faults: Faults::new(config.seed),
            journal: Journal::default(),
            world: Mutex::new(world),
            auth: Mutex::new(Auth::new(
                &[config.tenant.as_deref().unwrap_or(TENANT), PRODUCTION],
                config.seed,
            )),
            policy: Mutex::default(),
            requests: AtomicU64::new(0),
            clock,
            config,
        }
    }

    /// The tenant that is meant where none is named.
    pub fn tenant(&self) -> &str {
        self.config.tenant.as_deref().unwrap_or(TENANT)
    }

    /// All tenants that the gateway knows.
    pub fn tenants(&self) -> [&str; 2] {
        [self.tenant(), PRODUCTION]
    }

    /// A fresh company, journal and set of faults. Tokens stay, time goes on.
    pub fn reset(&self) {
        *self.world.lock() = seed::world(self.config.settings.clone(), self.clock.now_s());
        self.journal.clear();
        self.faults.clear();
        *self.policy.lock() = Policy::default();
    }

    /// The `.ionapi` file of `tenant`, with the newest secrets, for the sandbox at `base`.
    pub fn ionapi(&self, tenant: &str, base: &str) -> Value {
        let Some(keys) = self.auth.lock().newest(tenant) else {
            return Value::Null;
        };
        json!({
            "ti": tenant,
            "cn": "Sandbox app (fake keys, for the sandbox only)",
            "dt": "12",
            "ci": keys.ci,
            "cs": keys.cs,
            "iu": base,
            "pu": format!("{base}/{tenant}/as/"),
            "oa": "authorization.oauth2",
            "ot": "token.oauth2",
            "or": "revoke_token.oauth2",
            "saak": keys.saak,
            "sask": keys.sask,
            "ev": "SANDBOX",
            "v": "1.0",
        })
    }
}
