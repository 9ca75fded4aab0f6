//! The key that seals an environment's values.

use crate::{Error, Result, Sealed};
use aes_gcm::aead::{AeadInOut, Generate, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use std::fmt;
use std::sync::Arc;

/// The first byte of everything sealed: AES-256-GCM, 96-bit nonce in front, 128-bit tag behind.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Seals and opens. Cheap to clone; the cipher is expanded once.
#[derive(Clone)]
pub struct DataKey {
    cipher: Arc<Aes256Gcm>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl DataKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self { cipher: Arc::new(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*bytes))) }
    }

    /// Seals `plain` for the purpose `aad`.
    ///
    /// # Panics
    /// If the machine gives no randomness: nothing may be sealed without.
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Sealed {
        let nonce = Nonce::try_generate().expect("the machine gives randomness");
        let mut out = Vec::with_capacity(1 + NONCE_BYTES + plain.len() + TAG_BYTES);
        out.push(FORMAT);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let body = &mut out[1 + NONCE_BYTES..];
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, aad, body.into())
            .expect("a value is far below the cipher's limit of 64 GiB");
        out.extend_from_slice(&tag);
        Sealed(out)
    }

    /// Opens what was sealed for the same purpose.
    ///
    /// # Errors
    /// If the key or the purpose is another, or the bytes were changed.
    pub fn open(&self, sealed: &Sealed, aad: &[u8]) -> Result<Vec<u8>> {
        let [FORMAT, rest @ ..] = sealed.0.as_slice() else { return Err(Error::Format) };
        if rest.len() < NONCE_BYTES + TAG_BYTES {
            return Err(Error::Format);
        }
        let (nonce, rest) = rest.split_at(NONCE_BYTES);
        let (body, tag) = rest.split_at(rest.len() - TAG_BYTES);
        let nonce = Nonce::try_from(nonce).map_err(|_| Error::Format)?;
        let tag = aes_gcm::Tag::try_from(tag).map_err(|_| Error::Format)?;
        let mut plain = body.to_vec();
        self.cipher
            .decrypt_inout_detached(&nonce, aad, plain.as_mut_slice().into(), &tag)
            .map_err(|_| Error::Damaged)?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_same_key_and_purpose_and_unchanged() {
        let key = DataKey::from_bytes(&[7; 32]);
        let sealed = key.seal(b"a body", b"body");
        assert_eq!(key.open(&sealed, b"body").ok().as_deref(), Some(&b"a body"[..]));
        assert_ne!(key.seal(b"a body", b"body"), sealed, "each nonce is new");
        assert!(matches!(key.open(&sealed, b"step"), Err(Error::Damaged)));
        let other = DataKey::from_bytes(&[8; 32]);
        assert!(matches!(other.open(&sealed, b"body"), Err(Error::Damaged)));
        for n in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[n] ^= 1;
            assert!(key.open(&changed, b"body").is_err(), "byte {n}");
        }
        for n in 0..sealed.0.len() {
            assert!(key.open(&Sealed(sealed.0[..n].to_vec()), b"body").is_err(), "cut to {n}");
        }
    }
}
