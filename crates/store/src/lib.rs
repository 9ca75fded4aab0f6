//! Everything durable.
//!
//! A [`Store`] speaks in *batch verbs*: each takes many items, is atomic per item, returns when
//! the items are on disk, and may be repeated with the same arguments, because the answer of a
//! commit can be lost. Behind it stand SQLite (one process, one file) and PostgreSQL; only this
//! crate has SQL. Bodies, inputs and answers arrive sealed: the store never sees them.

pub mod advance;
pub mod effect;
pub mod entry;
pub mod error;
pub mod event;
pub mod run;

pub use advance::{Advance, Advanced, Fence};
pub use effect::{EffectRecord, EffectWrite};
pub use entry::{DepositRecord, DepositWrite, EntryRecord, EntryWrite, ExceptionRecord};
pub use error::{Error, Result};
pub use event::{Ingested, NewEvent, NewRun, StartedRun};
pub use run::{CallRecord, DeadLetter, RunRecord, StepRecord};
