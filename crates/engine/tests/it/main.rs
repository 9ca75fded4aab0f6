//! Tests of the engine on real stores, against the sandboxes. A test that needs both goes here too.

mod app;
mod blocks;
mod books;
mod crash;
mod documents;
mod dry;
mod explain;
mod lookups;
mod plan;
mod spine;
mod wrong_flows;
