//! The sandbox Stripe, the sandbox Infor and the sandbox mail server: honest servers with state.
//!
//! They speak production's paths, bodies and manners, are deterministic from a seed, keep their own
//! clock, and write a *journal* of every request, so that a test can ask what really happened.
//! This crate depends on nothing else of the workspace: only HTTP joins it to the connectors.

// Whole API objects are written as one `json!` each.
#![recursion_limit = "512"]

pub mod clock;
pub mod faults;
pub mod infor;
pub mod journal;
pub mod mail;
pub mod server;
pub mod stripe;

/// How the pages for people look, light and dark.
const PAGE_STYLE: &str = include_str!("page.css");
