//! Words that people put on a cause of dead letters, to find it among others.

use model::Timestamp;
use model::ids::EnvironmentId;

/// A tag to be put on a cause, or taken off it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTag {
    pub environment: EnvironmentId,
    pub fingerprint: String,
    pub tag: String,
    /// Whether the cause is to have it.
    pub is_on: bool,
    pub who: String,
    pub at: Timestamp,
    /// So many tags one cause takes.
    pub most_of_cause: i64,
    /// So many different tags an environment takes.
    pub most_of_environment: i64,
}

/// A tag in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagUse {
    pub tag: String,
    /// How many causes with open letters have it.
    pub open: i64,
}
