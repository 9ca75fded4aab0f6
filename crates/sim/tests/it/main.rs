//! The sandboxes over real HTTP.

mod infor;
mod stripe;
