//! Sealed values, opened for the reader and masked.

use crate::mask::mask;
use engine::{Environment, Purpose};
use serde_json::Value;
use vault::Sealed;

/// The value without persons; nothing if it cannot be opened, which the log then says.
pub fn masked(environment: &Environment, sealed: &Sealed, purpose: Purpose) -> Option<Value> {
    let plain = match environment.key.open(sealed, purpose.label()) {
        Ok(plain) => plain,
        Err(error) => {
            tracing::error!(error = %error, "a stored value cannot be opened");
            return None;
        }
    };
    serde_json::from_slice(&plain).ok().map(mask)
}
