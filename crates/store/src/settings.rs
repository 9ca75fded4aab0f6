//! Which database, and how much it may take on.

use model::Secret;
use std::path::PathBuf;

/// How much may wait and be written at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Items that may wait in each inlet before callers are told to come back.
    pub waiting_items: usize,
    /// Bytes that may wait in each inlet.
    pub waiting_bytes: usize,
    /// Items of one commit.
    pub batch_items: usize,
    /// Bytes of one commit.
    pub batch_bytes: usize,
    /// Connections that read.
    pub readers: usize,
    /// Seconds that a read may take. A long reader keeps SQLite's log from being reset.
    pub read_seconds: u64,
    /// Seconds that another process's lock is waited for, or a database that is away.
    pub wait_seconds: u64,
    /// Pages that the SQLite file may have, 8 KiB each; none for no limit.
    pub max_pages: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting_items: 8_192,
            waiting_bytes: 64 << 20,
            batch_items: 2_000,
            batch_bytes: 4 << 20,
            readers: 4,
            read_seconds: 5,
            wait_seconds: 5,
            max_pages: None,
        }
    }
}

/// How to open a store.
#[derive(Clone, Debug)]
pub enum Settings {
    /// One file, used by one process.
    Sqlite { path: PathBuf, limits: Limits },
    /// A database, as `postgres://user@host/name` or in libpq's words; it may hold a password.
    Postgres { url: Secret, limits: Limits },
}

impl Settings {
    /// A SQLite file with the usual limits.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self::Sqlite {
            path: path.into(),
            limits: Limits::default(),
        }
    }

    /// A PostgreSQL database with the usual limits.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres {
            url: Secret::new(url),
            limits: Limits::default(),
        }
    }

    /// The same place with other limits.
    #[must_use]
    pub fn with_limits(mut self, new: Limits) -> Self {
        match &mut self {
            Self::Sqlite { limits, .. } | Self::Postgres { limits, .. } => *limits = new,
        }
        self
    }
}
