//! The server over real HTTP: an engine on a SQLite file, Stripe's connector, a clock by hand.

mod access;
mod api;
mod app;
mod designer;
mod dry_run;
mod folder;
mod ingress;
mod lookups;
mod openapi;
mod operations;
mod starts;
mod versions;
