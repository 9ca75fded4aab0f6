//! The effect ledger: one row per effect ever begun, kept for years.

use model::ids::{ConnectionId, EnvironmentId, RunId};
use model::{EffectId, EffectState, Timestamp};
use std::borrow::Cow;
use std::sync::Arc;
use vault::Sealed;

/// A row of the ledger. Its working state is sealed; what screens and rules need is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectRecord {
    pub id: Arc<EffectId>,
    pub environment: EnvironmentId,
    /// Raised by every write; the guard against two writers.
    pub rev: i64,
    pub state: EffectState,
    pub operation: Cow<'static, str>,
    pub connection: ConnectionId,
    /// How often it was begun anew after it was known not to exist.
    pub attempt: i64,
    /// The run that works on it; none once it is settled or given up.
    pub holder: Option<RunId>,
    /// Input, hash, guarded fields, progress, the call under way, output: sealed JSON.
    pub body: Sealed,
    /// The call whose answer is awaited, by label.
    pub inflight: Option<String>,
    pub inflight_at: Option<Timestamp>,
    /// A question for a person.
    pub question: Option<String>,
    /// Names of what was left staged at the peer and cannot be removed.
    pub orphans: Option<String>,
    pub begun_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a run waits for while another works on the effect: `effect:` and half its key in hexadecimal.
pub fn wake_key(key: &[u8; 32]) -> String {
    let mut text = String::with_capacity(39);
    text.push_str("effect:");
    for nibble in key[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
    }
    text
}

/// A guarded write of a row: `expected` is the revision that was read, none if the row was absent.
#[derive(Clone, Debug)]
pub struct EffectWrite {
    pub expected: Option<i64>,
    pub record: EffectRecord,
}
