//! Sealed values, opened for the reader and masked.

use crate::mask::mask;
use engine::Environment;
use serde_json::Value;
use vault::Sealed;

/// What an event's body is sealed for; the engine's word.
pub const BODY: &[u8] = b"body";
/// What a step's output is sealed for; the engine's word.
pub const STEP: &[u8] = b"step";

/// The value without persons; nothing if it cannot be opened, which the log then says.
pub fn masked(environment: &Environment, sealed: &Sealed, purpose: &[u8]) -> Option<Value> {
    let plain = match environment.key.open(sealed, purpose) {
        Ok(plain) => plain,
        Err(error) => {
            tracing::error!(error = %error, "a stored value cannot be opened");
            return None;
        }
    };
    serde_json::from_slice(&plain).ok().map(mask)
}
