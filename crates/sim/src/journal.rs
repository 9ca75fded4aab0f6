//! The record of every request a sandbox saw, for tests that ask what really happened.

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;

/// One request, as the sandbox saw it. Credentials are never written here.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub seq: u64,
    /// Unix seconds on the sandbox's clock.
    pub at_s: i64,
    pub method: String,
    pub path: String,
    /// What was asked for, in the peer's own words: `OIS100MI/Confirm`, `POST /v1/refunds`.
    pub operation: String,
    /// Parameters or body, credentials left out.
    pub fields: Value,
    pub status: u16,
    /// The request reached the business logic.
    pub executed: bool,
    /// The request changed the state.
    pub committed: bool,
    /// The caller's reference of the changed object, if it has one.
    pub reference: Option<String>,
    /// The HTTP request this belongs to: elements of one bulk call share it.
    pub request: u64,
    /// What a fault did to the answer, if one fired.
    pub fault: Option<String>,
}

/// Keeps at most this many entries: the oldest are dropped and counted.
const LIMIT: usize = 200_000;

/// A bounded list of entries.
#[derive(Default)]
pub struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: std::collections::VecDeque<Entry>,
    next: u64,
    dropped: u64,
}

impl Journal {
    /// Adds `entry`, numbering it.
    pub fn write(&self, mut entry: Entry) {
        let mut inner = self.inner.lock();
        inner.next += 1;
        entry.seq = inner.next;
        if inner.entries.len() == LIMIT {
            inner.entries.pop_front();
            inner.dropped += 1;
        }
        inner.entries.push_back(entry);
    }

    /// All entries after `seq`, oldest first.
    pub fn since(&self, seq: u64) -> Vec<Entry> {
        self.inner
            .lock()
            .entries
            .iter()
            .filter(|e| e.seq > seq)
            .cloned()
            .collect()
    }

    /// How many entries were dropped to stay within the limit.
    pub fn dropped(&self) -> u64 {
        self.inner.lock().dropped
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut inner = self.inner.lock();
        inner.entries.clear();
        inner.dropped = 0;
    }
}
