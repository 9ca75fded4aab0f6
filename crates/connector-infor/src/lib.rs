//! Infor: ION API sign-in, M3's MI transactions over REST, and the canonical operations.
//!
//! What is verified, and against whom: everything here runs against the sandbox Infor of this
//! project. No live tenant was available; what Infor's public pages document is marked so where it
//! is used, and what nobody documents is a setting.

pub mod m3;
pub mod settings;
