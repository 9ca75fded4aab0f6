//! Master keys during a change: the one that seals, and former ones that still open.

use crate::key::head;
use crate::{DataKey, Error, KeyId, MasterKey, Result, Sealed};

/// A master key and those that it takes over from. Data keys are sealed under the current one only;
/// [`Keyring::reseal`] moves the others over, after which the former keys can go.
#[derive(Debug)]
pub struct Keyring {
    current: MasterKey,
    former: Vec<MasterKey>,
}

impl From<MasterKey> for Keyring {
    fn from(current: MasterKey) -> Self {
        Self::new(current, Vec::new())
    }
}

impl Keyring {
    pub fn new(current: MasterKey, former: Vec<MasterKey>) -> Self {
        Self { current, former }
    }

    /// Makes a data key under the current master key; store the sealed form, use the other.
    ///
    /// # Errors
    /// If the machine gives no randomness.
    pub fn new_data_key(&self) -> Result<(Sealed, DataKey)> {
        self.current.new_data_key()
    }

    /// Opens a stored data key with whichever master key sealed it.
    ///
    /// # Errors
    /// [`Error::OtherKey`] if none of them did; [`Error::Damaged`] if it was changed since.
    pub fn open_data_key(&self, sealed: &Sealed) -> Result<DataKey> {
        self.of(sealed)?.open_data_key(sealed)
    }

    /// The stored form of the same data key under the current master key; `None` if it already is.
    ///
    /// # Errors
    /// As [`Keyring::open_data_key`].
    pub fn reseal(&self, sealed: &Sealed) -> Result<Option<Sealed>> {
        let master = self.of(sealed)?;
        if master.id() == self.current.id() {
            return Ok(None);
        }
        let bytes = master.data_key_bytes(sealed)?;
        Ok(Some(self.current.seal_data_key(&bytes)))
    }

    fn of(&self, sealed: &Sealed) -> Result<&MasterKey> {
        let (id, _): (KeyId, _) = head(sealed)?;
        let mut masters = std::iter::once(&self.current).chain(&self.former);
        masters
            .find(|master| master.id() == id)
            .ok_or_else(|| Error::OtherKey {
                sealed: id,
                given: self.current.id(),
            })
    }
}
