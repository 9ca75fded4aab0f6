//! The connector against the sandbox Infor, over HTTP on this machine.

mod auth;
mod errors;
mod lists;
mod sandbox;
mod session;
