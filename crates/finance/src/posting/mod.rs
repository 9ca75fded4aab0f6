//! What a balance transaction means for the books.
//!
//! Each of Stripe's balance transactions is booked exactly once, under its own id, by [`post`]: a
//! pure function of the transaction, of what the books know of its charge ([`Context`]), and of the
//! [`PostingRules`]. It balances by construction, because net + fee − amount = 0. A category that
//! is not known goes to suspense and is noted, never guessed.

mod category;
mod dispute;
mod fee;
mod known;
mod note;
mod post;
mod rules;
mod schedule;
mod share;
mod taken;
mod transaction;

pub use dispute::{Lost, dispute_lost};
pub use known::{Known, post_known};
pub use note::Note;
pub use post::{Context, Posting, PostingError, post};
pub use rules::PostingRules;
pub use schedule::{RuleError, RuleSchedule};
pub(crate) use share::share;
pub use share::{Share, part_of, spread};
pub use transaction::{BalanceTransaction, FeeDetail, TransactionError};
