//! Paths with their handlers, and with or without their description.

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Takes up paths one after another.
///
/// Who only serves them needs no description: it takes more memory than all the rest of a fresh
/// process.
pub trait Routes: Sized {
    fn none() -> Self;

    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self;

    fn and(self, others: Self) -> Self;

    /// Lets the bodies be so long.
    fn body_bytes(self, most: usize) -> Self;
}

impl Routes for OpenApiRouter<App> {
    fn none() -> Self {
        Self::new()
    }

    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self {
        Self::routes(self, routes)
    }

    fn and(self, others: Self) -> Self {
        self.merge(others)
    }

    fn body_bytes(self, most: usize) -> Self {
        self.layer(DefaultBodyLimit::max(most))
    }
}

impl Routes for Router<App> {
    fn none() -> Self {
        Self::new()
    }

    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self {
        self.merge(Self::from(OpenApiRouter::new().routes(routes)))
    }

    fn and(self, others: Self) -> Self {
        self.merge(others)
    }

    fn body_bytes(self, most: usize) -> Self {
        self.layer(DefaultBodyLimit::max(most))
    }
}
