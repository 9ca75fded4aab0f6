//! What a balance transaction means for the books.
//!
//! Each of Stripe's balance transactions is booked exactly once, under its own id, by [`post`]: a
//! pure function of the transaction, of what is left of the charge's deposit, and of the
//! [`PostingRules`]. It balances by construction, because net + fee − amount = 0. A category that is
//! not known goes to suspense and is noted, never guessed.

mod post;
mod rules;
mod share;
mod transaction;

pub use post::{Context, Note, Posting, PostingError, post};
pub use rules::PostingRules;
pub use share::{Share, spread};
pub use transaction::{BalanceTransaction, FeeDetail, TransactionError};
