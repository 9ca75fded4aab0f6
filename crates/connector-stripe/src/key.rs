//! API keys: which mode one is for, and the two that are live while keys are rolled.

use model::{EnvironmentKind, Secret};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The mode an API key is for, by its prefix: `sk_` or `rk_` (restricted), then `test_` or `live_`.
/// (Source: docs.stripe.com/keys.)
pub fn mode(key: &Secret) -> Option<EnvironmentKind> {
    let text = key.expose();
    let rest = text
        .strip_prefix("sk_")
        .or_else(|| text.strip_prefix("rk_"))?;
    if rest.strip_prefix("test_").is_some_and(|r| !r.is_empty()) {
        Some(EnvironmentKind::Test)
    } else if rest.strip_prefix("live_").is_some_and(|r| !r.is_empty()) {
        Some(EnvironmentKind::Live)
    } else {
        None
    }
}

/// The live keys of a connection: the current one and, while it is rolled, the next.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<Secret>,
    active: AtomicUsize,
}

impl KeyRing {
    pub fn new(current: Secret, next: Option<Secret>) -> Self {
        let keys = std::iter::once(current).chain(next).collect();
        Self {
            keys,
            active: AtomicUsize::new(0),
        }
    }

    /// The key to use, and its number.
    pub fn active(&self) -> (usize, &Secret) {
        let at = self.active.load(Ordering::Relaxed).min(self.keys.len() - 1);
        (at, &self.keys[at])
    }

    /// The key to try once when the one with this number was refused.
    pub fn other(&self, refused: usize) -> Option<(usize, &Secret)> {
        self.keys.iter().enumerate().find(|(at, _)| *at != refused)
    }

    /// Uses the key with this number from now on.
    pub fn promote(&self, at: usize) {
        self.active.store(at, Ordering::Relaxed);
    }

    /// `text` without any of the keys in it, should a peer have echoed one.
    pub fn redact(&self, text: &str) -> String {
        self.keys.iter().fold(text.to_owned(), |text, key| {
            if text.contains(key.expose()) {
                text.replace(key.expose(), "…")
            } else {
                text
            }
        })
    }
}
