//! Effects: changes in another system, and the one formula that makes a repeat meet the first.
//!
//! An effect is known by *whose* books it changes (the [`Peer`]), the *kind* of object, the
//! *reference* it is made under and a *generation* that only a person raises. Flow, version, step
//! and connection are deliberately absent: a replay, a new version and a re-made connection all
//! meet the same effect.

use crate::ids::crockford;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// How the idempotency keys of our writes begin: an event that names such a key was caused by us.
pub const KEY_PREFIX: &str = "towpath:";

/// Whose system: a Stripe account and mode, or an Infor tenant, company and division.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Peer(pub String);

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of an effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId {
    pub peer: Peer,
    /// The kind of object: `sales_order`.
    pub kind: String,
    /// What it is made under: `ch_1Q…`.
    pub reference: String,
    /// Raised only by a person: "do it again on purpose".
    pub generation: i64,
}

impl EffectId {
    /// H(peer, kind, reference, generation): each part with its length, so that no two differ by
    /// where one part ends.
    pub fn key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [&self.peer.0, &self.kind, &self.reference] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(self.generation.to_be_bytes());
        hash.finalize().into()
    }

    /// What the peer stores: `ST` and Crockford's base 32 of H(key, try), cut to `width`.
    ///
    /// Under 12 characters it is not unique: compare the stored source id before adopting an
    /// object found by it.
    pub fn sent_reference(&self, attempt: i64, width: usize) -> String {
        let mut text = format!("ST{}", crockford(&self.try_hash(attempt)));
        text.truncate(width);
        text
    }

    /// The idempotency key for peers that have one.
    pub fn idempotency_key(&self, attempt: i64) -> String {
        format!(
            "{KEY_PREFIX}{}:{}",
            self.kind,
            crockford(&self.try_hash(attempt)[..20])
        )
    }

    fn try_hash(&self, attempt: i64) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.key());
        hash.update(attempt.to_be_bytes());
        hash.finalize().into()
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {}", self.kind, self.reference, self.peer)?;
        if self.generation > 0 {
            write!(f, " (generation {})", self.generation)?;
        }
        Ok(())
    }
}

/// Where an effect stands. The numbers are the store's and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(i64)]
pub enum EffectState {
    /// Begun; nothing is staged at the peer.
    Open = 0,
    /// Something is staged, nothing committed.
    Partial = 1,
    /// A call was sent and its outcome is not known.
    Uncertain = 2,
    /// Made, with its output.
    Confirmed = 3,
    /// Known not to exist.
    Void = 4,
}

impl EffectState {
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Partial,
        Self::Uncertain,
        Self::Confirmed,
        Self::Void,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Partial => "partial",
            Self::Uncertain => "uncertain",
            Self::Confirmed => "confirmed",
            Self::Void => "void",
        }
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| *s as i64 == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: &str, reference: &str, generation: i64) -> EffectId {
        let peer = Peer("infor:SIM_TST:100:AAA".into());
        EffectId {
            peer,
            kind: kind.into(),
            reference: reference.into(),
            generation,
        }
    }

    #[test]
    fn the_reference_never_changes_between_releases() {
        // Stored at customers' systems: a change here would make every order a second time.
        let order = id("sales_order", "ch_1", 0);
        assert_eq!(order.sent_reference(0, 20), "ST6Q20CV974D4TETF85S");
        assert_ne!(order.sent_reference(0, 20), order.sent_reference(1, 20));
        assert_eq!(order.sent_reference(0, 10).len(), 10);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(id("a", "bc", 0).key(), id("ab", "c", 0).key());
        assert_ne!(id("a", "b", 0).key(), id("a", "b", 1).key());
    }
}
