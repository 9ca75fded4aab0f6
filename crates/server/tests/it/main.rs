//! The server over real HTTP: an engine on a SQLite file, Stripe's connector, a clock by hand.

mod access;
mod accounts;
mod api;
mod app;
mod designer;
mod dry_run;
mod folder;
mod ingress;
mod live;
mod lookups;
mod openapi;
mod operations;
mod repairs;
mod second_person;
mod starts;
mod traffic;
mod versions;
mod what_ifs;
