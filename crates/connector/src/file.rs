//! Files of vendors that hold a connection's credential.

use crate::session::Mode;
use model::Secret;

/// A file that a vendor gives for access to its system. Dropped on a form, it fills it.
#[derive(Clone, Copy)]
pub struct CredentialFile {
    /// How its name ends: `.ionapi`.
    pub suffix: &'static str,
    /// The secret of the connector's credential that the file's whole text is.
    pub secret: &'static str,
    /// Reads it, or names everything that it lacks. Neither quotes a secret.
    pub read: fn(&Secret) -> Result<CredentialFacts, String>,
}

/// What may be seen of a credential file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Whether it leads to real money.
    pub mode: Mode,
    /// What it is about, in words: (`Tenant`, `ACME_TST`).
    pub facts: Vec<(&'static str, String)>,
}
