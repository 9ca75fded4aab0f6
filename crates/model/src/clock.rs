//! Time and randomness as values, so that a whole run can be replayed from a seed.

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Microseconds since 1970, UTC.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const MAX: Self = Self(i64::MAX);

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The one source of time. Real, or moved by hand in tests.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    Real,
    Manual(watch::Sender<Timestamp>),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self(Arc::new(Kind::Real))
    }

    /// Stands still at `start` until [`Clock::advance`].
    pub fn manual(start: Timestamp) -> Self {
        Self(Arc::new(Kind::Manual(watch::Sender::new(start))))
    }

    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::Manual(now) => *now.borrow(),
            Kind::Real => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the one place that reads the time"
                )]
                let now = std::time::SystemTime::now();
                let since = now
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(micros(since))
            }
        }
    }

    /// Moves a manual clock forward and wakes all that sleep until then.
    ///
    /// # Panics
    /// If this is the machine's clock.
    pub fn advance(&self, span: Duration) {
        match &*self.0 {
            Kind::Manual(now) => now.send_modify(|t| *t = t.plus(span)),
            Kind::Real => panic!("the machine's clock is not moved by hand"),
        }
    }

    /// Returns at or after `until`.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &*self.0 {
            Kind::Real => loop {
                let now = self.now();
                if now >= until {
                    return;
                }
                #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
                tokio::time::sleep(until.since(now).min(Duration::from_secs(3600))).await;
            },
            Kind::Manual(now) => {
                let mut now = now.subscribe();
                // The sender lives in `self`, which outlives this call.
                drop(now.wait_for(|t| *t >= until).await);
            }
        }
    }

    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now().plus(span)).await;
    }
}

/// Randomness for jitter and ids, from a seed.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<StdRng>>);

impl Entropy {
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A whole number from 0 up to, but without, `bound`; 0 if `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            0
        } else {
            self.0.lock().random_range(0..bound)
        }
    }
}
