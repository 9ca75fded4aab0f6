//! The vocabulary of Towpath: ids, events, runs, effects, flow documents, problems, faults, time.
//!
//! Everything above speaks in these words. Nothing here does IO: the clock and the source of
//! randomness are values that are passed in.

pub mod account;
pub mod clock;
pub mod company;
pub mod effect;
pub mod environment;
pub mod fault;
pub mod flow;
pub mod ids;
pub mod lane;
pub mod likeness;
pub mod problem;
pub mod role;
pub mod run;
pub mod secret;
pub mod yaml;

pub use clock::{Clock, Timestamp};
pub use company::Company;
pub use effect::{EffectId, EffectState, Peer};
pub use environment::EnvironmentKind;
pub use fault::{Fault, FaultClass};
pub use flow::Flow;
pub use problem::{Place, Problem, Severity};
pub use role::Role;
pub use run::RunState;
pub use secret::Secret;
