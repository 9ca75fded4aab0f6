//! The gate before a connection: a token bucket, a limit on calls in flight, and the pause.

use model::Timestamp;
use model::clock::Clock;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a connection allows. A peer that answers 429 all the same halves the rate for a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub per_second: u32,
    pub in_flight: usize,
}

impl Default for Limits {
    /// Five requests a second and four in flight: far below Infor's published tier limits.
    fn default() -> Self {
        Self {
            per_second: 5,
            in_flight: 4,
        }
    }
}

/// One connection's gate.
pub struct Gate {
    clock: Clock,
    limits: Limits,
    bucket: Mutex<Bucket>,
    flights: Arc<Semaphore>,
    paused: Mutex<Option<Pause>>,
    /// When the peer last did what it was asked, since this gate was made.
    succeeded_at: Mutex<Option<Timestamp>>,
}

struct Bucket {
    /// Micro-tokens: a call takes a million.
    level: i64,
    filled_at: Timestamp,
    slow_until: Timestamp,
}

/// Why and since when nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub cause: String,
    pub since: Timestamp,
}

const TOKEN: i64 = 1_000_000;
const SLOW_FOR: Duration = Duration::from_secs(60);

impl Gate {
    pub fn new(clock: Clock, limits: Limits) -> Self {
        let bucket = Bucket {
            level: i64::from(limits.per_second) * TOKEN,
            filled_at: clock.now(),
            slow_until: Timestamp::default(),
        };
        Self {
            flights: Arc::new(Semaphore::new(limits.in_flight.max(1))),
            clock,
            limits,
            bucket: Mutex::new(bucket),
            paused: Mutex::new(None),
            succeeded_at: Mutex::new(None),
        }
    }

    /// Passes at once, or `None`: the caller first makes durable what it has, then waits.
    pub fn try_pass(&self) -> Option<OwnedSemaphorePermit> {
        if self.is_paused() {
            return None;
        }
        let permit = Arc::clone(&self.flights).try_acquire_owned().ok()?;
        self.take_token().is_none().then_some(permit)
    }

    /// Waits for its turn; `Err` while the connection is paused.
    pub async fn pass(&self) -> Result<OwnedSemaphorePermit, Pause> {
        if let Some(pause) = self.pause() {
            return Err(pause);
        }
        let Ok(permit) = Arc::clone(&self.flights).acquire_owned().await else {
            unreachable!("the gate's semaphore is never closed");
        };
        while let Some(wait) = self.take_token() {
            self.clock.sleep(wait).await;
        }
        match self.pause() {
            Some(pause) => Err(pause),
            None => Ok(permit),
        }
    }

    /// Takes a token, or says how long until there is one.
    fn take_token(&self) -> Option<Duration> {
        let now = self.clock.now();
        let mut bucket = self.bucket.lock();
        let rate = i64::from(self.limits.per_second.max(1));
        let rate = if now < bucket.slow_until {
            (rate / 2).max(1)
        } else {
            rate
        };
        let gone = i64::try_from(now.since(bucket.filled_at).as_micros()).unwrap_or(i64::MAX);
        let full = i64::from(self.limits.per_second.max(1)) * TOKEN;
        // One second fills the bucket: microseconds times tokens a second are micro-tokens.
        bucket.level = bucket
            .level
            .saturating_add(gone.saturating_mul(rate))
            .min(full);
        bucket.filled_at = now;
        if bucket.level >= TOKEN {
            bucket.level -= TOKEN;
            return None;
        }
        let missing = u64::try_from(TOKEN - bucket.level).unwrap_or(0);
        Some(Duration::from_micros(
            missing / u64::try_from(rate).unwrap_or(1) + 1,
        ))
    }

    /// The peer said that there were too many.
    pub fn slow_down(&self) {
        let mut bucket = self.bucket.lock();
        bucket.slow_until = self.clock.now().plus(SLOW_FOR);
        bucket.level = 0;
    }

    /// The peer did what it was asked.
    pub fn succeeded(&self) {
        *self.succeeded_at.lock() = Some(self.clock.now());
    }

    /// When the peer last did what it was asked; none since the server started, or since the
    /// connection was changed.
    pub fn succeeded_at(&self) -> Option<Timestamp> {
        *self.succeeded_at.lock()
    }

    pub fn close(&self, pause: Pause) {
        *self.paused.lock() = Some(pause);
    }

    /// Opens again; returns the pause that ended.
    pub fn open(&self) -> Option<Pause> {
        self.paused.lock().take()
    }

    pub fn is_paused(&self) -> bool {
        self.paused.lock().is_some()
    }

    pub fn pause(&self) -> Option<Pause> {
        self.paused.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_through_what_is_allowed_and_refills_with_time() {
        let clock = Clock::manual(Timestamp::from_seconds(1));
        let gate = Gate::new(
            clock.clone(),
            Limits {
                per_second: 2,
                in_flight: 100,
            },
        );
        let passed = |n: usize| (0..n).filter(|_| gate.try_pass().is_some()).count();
        assert_eq!(passed(5), 2);
        clock.advance(Duration::from_millis(500));
        assert_eq!(passed(5), 1);
        gate.slow_down();
        clock.advance(Duration::from_secs(1));
        assert_eq!(passed(5), 1);
        clock.advance(Duration::from_secs(120));
        assert_eq!(passed(5), 2, "the bucket holds one second's worth");
    }

    #[test]
    fn limits_what_is_in_flight_and_stops_when_paused() {
        let clock = Clock::manual(Timestamp::default());
        let gate = Gate::new(
            clock,
            Limits {
                per_second: 100,
                in_flight: 1,
            },
        );
        let first = gate.try_pass();
        assert!(first.is_some() && gate.try_pass().is_none());
        drop(first);
        gate.close(Pause {
            cause: "refused".into(),
            since: Timestamp::default(),
        });
        assert!(gate.try_pass().is_none());
        assert_eq!(gate.open().map(|p| p.cause), Some("refused".into()));
        assert!(gate.try_pass().is_some());
    }
}
