//! The connector against the sandbox Infor.

mod auth;
mod budget;
mod contract;
mod customer;
mod document;
mod journal;
mod open;
mod order;
mod payment;
mod poll;
mod sandbox;
mod transport;
