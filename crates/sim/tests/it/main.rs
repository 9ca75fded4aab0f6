//! The sandboxes over real HTTP.

mod stripe;
