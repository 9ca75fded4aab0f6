//! Rate limits, off by default: requests per second of the sandbox's clock.

use serde::Deserialize;
use std::collections::HashMap;

/// What is allowed. Absent: anything.
#[derive(Default)]
pub struct Limits {
    allowed: Allowed,
    second: i64,
    total: u32,
    operations: HashMap<&'static str, u32>,
}

/// Requests per second.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Allowed {
    pub per_operation: Option<u32>,
    pub global: Option<u32>,
}

impl Limits {
    pub fn set(&mut self, allowed: Allowed) {
        *self = Self {
            allowed,
            ..Self::default()
        };
    }

    /// Whether one more request for `operation` fits into this second.
    pub fn admit(&mut self, operation: &'static str, now_s: i64) -> bool {
        if self.allowed.per_operation.is_none() && self.allowed.global.is_none() {
            return true;
        }
        if self.second != now_s {
            self.second = now_s;
            self.total = 0;
            self.operations.clear();
        }
        self.total += 1;
        let count = self.operations.entry(operation).or_insert(0);
        *count += 1;
        self.allowed
            .per_operation
            .is_none_or(|limit| *count <= limit)
            && self.allowed.global.is_none_or(|limit| self.total <= limit)
    }
}
