//! Who makes a call.

use crate::problem::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::Role;
use model::ids::AccountId;
use std::net::IpAddr;
use std::sync::Arc;
use store::AccountRecord;

/// What the audit trail calls who comes with the configured token, or from this machine while there
/// are no accounts.
const API: &str = "api";

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
            name: API.into(),
            account: None,
            role: Role::Admin,
        }
    }

    /// Who has signed in.
    pub fn of(account: &AccountRecord) -> Self {
        Self {
            name: account.name.as_str().into(),
            account: Some(account.id),
            role: account.role,
        }
    }

    /// Refuses those of a lesser role.
    pub fn needs(&self, role: Role) -> Result<(), ApiError> {
        if self.role >= role {
            return Ok(());
        }
        let detail = format!(
            "this needs the role `{}`; `{}` has `{}`",
            role.as_str(),
            self.name,
            self.role.as_str()
        );
        Err(ApiError::forbidden(
            detail,
            "ask an administrator, or somebody who has it",
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| ApiError::internal(&"a call came past the guard"))
    }
}

/// The address that a connection comes from: of the proxy, if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let from = parts.extensions.get::<Self>().copied();
        from.ok_or_else(|| ApiError::internal(&"a connection without an address"))
    }
}
