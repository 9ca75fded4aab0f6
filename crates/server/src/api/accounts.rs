//! Accounts: who may sign in, and as what.

use super::etag::{Expected, Tagged};
use super::extract::{Body, Params};
use super::session::has_password;
use crate::access::Caller;
use crate::app::App;

use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use model::account::{check_email, check_name};
use model::ids::AccountId;
use model::{Problem, Role, Secret};
use serde::{Deserialize, Serialize};
use store::{AccountRecord, ChangeAccount, NewAccount};
use utoipa::ToSchema;
use vault::password;

/// An account.
#[derive(Serialize, ToSchema)]
pub struct AccountOut {
    id: String,
    name: String,
    email: String,
    /// `viewer`, `operator`, `editor`, `approver`, `admin`.
    role: &'static str,
    disabled: bool,
    revision: i64,
    changed_by: String,
    created_at: String,
    changed_at: String,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountIn {
    name: String,
    email: String,
    /// `viewer`, `operator`, `editor`, `approver`, `admin`.
    role: String,
    /// 12 characters or more; its owner changes it.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// What is to be changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChangeIn {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    disabled: Option<bool>,
    /// 12 characters or more. All sessions of the account end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// Needed to change one's own.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    current_password: Option<Secret>,
}

/// Lists accounts, oldest first.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts",
    params(PageIn),
    responses((status = OK, body = List<AccountOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<AccountOut>>, ApiError> {
    let seek = page.page(|id: AccountId| id.0)?;
    let found = app.engine.store().accounts(seek).await?;
    Ok(Json(page.list(found, |a| a.id.to_string(), account_out)?))
}

/// Makes an account.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", operation_id = "create_account",
    request_body = AccountIn,
    responses((status = CREATED, body = AccountOut), (status = "4XX", body = ProblemOut)))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(given): Body<AccountIn>,
) -> Result<Tagged<AccountOut>, ApiError> {
    check_name("name", &given.name)?;
    check_email("email", &given.email)?;
    let role = role("role", &given.role)?;
    let store = app.engine.store();
    if role != Role::Admin && !app.access.has_accounts(store).await? {
        return Err(ApiError::conflict(
            "the first account is an administrator's: without one nobody could make another",
        ));
    }
    let new = NewAccount {
        role,
        name: given.name,
        email: given.email,
        password: checked_password(&app, "password", given.password).await?,
        only_first: false,
        who: caller.name.to_string(),
        at: app.engine.clock().now(),
    };
    let id = store.create_account(new).await?;
    let account = store.account(id).await?;
    Ok(Tagged::created(account.revision, account_out(account)))
}

/// Changes an account. Everybody changes the own password; the rest is an administrator's.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts",
    operation_id = "change_account",
    params(("id" = String, Path, description = "`acc_…`"),
        ("If-Match" = String, Header, description = "The account's revision, in quotes.")),
    request_body = AccountChangeIn,
    responses((status = OK, body = AccountOut), (status = "4XX", body = ProblemOut)))]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    expected: Expected,
    Body(given): Body<AccountChangeIn>,
) -> Result<Tagged<AccountOut>, ApiError> {
    let id: AccountId = id.parse()?;
    let is_own = caller.account == Some(id);
    let only_password = given.name.is_none()
        && given.email.is_none()
        && given.role.is_none()
        && given.disabled.is_none();
    if !(is_own && only_password) {
        caller.needs(Role::Admin)?;
    }
    let store = app.engine.store();
    let before = store.account(id).await?;
    if is_own && given.password.is_some() {
        // Whoever finds an open browser does not take over the account.
        let current = given.current_password.unwrap_or(Secret::new(""));
        if !has_password(&app, &before.email, current).await? {
            return Err(ApiError::forbidden(
                "the current password is wrong",
                "write it as `current_password`",
            ));
        }
    }
    if let Some(name) = &given.name {
        check_name("name", name)?;
    }
    if let Some(email) = &given.email {
        check_email("email", email)?;
    }
    let password = match given.password {
        Some(password) => Some(checked_password(&app, "password", password).await?),
        None => None,
    };
    let change = ChangeAccount {
        id,
        expected: Some(expected.revision()?),
        name: given.name,
        email: given.email,
        role: given.role.map(|text| role("role", &text)).transpose()?,
        password,
        disabled: given.disabled,
        who: caller.name.to_string(),
        at: app.engine.clock().now(),
    };
    let revision = store.change_account(change).await?;
    Ok(Tagged::ok(revision, account_out(store.account(id).await?)))
}

/// A role that a caller names.
pub fn role(path: &str, text: &str) -> Result<Role, ApiError> {
    text.parse().map_err(|message: String| {
        let cure = "name one of them";
        Problem::error(path, "wrong_role", message, cure).into()
    })
}

/// The hash of a password that can be one.
pub async fn checked_password(app: &App, path: &str, given: Secret) -> Result<Secret, ApiError> {
    app.access
        .hashed(move || password::hash(&given))
        .await?
        .map_err(|error| match error {
            vault::Error::Password => {
                let cure = "take a longer one; several words are easy to remember";
                Problem::error(path, "wrong_password", error.to_string(), cure).into()
            }
            other => ApiError::internal(&other),
        })
}

/// A stored account as the API shows it.
pub fn account_out(account: AccountRecord) -> AccountOut {
    AccountOut {
        id: account.id.to_string(),
        name: account.name,
        email: account.email,
        role: account.role.as_str(),
        disabled: account.disabled,
        revision: account.revision,
        changed_by: account.changed_by,
        created_at: rfc3339(account.created_at),
        changed_at: rfc3339(account.changed_at),
    }
}
