//! What can go wrong with the store.

use model::Timestamp;

/// A failure of a verb. Nothing of the item was written, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too much is waiting, the disk is full, or the database is away: try again later.
    #[error("the store cannot take more now: {0}")]
    Busy(String),
    /// The file or the database cannot be opened or is of another version.
    #[error("open the store: {0}")]
    Open(String),
    /// A statement failed.
    #[error("{verb}: {message}")]
    Statement { verb: &'static str, message: String },
    /// A stored row cannot be read: which table and row, and why.
    #[error("table `{table}`, row {row}: {reason}")]
    Corrupt {
        table: &'static str,
        row: String,
        reason: String,
    },
    /// It was asked for by a name that does not exist.
    #[error("there is no {what} `{name}`")]
    NotFound { what: &'static str, name: String },
    /// It cannot be done in the state things are in.
    #[error("{0}")]
    Conflict(String),
    /// Someone else has changed it since it was read.
    #[error("{what} was changed meanwhile by {who}")]
    Changed {
        what: String,
        who: String,
        at: Timestamp,
    },
}

pub type Result<T> = std::result::Result<T, Error>;
