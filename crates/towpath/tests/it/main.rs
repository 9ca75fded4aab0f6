//! The built binary, as a person calls it.

mod accounts;
mod completions;
mod config;
mod demo;
mod disk;
mod doctor;
mod flow;
mod folder;
mod kill;
mod lookup;
mod mailbox;
mod pause;
mod program;
mod refund;
mod runs;
mod samples;
mod sandbox;
mod serve;
