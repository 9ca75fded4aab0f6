//! The lock by which one process alone has the file.
//!
//! SQLite itself would let two processes write in turn; but ids, lanes and shards are held in
//! memory here, and two owners would do work twice.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// What the refusal ends with.
pub const IN_USE: &str = "another process uses this store";

/// Held as long as it lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// # Errors
    /// If another process has it, or the folder cannot be written.
    pub fn take(database: &Path) -> Result<Self> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let failed = |error: std::io::Error| Error::Open(format!("{}: {error}", path.display()));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::Open(format!("{}: {IN_USE}", database.display())))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
