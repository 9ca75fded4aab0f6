//! The HTTP face: webhook ingress, the API, the web app, health and metrics.
//!
//! Ingress is answered before the router is asked, because its cost decides how many deliveries a
//! machine takes: path, body, [`engine::Engine::deliver`], answer, and nothing else. The rest is
//! an ordinary axum application. TLS belongs to the proxy in front.

mod access;
mod api;
mod app;
pub mod guide;
mod health;
mod ingress;
mod listen;
mod mask;
mod metrics;
mod paging;
mod problem;
mod rules;
mod shared_answer;
mod time;
mod web;

pub use api::document;
pub use app::Settings;
pub use listen::{Server, ServerError};
