//! Webhook deliveries: endpoints, their queues, their secrets and their planted misbehaviour.
//!
//! Pure state: [`super::sender`] takes what is due, sends it and reports back. All times are those
//! of the sandbox's clock.

use super::ids::Ids;
use super::signature;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How deliveries to an endpoint go wrong.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mode {
    /// Every event is delivered this many times; 0 and 1 mean once.
    pub duplicate: u32,
    /// Deliveries are held back for a random time of at most this many seconds.
    pub shuffle_s: u32,
    /// Every n-th delivery is lost; 0 means none.
    pub drop_every: u32,
    pub corrupt_signature: bool,
    /// The signature is made as if this many seconds ago.
    pub age_s: i64,
    /// Adds a second live secret; the old one lives 24 h longer. Not kept as a mode.
    #[serde(skip_serializing)]
    pub roll_secret: bool,
    /// Send thin events.
    pub thin: bool,
}

/// A secret and when it stops being used, if it does.
struct Secret {
    text: String,
    until: Option<i64>,
}

/// Where events are sent.
pub struct Endpoint {
    pub id: String,
    pub url: String,
    pub enabled_events: Vec<String>,
    pub version: super::version::Version,
    pub disabled: bool,
    pub mode: Mode,
    secrets: Vec<Secret>,
    queue: BTreeMap<(i64, u64, u64), Delivery>,
    in_flight: usize,
    counted: u64,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub number: u64,
    pub event: String,
    pub kind: String,
    pub body: Arc<str>,
    pub attempts: u32,
    /// Not a duplicate made on purpose: its success counts for the event.
    pub counts: bool,
    /// When it was first due.
    pub first_s: i64,
}

/// A delivery with all that is needed to send it.
pub struct Outgoing {
    pub endpoint: String,
    pub url: String,
    pub signature: String,
    pub delivery: Delivery,
}

/// What came of one attempt.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub endpoint: String,
    pub event: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub attempt: u32,
    pub at_s: i64,
    /// The answer's status; absent if none came.
    pub status: Option<u16>,
    /// Why no answer came, or that the delivery was lost on purpose.
    pub note: Option<String>,
}

/// Keeps at most this many attempts.
const LOG_LIMIT: usize = 100_000;

/// All endpoints and their queues.
#[derive(Default)]
pub struct Outbox {
    pub endpoints: Vec<Endpoint>,
    pub log: std::collections::VecDeque<Attempt>,
    next: u64,
}

impl Endpoint {
    /// Whether events of `kind` are wanted.
    pub fn wants(&self, kind: &str) -> bool {
        !self.disabled && self.enabled_events.iter().any(|e| e == "*" || e == kind)
    }

    /// Adds a secret; those before it live until `old_until`.
    pub fn roll(&mut self, secret: String, old_until: i64) {
        for old in &mut self.secrets {
            old.until = Some(old.until.map_or(old_until, |u| u.min(old_until)));
        }
        self.secrets.push(Secret {
            text: secret,
            until: None,
        });
    }

    /// The newest secret.
    pub fn secret(&self) -> &str {
        self.secrets.last().map_or("", |s| &s.text)
    }

    fn sign(&self, now_s: i64, body: &str) -> String {
        let live: Vec<&str> = self
            .secrets
            .iter()
            .rev()
            .filter(|s| s.until.is_none_or(|until| until > now_s))
            .map(|s| s.text.as_str())
            .collect();
        let header = signature::header(&live, now_s - self.mode.age_s, body);
        if self.mode.corrupt_signature {
            // A wrong last digit in every signature.
            return header
                .split(',')
                .map(|item| match item.strip_prefix("v1=") {
                    Some(hex) => {
                        let (head, last) = hex.split_at(hex.len() - 1);
                        format!("v1={head}{}", if last == "0" { "1" } else { "0" })
                    }
                    None => item.to_owned(),
                })
                .collect::<Vec<_>>()
                .join(",");
        }
        header
    }
}

impl Outbox {
    /// Adds an endpoint with its first secret.
    pub fn add(
        &mut self,
        id: String,
        url: String,
        enabled_events: Vec<String>,
        version: super::version::Version,
        secret: String,
    ) {
        self.endpoints.push(Endpoint {
            id,
            url,
            enabled_events,
            version,
            disabled: false,
            mode: Mode::default(),
            secrets: vec![Secret {
                text: secret,
                until: None,
            }],
            queue: BTreeMap::new(),
            in_flight: 0,
            counted: 0,
        });
    }

