//! Proving a payout: its members are all booked and sum to it, and the bank has it.

mod bank;
mod entry;
mod prove;

pub use bank::{BankLine, BankMatch, match_bank, match_bank_near};
pub use entry::{arrival_entry, return_entry};
pub use prove::{Discrepancy, Member, PayoutProof, prove};
