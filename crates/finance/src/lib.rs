//! Money and the books: pure functions from facts of the payment side to journal entries.
//!
//! Nothing here does IO, reads a clock or rounds by surprise: the same input gives the same output,
//! byte for byte. Amounts are integers in minor units with their [`Currency`], or exact decimals.

pub mod currency;
mod date;
pub mod deposit;
pub mod journal;
pub mod money;
pub mod payout;
pub mod posting;
pub mod proof;

pub use currency::Currency;
pub use money::{Money, MoneyError};
