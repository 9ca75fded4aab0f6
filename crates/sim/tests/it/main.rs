//! The sandboxes over real HTTP.

mod infor;
mod mail;
mod stripe;
