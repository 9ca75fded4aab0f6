//! The gateway's throttling and quota policies, counted on the sandbox's clock.

use super::settings::Settings;

/// What a policy does to a request.
pub enum Verdict {
    /// Passes after this many milliseconds.
    Pass { delay_ms: u64 },
    /// Is rejected with this status, and `Retry-After` in seconds if the policy sends it.
    Reject {
        status: u16,
        retry_after_s: Option<i64>,
    },
}

#[derive(Clone, Copy, Default)]
struct Window {
    start_s: i64,
    count: u32,
}

impl Window {
    /// Counts a request; the window starts with the first one after the last ended.
    fn count(&mut self, now_s: i64, length_s: i64) -> u32 {
        if self.count == 0 || now_s >= self.start_s + length_s {
            *self = Self {
                start_s: now_s,
                count: 0,
            };
        }
        self.count += 1;
        self.count
    }
}

/// The counters of one tenant.
#[derive(Default)]
pub struct Policy {
    spike: Window,
    quota: Window,
    smoothing: Window,
}

impl Policy {
    /// Counts a request and judges it.
    pub fn judge(&mut self, settings: &Settings, now_s: i64) -> Verdict {
        if let Some(spike) = &settings.spike
            && self.spike.count(now_s, spike.period_s) > spike.max
        {
            let left_s = self.spike.start_s + spike.period_s - now_s;
            let retry_after_s = spike.retry_after.then_some(left_s.max(1));
            return Verdict::Reject {
                status: 429,
                retry_after_s,
            };
        }
        if let Some(quota) = &settings.quota
            && self.quota.count(now_s, quota.interval_s) > quota.allow
        {
            return Verdict::Reject {
                status: quota.status,
                retry_after_s: None,
            };
        }
        let delay_ms = match &settings.smoothing {
            Some(s) if self.smoothing.count(now_s, s.period_s) > s.after => s.ms,
            _ => 0,
        };
        Verdict::Pass { delay_ms }
    }
}
