//! Values on their way into the store and out of it: sealed JSON.

use crate::stop::Stop;
use model::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vault::{DataKey, Sealed};

/// What a sealed value is bound to, so that one cannot be put in the place of another.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    Body,
    Step,
    Effect,
    Lookups,
    WhatIf,
    Call,
    Repair,
}

impl Purpose {
    /// What the cipher is told: fixed for ever, stored values are bound to it.
    pub const fn label(self) -> &'static [u8] {
        match self {
            Self::Body => b"body",
            Self::Step => b"step",
            Self::Effect => b"effect",
            Self::Lookups => b"lookups",
            Self::WhatIf => b"what_if",
            Self::Call => b"call",
            Self::Repair => b"repair",
        }
    }
}

/// Seals `value` as JSON.
pub fn seal<T: Serialize>(key: &DataKey, purpose: Purpose, value: &T) -> Result<Sealed, Stop> {
    key.seal_written(purpose.label(), |out| serde_json::to_writer(out, value))
        .map_err(|e| Stop::bug(format!("seal: {e}")))
}

/// Opens what [`seal`] made.
pub fn open<T: DeserializeOwned>(
    key: &DataKey,
    purpose: Purpose,
    sealed: &Sealed,
) -> Result<T, Stop> {
    let text = open_bytes(key, purpose, sealed)?;
    serde_json::from_slice(&text).map_err(|e| Stop::bug(format!("open {purpose:?}: {e}")))
}

/// Opens raw bytes.
pub fn open_bytes(key: &DataKey, purpose: Purpose, sealed: &Sealed) -> Result<Vec<u8>, Stop> {
    key.open(sealed, purpose.label())
        .map_err(|e| Stop::Dead(Fault::bug(format!("open {purpose:?}: {e}")).into()))
}
