//! Tests of the engine on real stores, against the sandboxes. A test that needs both goes here too.

mod app;
mod books;
mod crash;
mod open_deposits;
mod returns;
mod spine;
mod weather;
