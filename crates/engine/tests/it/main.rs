//! Tests of the engine on real stores, against the sandboxes. A test that needs both goes here too.

mod app;
mod blocks;
mod books;
mod calls;
mod crash;
mod documents;
mod dry;
mod explain;
mod lookups;
mod open_deposits;
mod plan;
mod repairs;
mod returns;
mod spine;
mod starts;
mod story;
mod traffic;
mod versions;
mod weather;
mod what_if;
mod wrong_flows;
