//! Guessing passwords is made slow: after some wrong ones, each further one must wait twice as long.
//!
//! Kept in memory: a restart forgets, and guesses faster than restarts are what is to be stopped.

use model::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;

/// Accounts and addresses that are remembered; the oldest are forgotten first.
const REMEMBERED_MAX: usize = 10_000;
/// Failures older than this no longer count.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// How patient it is with one key.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Failures before anybody has to wait.
    pub free: u32,
    /// The longest wait.
    pub longest: Duration,
}

/// With one account.
pub const ACCOUNT: Patience = Patience {
    free: 5,
    longest: Duration::from_secs(300),
};
/// With one address, behind which may be many people.
pub const ADDRESS: Patience = Patience {
    free: 20,
    longest: Duration::from_secs(60),
};

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

/// Who has failed how often.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<String, Failures>>);

impl Throttle {
    /// Takes up an attempt, which counts as failed until [`Throttle::succeeded`]: guesses at the same
    /// time are not free.
    ///
    /// # Errors
    /// How long to wait, if it is too early.
    pub fn attempt(&self, key: &str, patience: Patience, now: Timestamp) -> Result<(), Duration> {
        let mut all = self.0.lock();
        if all.len() >= REMEMBERED_MAX && !all.contains_key(key) {
            make_room(&mut all, now);
        }
        let fresh = Failures {
            count: 0,
            last: now,
            until: now,
        };
        let own = all.entry(key.to_owned()).or_insert(fresh);
        if now.since(own.last) > FORGOTTEN_AFTER {
            *own = fresh;
        }
        if own.until > now {
            return Err(own.until.since(now));
        }
        own.count = own.count.saturating_add(1);
        own.last = now;
        if own.count >= patience.free {
            let doubled = 1_u64 << (own.count - patience.free).min(20);
            own.until = now.plus(Duration::from_secs(doubled).min(patience.longest));
        }
        Ok(())
    }

    /// The attempt was none to count.
    pub fn succeeded(&self, key: &str) {
        self.0.lock().remove(key);
    }
}

fn make_room(all: &mut HashMap<String, Failures>, now: Timestamp) {
    all.retain(|_, failures| now.since(failures.last) <= FORGOTTEN_AFTER);
    if all.len() >= REMEMBERED_MAX {
        let oldest = all.iter().min_by_key(|(_, failures)| failures.last);
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            all.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_the_longest_and_ends() {
        let throttle = Throttle::default();
        let mut now = Timestamp::from_seconds(1_000);
        for _ in 0..4 {
            assert_eq!(throttle.attempt("ada", ACCOUNT, now), Ok(()));
        }
        let mut waited = Vec::new();
        for _ in 0..11 {
            assert_eq!(throttle.attempt("ada", ACCOUNT, now), Ok(()));
            let wait = throttle
                .attempt("ada", ACCOUNT, now)
                .expect_err("too early");
            waited.push(wait.as_secs());
            now = now.plus(wait);
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(
            throttle.attempt("bea", ACCOUNT, now),
            Ok(()),
            "others do not wait"
        );
        throttle.succeeded("ada");
        assert_eq!(throttle.attempt("ada", ACCOUNT, now), Ok(()));
        let later = now.plus(FORGOTTEN_AFTER * 2);
        for n in 0..REMEMBERED_MAX + 10 {
            assert_eq!(throttle.attempt(&format!("n{n}"), ADDRESS, later), Ok(()));
        }
        assert!(throttle.0.lock().len() <= REMEMBERED_MAX);
    }
}
