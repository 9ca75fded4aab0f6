//! The built binary, as a person calls it.

mod completions;
mod config;
mod doctor;
mod flow;
mod program;
mod runs;
mod serve;
