//! The Stripe connector against the sandbox Stripe, over real HTTP.

mod contract;
mod corpus;
mod delivery;
mod envelope;
mod guard;
mod operation;
mod poll;
mod sandbox;
mod schema;
mod session;
mod signature;
mod wire;
