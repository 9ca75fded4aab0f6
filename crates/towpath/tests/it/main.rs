//! The built binary, as a person calls it.

mod completions;
mod config;
mod demo;
mod doctor;
mod flow;
mod kill;
mod lookup;
mod pause;
mod program;
mod runs;
mod sandbox;
mod serve;
