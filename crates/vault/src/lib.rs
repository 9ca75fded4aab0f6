//! Credentials and bodies, sealed under a master key; passwords and tokens, hashed.
//!
//! *Envelope encryption*: a [`MasterKey`] seals one [`DataKey`] per environment, and a data key
//! seals everything that environment stores. Changing the master key re-seals the data keys only
//! ([`Keyring`]). AES-256-GCM with a random nonce; what a value is for is bound to it as associated
//! data, so that one sealed value cannot stand in the place of another.

mod key;
mod key_id;
mod keyring;
mod master;
pub mod password;
mod sealed;
pub mod token;

pub use key::DataKey;
pub use key_id::KeyId;
pub use keyring::Keyring;
pub use master::MasterKey;
pub use sealed::Sealed;

/// What can go wrong. Never holds a key or a plain text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another purpose, or changed bytes: which of them cannot be told.
    #[error("it cannot be opened: it was sealed for another purpose, or it is damaged")]
    Damaged,
    /// It names another key.
    #[error("it was sealed under the key {sealed}, not under {given}")]
    OtherKey {
        /// The key that it names.
        sealed: KeyId,
        /// The key that was to open it.
        given: KeyId,
    },
    /// The format is of a later version or no format at all.
    #[error("it is not sealed in a format that is known here")]
    Format,
    /// The key's text or file is not a key.
    #[error("the master key {0}")]
    Key(String),
    /// The password cannot be one.
    #[error(
        "a password has {} characters at least and 1,024 bytes at most",
        password::PASSWORD_MIN
    )]
    Password,
    /// The machine gives no randomness.
    #[error("the machine gives no randomness")]
    Randomness,
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
