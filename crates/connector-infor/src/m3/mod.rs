//! M3: its MI transactions over REST, and what flows do with them.

pub mod error;
pub mod field;
pub mod operations;
pub mod reply;
pub mod request;
pub mod wire;
