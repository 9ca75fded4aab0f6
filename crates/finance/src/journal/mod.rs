//! Journal entries: balanced or they do not exist.

mod entry;

pub use entry::{JournalEntry, JournalError, JournalLine};
