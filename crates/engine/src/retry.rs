//! When a failed call is tried again.

use model::clock::Entropy;
use model::{Fault, Timestamp};
use std::time::Duration;

/// How transient failures are repeated: exponential backoff with full jitter, without a limit on
/// tries, until the span is over. The clock of the span stands still while the connection is
/// paused, so that an ERP's nightly window does not empty the queue into the dead letters.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    pub first: Duration,
    pub longest: Duration,
    /// How long after the first failure the run is given up.
    pub span: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            longest: Duration::from_secs(15 * 60),
            span: Duration::from_secs(72 * 3600),
        }
    }
}

impl RetryPolicy {
    /// The next try after `failures` failures, or `None` if the span is over. The peer's own wish
    /// (`Retry-After`) is a lower bound.
    pub fn next(
        &self,
        failures: i64,
        since: Timestamp,
        now: Timestamp,
        fault: &Fault,
        entropy: &Entropy,
    ) -> Option<Timestamp> {
        if now.since(since) >= self.span {
            return None;
        }
        let doublings = u32::try_from(failures.clamp(0, 30)).unwrap_or(0);
        let bound = self
            .first
            .saturating_mul(1_u32 << doublings.min(20))
            .min(self.longest);
        let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        let jitter = Duration::from_millis(1 + entropy.below(millis));
        Some(now.plus(jitter.max(fault.retry_after.unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(0);

    #[test]
    fn waits_longer_each_time_up_to_a_limit_and_then_gives_up() {
        let policy = RetryPolicy::default();
        let entropy = Entropy::seeded(7);
        let fault = Fault::transient("away");
        for (failures, limit_s) in [(0, 2), (1, 4), (5, 64), (60, 900)] {
            for _ in 0..100 {
                let next = policy
                    .next(failures, START, START, &fault, &entropy)
                    .expect("in time");
                assert!(next > START && next <= Timestamp::from_seconds(limit_s + 1));
            }
        }
        let late = Timestamp::from_seconds(72 * 3600);
        assert_eq!(policy.next(9, START, late, &fault, &entropy), None);
    }

    #[test]
    fn the_peers_wish_is_a_lower_bound() {
        let mut fault = Fault::transient("slow down");
        fault.retry_after = Some(Duration::from_secs(120));
        let next = RetryPolicy::default().next(0, START, START, &fault, &Entropy::seeded(1));
        assert!(next >= Some(Timestamp::from_seconds(120)));
    }
}
