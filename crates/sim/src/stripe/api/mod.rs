//! The resources under `/v1`, one file each: their operations, and what these do to the state.

pub mod account;
pub mod balance;
pub mod charge;
pub mod checkout;
pub mod checkout_session;
pub mod customer;
pub mod dispute;
pub mod event;
pub mod payment;
pub mod payment_intent;
pub mod payment_method;
pub mod payout;
pub mod price;
pub mod product;
pub mod refund;
pub mod webhook_endpoint;
