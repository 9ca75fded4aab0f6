//! Deliveries by outcome, and whether the store was away.

use crate::ingress::Refused;
use engine::{Accepted, Refusal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const OUTCOMES: [&str; 9] = [
    "new",
    "duplicate",
    "no_endpoint",
    "bad_signature",
    "not_an_event",
    "wrong_mode",
    "body_too_long",
    "body_unread",
    "away",
];

/// Counts deliveries.
#[derive(Default)]
pub struct Deliveries {
    counts: [AtomicU64; OUTCOMES.len()],
    away: AtomicBool,
}

impl Deliveries {
    /// Counts one delivery.
    pub fn count(&self, taken: &Result<Accepted, Refused>) {
        let place = match taken {
            Ok(Accepted::New { .. }) => 0,
            Ok(Accepted::Duplicate) => 1,
            Err(Refused::Engine(refusal)) => match refusal {
                Refusal::NoEndpoint => 2,
                Refusal::Signature(_) => 3,
                Refusal::NotAnEvent(_) => 4,
                Refusal::WrongMode(_) => 5,
                Refusal::TooLong => 6,
                Refusal::Away(_) => 8,
            },
            Err(Refused::Unread) => 7,
        };
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        if place == 0 && self.away.load(Ordering::Relaxed) {
            self.away.store(false, Ordering::Relaxed);
            tracing::info!("deliveries are stored again");
        }
    }

    /// Logs that deliveries are refused, once until one is stored again.
    pub fn note_away(&self, cause: &store::Error) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::error!(error = %cause, "deliveries cannot be stored: senders must wait");
        }
    }

    /// Every outcome with its count.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.counts.iter().map(|c| c.load(Ordering::Relaxed));
        OUTCOMES.into_iter().zip(counts)
    }
}
