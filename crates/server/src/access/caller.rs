//! Who makes a call.

use crate::problem::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::Role;
use model::ids::AccountId;
use std::sync::Arc;

/// Who makes a call: the guard finds out, handlers take it as an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the audit trail calls them.
    pub name: Arc<str>,
    /// None for the configured token, and for this machine while there are no accounts.
    pub account: Option<AccountId>,
    pub role: Role,
}

impl Caller {
    /// Who calls with the configured token, or from this machine while there are no accounts.
    pub fn api() -> Self {
        Self {
            name: "api".into(),
            account: None,
            role: Role::Admin,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| ApiError::internal(&"a call came past the guard"))
    }
}
