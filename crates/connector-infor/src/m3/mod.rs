//! M3: its MI transactions over REST, and what flows do with them.

pub mod address;
pub mod amount;
pub mod answer;
pub mod day;
pub mod export;
pub mod field;
pub mod metadata;
pub mod operations;
pub mod parm;
pub mod reply;
pub mod request;
pub mod url;
pub mod voucher;
