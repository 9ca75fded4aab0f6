//! The key that seals an environment's values.

use crate::{Error, KeyId, Result, Sealed};
use aes_gcm::aead::{AeadInOut, Generate, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use std::fmt;
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// The first byte of everything sealed: AES-256-GCM; behind it the key's id, a 96-bit nonce, the
/// ciphertext and a 128-bit tag.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + KeyId::BYTES + NONCE_BYTES;
/// Most values are no longer.
const SMALL_BYTES: usize = 480;

type GcmNonce = aes_gcm::aead::Nonce<Aes256Gcm>;

/// Seals and opens. Cheap to clone; the cipher is expanded once and wiped with the last clone.
///
/// Nonces are random, so one key should seal at most 2^32 values (NIST SP 800-38D, 8.3): an
/// environment gets a new data key long before.
#[derive(Clone)]
pub struct DataKey {
    id: KeyId,
    cipher: Arc<Aes256Gcm>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}…)", self.id)
    }
}

/// 32 new random bytes.
pub(crate) fn random() -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Key::<Aes256Gcm>::try_generate().map_err(|_| Error::Randomness)?;
    let mut bytes = Zeroizing::new([0_u8; 32]);
    bytes.copy_from_slice(&key);
    key.as_mut_slice().zeroize();
    Ok(bytes)
}

impl DataKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self {
            id: KeyId::of(bytes),
            cipher: Arc::new(Aes256Gcm::new(bytes.into())),
        }
    }

    /// Names the key without giving it away.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals `plain` for the purpose `aad`.
    ///
    /// # Panics
    /// If the machine gives no randomness: nothing may be sealed without.
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Sealed {
        let (mut out, nonce) = self.head(plain.len());
        out.extend_from_slice(plain);
        self.finish(out, &nonce, aad)
    }

    /// Seals what `write` appends to its buffer, without a copy of it.
    ///
    /// # Errors
    /// Those of `write`.
    ///
    /// # Panics
    /// As [`DataKey::seal`].
    pub fn seal_written<E>(
        &self,
        aad: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> std::result::Result<(), E>,
    ) -> std::result::Result<Sealed, E> {
        let (mut out, nonce) = self.head(SMALL_BYTES);
        write(&mut out)?;
        Ok(self.finish(out, &nonce, aad))
    }

    /// A head with room for `len` bytes behind it.
    fn head(&self, len: usize) -> (Vec<u8>, GcmNonce) {
        let nonce = Nonce::try_generate().expect("the machine gives randomness");
        let mut out = Vec::with_capacity(HEAD_BYTES + len + TAG_BYTES);
        out.push(FORMAT);
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(&nonce);
        (out, nonce)
    }

    /// Seals what stands behind the head.
    fn finish(&self, mut out: Vec<u8>, nonce: &GcmNonce, aad: &[u8]) -> Sealed {
        let body = &mut out[HEAD_BYTES..];
        let tag = self
            .cipher
            .encrypt_inout_detached(nonce, aad, body.into())
            .expect("a value is far below the cipher's limit of 64 GiB");
        out.extend_from_slice(&tag);
        Sealed(out)
    }

    /// Opens what was sealed for the same purpose.
    ///
    /// # Errors
    /// [`Error::OtherKey`] if it names another key, [`Error::Damaged`] if the purpose is another or
    /// the bytes were changed, [`Error::Format`] if it is not sealed at all.
    pub fn open(&self, sealed: &Sealed, aad: &[u8]) -> Result<Vec<u8>> {
        let (id, rest) = head(sealed)?;
        if id != self.id {
            let (sealed, given) = (id, self.id);
            return Err(Error::OtherKey { sealed, given });
        }
        let (nonce, rest) = rest.split_at_checked(NONCE_BYTES).ok_or(Error::Format)?;
        let end = rest.len().checked_sub(TAG_BYTES).ok_or(Error::Format)?;
        let (body, tag) = rest.split_at(end);
        let nonce = Nonce::try_from(nonce).map_err(|_| Error::Format)?;
        let tag = Tag::try_from(tag).map_err(|_| Error::Format)?;
        let mut plain = body.to_vec();
        self.cipher
            .decrypt_inout_detached(&nonce, aad, plain.as_mut_slice().into(), &tag)
            .map_err(|_| Error::Damaged)?;
        Ok(plain)
    }
}

/// The id of the key that sealed it, and what follows.
pub(crate) fn head(sealed: &Sealed) -> Result<(KeyId, &[u8])> {
    let [FORMAT, rest @ ..] = sealed.0.as_slice() else {
        return Err(Error::Format);
    };
    let (id, rest) = rest.split_first_chunk().ok_or(Error::Format)?;
    Ok((KeyId::from_bytes(*id), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_same_key_and_purpose_and_unchanged() {
        let key = DataKey::from_bytes(&[7; 32]);
        let sealed = key.seal(b"a body", b"body");
        assert_eq!(key.open(&sealed, b"body").unwrap(), b"a body");
        assert_ne!(key.seal(b"a body", b"body"), sealed, "each nonce is new");
        assert!(matches!(key.open(&sealed, b"step"), Err(Error::Damaged)));
        let other = DataKey::from_bytes(&[8; 32]);
        assert!(matches!(
            other.open(&sealed, b"body"),
            Err(Error::OtherKey { .. })
        ));
        for n in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[n] ^= 1;
            assert!(key.open(&changed, b"body").is_err(), "byte {n}");
        }
        for n in 0..sealed.0.len() {
            let cut = Sealed(sealed.0[..n].to_vec());
            assert!(key.open(&cut, b"body").is_err(), "cut to {n}");
        }
    }

    #[test]
    fn a_false_key_id_does_not_help() {
        let (key, other) = (DataKey::from_bytes(&[7; 32]), DataKey::from_bytes(&[8; 32]));
        let mut sealed = key.seal(b"a body", b"body");
        sealed.0[1..=KeyId::BYTES].copy_from_slice(other.id().as_bytes());
        assert!(matches!(other.open(&sealed, b"body"), Err(Error::Damaged)));
    }
}
