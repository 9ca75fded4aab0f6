//! What a browser or a program shows to be known again: 256 random bits, kept as their SHA-256.

use crate::Result;
use crate::key::random;
use model::Secret;
use model::ids::crockford;
use sha2::{Digest, Sha256};

/// What personal API tokens begin with, so that those who look for leaked ones find them.
pub const API_PREFIX: &str = "twp_";

/// A new token: `prefix` and 52 characters.
///
/// # Errors
/// If the machine gives no randomness.
pub fn fresh(prefix: &str) -> Result<Secret> {
    let bytes = random()?;
    Ok(Secret::new(format!(
        "{prefix}{}",
        crockford(bytes.as_slice())
    )))
}

/// A code that a person types once: four groups of four characters, 80 bits.
///
/// # Errors
/// If the machine gives no randomness.
pub fn code() -> Result<Secret> {
    let text = crockford(&random()?[..10]);
    let groups: Vec<&str> = [0, 4, 8, 12].map(|at| &text[at..at + 4]).into();
    Ok(Secret::new(groups.join("-")))
}

/// What is kept of a token. It has too many bits to be guessed, so that no slow hash is needed.
pub fn digest(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}
