//! What was answered under which idempotency key, for 24 hours of the sandbox's clock.
//! Source: docs.stripe.com/api/idempotent_requests.

use super::error::ApiError;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// Keys are forgotten after this many seconds.
pub const KEPT_S: i64 = 86_400;
/// Longer keys are refused.
pub const LONGEST: usize = 255;

/// An answer as it was given.
#[derive(Clone, Debug)]
pub struct Kept {
    pub status: u16,
    pub body: Value,
    pub request_id: String,
}

enum Slot {
    InFlight,
    Done(Kept),
}

struct Record {
    endpoint: String,
    parameters: String,
    at_s: i64,
    slot: Slot,
}

/// All keys of one account and mode.
#[derive(Default)]
pub struct Store {
    records: HashMap<String, Record>,
    by_age: VecDeque<(i64, String)>,
}

impl Store {
    /// Begins a request under `key`. Answers what was answered before, if it was.
    pub fn begin(
        &mut self,
        key: &str,
        endpoint: &str,
        parameters: &str,
        now_s: i64,
    ) -> Result<Option<Kept>, ApiError> {
        self.forget(now_s);
        if let Some(record) = self.records.get(key) {
            if record.endpoint != endpoint {
                return Err(ApiError::idempotency(format!(
                    "Keys for idempotent requests can only be used for the same endpoint they were \
                     first used for ('{endpoint}' vs '{}'). Try using a key other than '{key}' if \
                     you meant to execute a different request.",
                    record.endpoint
                )));
            }
            if record.parameters != parameters {
                return Err(ApiError::idempotency(format!(
                    "Keys for idempotent requests can only be used with the same parameters they \
                     were first used with. Try using a key other than '{key}' if you meant to \
                     execute a different request."
                )));
            }
            return match &record.slot {
                Slot::InFlight => Err(ApiError::in_flight()),
                Slot::Done(kept) => Ok(Some(kept.clone())),
            };
        }
        let record = Record {
            endpoint: endpoint.to_owned(),
            parameters: parameters.to_owned(),
            at_s: now_s,
            slot: Slot::InFlight,
        };
        self.records.insert(key.to_owned(), record);
        self.by_age.push_back((now_s, key.to_owned()));
        Ok(None)
    }

    /// Keeps the answer of a request that executed.
    pub fn finish(&mut self, key: &str, kept: Kept) {
        if let Some(record) = self.records.get_mut(key) {
            record.slot = Slot::Done(kept);
        }
    }

    /// Frees the key of a request that did not execute.
    pub fn abandon(&mut self, key: &str) {
        self.records.remove(key);
    }

    fn forget(&mut self, now_s: i64) {
        while let Some((at, key)) = self.by_age.front() {
            if at + KEPT_S > now_s {
                break;
            }
            // The key may have been abandoned and begun again since.
            if self.records.get(key).is_some_and(|r| r.at_s == *at) {
                self.records.remove(key);
            }
            self.by_age.pop_front();
        }
    }
}
