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
    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self;
}

impl Routes for OpenApiRouter<App> {
    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self {
        Self::routes(self, routes)
    }
}

impl Routes for Router<App> {
    fn routes(self, routes: UtoipaMethodRouter<App>) -> Self {
        self.merge(Self::from(OpenApiRouter::new().routes(routes)))
    }
}

/// Lets the bodies of a path be so long.
pub fn with_bodies(
    most: usize,
    (schemas, paths, methods): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    (schemas, paths, methods.layer(DefaultBodyLimit::max(most)))
}
