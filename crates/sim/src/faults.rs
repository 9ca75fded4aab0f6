//! Faults that an administrator plants: which request, how often, what goes wrong.

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which requests a fault is for. Every part that is given must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    pub method: Option<String>,
    /// A path with `*` for any run of characters.
    pub path: Option<String>,
    /// The operation as the journal names it, with `*`: `OIS100MI/*`.
    pub operation: Option<String>,
    /// Leave out this many matching requests first.
    pub skip: u32,
    /// Per cent of the matching requests it fires for; 100 if absent.
    pub percent: Option<u8>,
}

/// What goes wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Answer late.
    DelayMs { ms: u64 },
    /// Answer with this status without executing. `code` and `message` go into the peer's error body.
    Status {
        status: u16,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Cut the connection before anything is executed.
    DropBefore,
    /// Execute and commit, then cut the connection: it happened, the caller was not told.
    DropAfter,
    /// Execute, then cut the answer in the middle of its body.
    TruncateBody,
    /// Answer an HTML page with this status, without executing.
    Html { status: u16 },
    /// Execute, then answer an HTML page with this status.
    HtmlAfter { status: u16 },
    /// Answer a redirect to another host, without executing.
    Redirect { location: String },
    /// Commit nothing and store a 500 under the idempotency key (sandbox Stripe only).
    Save500,
    /// Kill the access token before the request is looked at (sandbox Infor only).
    KillToken,
}

/// A planted fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(rename = "match", default)]
    pub matcher: Match,
    /// How often it fires; for ever if absent.
    #[serde(default)]
    pub times: Option<u32>,
    pub action: Action,
}

/// The planted faults of one sandbox.
pub struct Faults {
    inner: Mutex<(Vec<Planted>, StdRng)>,
}

struct Planted {
    fault: Fault,
    seen: u32,
    fired: u32,
}

impl Faults {
    pub fn new(seed: u64) -> Self {
        Self {
            inner: Mutex::new((Vec::new(), StdRng::seed_from_u64(seed))),
        }
    }

    pub fn plant(&self, fault: Fault) {
        self.inner.lock().0.push(Planted {
            fault,
            seen: 0,
            fired: 0,
        });
    }

    pub fn clear(&self) {
        self.inner.lock().0.clear();
    }

    /// The actions that fire for this request, in the order they were planted. Counts the request.
    pub fn fire(&self, method: &str, path: &str, operation: &str) -> Vec<Action> {
        let mut inner = self.inner.lock();
        let (planted, rng) = &mut *inner;
        let mut actions = Vec::new();
        for p in planted.iter_mut() {
            let m = &p.fault.matcher;
            let fits = m
                .method
                .as_deref()
                .is_none_or(|x| x.eq_ignore_ascii_case(method))
                && m.path.as_deref().is_none_or(|x| glob(x, path))
                && m.operation.as_deref().is_none_or(|x| glob(x, operation));
            if !fits || p.fault.times.is_some_and(|t| p.fired >= t) {
                continue;
            }
            p.seen += 1;
            if p.seen <= m.skip {
                continue;
            }
            if m.percent.is_some_and(|c| rng.random_range(0..100u8) >= c) {
                continue;
            }
            p.fired += 1;
            actions.push(p.fault.action.clone());
        }
        actions
    }
}

/// `*` matches any run of characters, everything else itself.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else {
        return text.is_empty();
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(i) => rest = &rest[i + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, fits) in [
            ("/v1/*", "/v1/refunds", true),
            ("/v1/*/capture", "/v1/charges/ch_1/capture", true),
            ("OIS100MI/Confirm", "OIS100MI/Confirm", true),
            ("OIS100MI/Confirm", "OIS100MI/ConfirmX", false),
            ("*", "", true),
            ("a*b", "ab", true),
            ("a*b", "a", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn fires_as_often_as_asked_after_what_it_skips() {
        let faults = Faults::new(1);
        faults.plant(Fault {
            matcher: Match {
                skip: 1,
                ..Match::default()
            },
            times: Some(1),
            action: Action::DropAfter,
        });
        let fired: Vec<usize> = (0..4).map(|_| faults.fire("GET", "/", "x").len()).collect();
        assert_eq!(fired, [0, 1, 0, 0]);
    }
}
