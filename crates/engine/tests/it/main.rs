//! Tests of the engine on real stores, against the sandboxes. A test that needs both goes here too.

mod app;
mod books;
mod crash;
mod explain;
mod plan;
mod spine;
mod starts;
mod wrong_flows;
