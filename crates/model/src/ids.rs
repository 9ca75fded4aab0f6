//! Ids: integers inside the store, prefixed text outside (`run_0000000001D5K`).
//!
//! The text is the prefix and the integer in Crockford's base 32, thirteen digits, so that ids of
//! one kind sort as text in the order they were made. It is no secret.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Encodes bytes in Crockford's base 32 (upper case, no `I L O U`), high bits first.
pub fn crockford(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

/// Text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id that begins with `{prefix}_`")]
pub struct WrongId {
    pub text: String,
    pub prefix: &'static str,
}

fn digits(id: i64) -> String {
    let mut text = [b'0'; 13];
    let mut rest = id.unsigned_abs();
    for place in text.iter_mut().rev() {
        *place = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
    text.iter().copied().map(char::from).collect()
}

fn parse(text: &str, prefix: &'static str) -> Result<i64, WrongId> {
    let wrong = || WrongId {
        text: text.chars().take(64).collect(),
        prefix,
    };
    let body = text
        .strip_prefix(prefix)
        .and_then(|t| t.strip_prefix('_'))
        .ok_or_else(wrong)?;
    if body.len() != 13 {
        return Err(wrong());
    }
    body.bytes().try_fold(0_i64, |id, byte| {
        let digit = DIGITS
            .iter()
            .position(|d| *d == byte.to_ascii_uppercase())
            .ok_or_else(wrong)?;
        id.checked_mul(32)
            .and_then(|id| id.checked_add(i64::try_from(digit).unwrap_or(0)))
            .ok_or_else(wrong)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), digits(self.0))
            }
        }

        impl FromStr for $name {
            type Err = WrongId;
            fn from_str(text: &str) -> Result<Self, WrongId> {
                parse(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An account: a person, or a program that signs in as one.
    AccountId "acc";
    /// A personal API token.
    TokenId "tok";
    /// Something that waits for a second person.
    ProposalId "prop";
    /// An environment.
    EnvironmentId "env";
    /// A connection of an environment.
    ConnectionId "con";
    /// A stored event.
    EventId "evt";
    /// A flow.
    FlowId "flow";
    /// An immutable version of a flow.
    VersionId "ver";
    /// A version bound to an environment.
    DeploymentId "dep";
    /// A run.
    RunId "run";
    /// A journal entry of ours.
    EntryId "ent";
    /// What another version would have done in a past period.
    WhatIfId "wif";
    /// An act on all open dead letters of a cause.
    RepairId "rep";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        for n in [0, 1, 31, 32, 123_456_789, i64::MAX] {
            let id = RunId(n);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(RunId(1).to_string(), "run_0000000000001");
        assert!("evt_0000000000001".parse::<RunId>().is_err());
        assert!("run_1".parse::<RunId>().is_err());
        assert!("run_ZZZZZZZZZZZZZ".parse::<RunId>().is_err());
    }

    #[test]
    fn crockford_has_no_ambiguous_letters() {
        assert_eq!(crockford(&[0xff, 0x00]), "ZW00");
        assert_eq!(crockford(b""), "");
    }
}