    pub fn endpoint(&mut self, id: &str) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|e| e.id == id)
    }

    /// Queues `body` for endpoint number `at` as its mode says; whether it will ever be sent.
    pub fn queue(
        &mut self,
        at: usize,
        event: &str,
        kind: &str,
        body: &Arc<str>,
        now_s: i64,
        ids: &mut Ids,
    ) -> bool {
        let endpoint = &mut self.endpoints[at];
        endpoint.counted += 1;
        let every = u64::from(endpoint.mode.drop_every);
        if every > 0 && endpoint.counted.is_multiple_of(every) {
            let attempt = Attempt {
                endpoint: endpoint.id.clone(),
                event: event.to_owned(),
                kind: kind.to_owned(),
                attempt: 0,
                at_s: now_s,
                status: None,
                note: Some("lost on purpose".into()),
            };
            self.record(attempt);
            return false;
        }
        for copy in 0..endpoint.mode.duplicate.max(1) {
            self.next += 1;
            let number = self.next;
            let spread = u64::from(endpoint.mode.shuffle_s);
            let (held, tie) = if spread > 0 {
                (
                    i64::try_from(ids.below(spread + 1)).unwrap_or(0),
                    ids.below(u64::MAX),
                )
            } else {
                (0, number)
            };
            let delivery = Delivery {
                number,
                event: event.to_owned(),
                kind: kind.to_owned(),
                body: Arc::clone(body),
                attempts: 0,
                counts: copy == 0,
                first_s: now_s,
            };
            endpoint.queue.insert((now_s + held, tie, number), delivery);
        }
        true
    }

    /// Takes what may be sent now, at most `concurrency` at a time per endpoint.
    pub fn take_due(&mut self, now_s: i64, concurrency: usize) -> Vec<Outgoing> {
        let mut due = Vec::new();
        for endpoint in &mut self.endpoints {
            while endpoint.in_flight < concurrency {
                let Some(entry) = endpoint.queue.first_entry() else {
                    break;
                };
                if entry.key().0 > now_s {
                    break;
                }
                let mut delivery = entry.remove();
                delivery.attempts += 1;
                endpoint.in_flight += 1;
                due.push(Outgoing {
                    endpoint: endpoint.id.clone(),
                    url: endpoint.url.clone(),
                    signature: endpoint.sign(now_s, &delivery.body),
                    delivery,
                });
            }
        }
        due
    }

    /// Notes how a delivery ended, and plans the next attempt after a failure.
    /// Answers whether the endpoint took it.
    pub fn settle(
        &mut self,
        sent: &Outgoing,
        result: Result<u16, String>,
        now_s: i64,
        live: bool,
    ) -> bool {
        let ok = result
            .as_ref()
            .is_ok_and(|status| (200..300).contains(status));
        let (status, note) = match result {
            Ok(status) => (Some(status), None),
            Err(note) => (None, Some(note)),
        };
        if let Some(endpoint) = self.endpoint(&sent.endpoint) {
            endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
            if !ok
                && let Some(wait) =
                    pause(sent.delivery.attempts, now_s - sent.delivery.first_s, live)
            {
                let number = sent.delivery.number;
                endpoint
                    .queue
                    .insert((now_s + wait, number, number), sent.delivery.clone());
            }
        }
        let delivery = &sent.delivery;
        self.record(Attempt {
            endpoint: sent.endpoint.clone(),
            event: delivery.event.clone(),
            kind: delivery.kind.clone(),
            attempt: delivery.attempts,
            at_s: now_s,
            status,
            note,
        });
        ok
    }

    fn record(&mut self, attempt: Attempt) {
        if self.log.len() == LOG_LIMIT {
            self.log.pop_front();
        }
        self.log.push_back(attempt);
    }

    /// Makes every waiting delivery due.
    pub fn hurry(&mut self, now_s: i64) {
        for endpoint in &mut self.endpoints {
            let queue = std::mem::take(&mut endpoint.queue);
            endpoint.queue = queue
                .into_iter()
                .map(|((at, tie, number), d)| ((at.min(now_s), tie, number), d))
                .collect();
        }
    }

    /// (due or being sent, waiting for a later time).
    pub fn open(&self, now_s: i64) -> (usize, usize) {
        let (mut busy, mut later) = (0, 0);
        for endpoint in &self.endpoints {
            busy += endpoint.in_flight;
            for (at, _, _) in endpoint.queue.keys() {
                if *at <= now_s { busy += 1 } else { later += 1 }
            }
        }
        (busy, later)
    }
}

/// Seconds until the next attempt; nothing when the sender gives up. Stripe does not publish its
/// intervals: three further tries in a sandbox, up to three days in live mode.
fn pause(attempts: u32, age_s: i64, live: bool) -> Option<i64> {
    const PAUSES: [i64; 3] = [1, 5, 25];
    let known = PAUSES.get(usize::try_from(attempts).ok()?.checked_sub(1)?);
    match known {
        Some(pause) => Some(*pause),
        None if live && age_s < 3 * 86_400 => Some(3_600),
        None => None,
    }
}
