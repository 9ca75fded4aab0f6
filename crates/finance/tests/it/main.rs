//! The books' contract: worked examples as data, laws by generated input.

mod bank;
mod cases;
mod documents;
mod laws;
mod proof;
mod story;
