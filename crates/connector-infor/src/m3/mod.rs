//! M3: its MI transactions over REST, and what flows do with them.

pub mod day;
pub mod error;
pub mod field;
pub mod invoice;
pub mod operations;
pub mod reply;
pub mod request;
pub mod voucher;
pub mod wire;
