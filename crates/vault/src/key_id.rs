//! The id of a key: it tells keys apart and says nothing of them.

use sha2::{Digest, Sha256};
use std::fmt;

/// The first bytes of a hash of the key. Enough to find the right one of a handful, and to say
/// "another key" instead of "damaged".
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; Self::BYTES]);

impl KeyId {
    pub(crate) const BYTES: usize = 4;

    pub(crate) fn of(key: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"towpath key id\0");
        hash.update(key);
        let digest: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, ..] = digest;
        Self([a, b, c, d])
    }

    pub(crate) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
