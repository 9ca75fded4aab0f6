//! The sandbox Stripe over real HTTP.

mod client;
mod faults;
mod keyset;
mod listener;
mod money;
mod peers;
mod requests;
mod webhooks;
