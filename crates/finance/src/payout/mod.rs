//! Proving a payout: its members are all booked and sum to it, and the bank has it.

mod bank;
mod prove;

pub use bank::{BankLine, BankMatch, match_bank, match_bank_near};
pub use prove::{Discrepancy, Member, PayoutProof, prove};
