//! A sandbox's own time: real time plus whatever an administrator added, or wholly by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, UTC. Moves by itself unless it was made by [`Clock::manual`].
pub struct Clock {
    offset_s: AtomicI64,
    manual: bool,
}

impl Clock {
    /// Follows the machine's clock, plus what [`Clock::advance`] adds.
    pub fn live() -> Self {
        Self {
            offset_s: AtomicI64::new(0),
            manual: false,
        }
    }

    /// Stands still at `start_s` until advanced.
    pub fn manual(start_s: i64) -> Self {
        Self {
            offset_s: AtomicI64::new(start_s),
            manual: true,
        }
    }

    /// Now, in unix seconds.
    pub fn now_s(&self) -> i64 {
        let offset = self.offset_s.load(Ordering::SeqCst);
        if self.manual {
            return offset;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place of this crate that reads the machine's clock"
        )]
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs());
        i64::try_from(real).unwrap_or(i64::MAX) + offset
    }

    /// Moves time forward by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.offset_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Moves time to `to_s` if that is later than now.
    pub fn set(&self, to_s: i64) {
        let ahead = to_s - self.now_s();
        if ahead > 0 {
            self.advance(ahead);
        }
    }
}
