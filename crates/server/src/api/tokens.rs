//! Personal API tokens: what a program shows instead of a password.

use super::accounts::role;
use super::extract::{Body, Params};
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::ids::TokenId;
use model::{Problem, Role};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{NewToken, TokenRecord};
use utoipa::ToSchema;
use vault::token;

const NAME_MAX: usize = 80;
const DAYS_MAX: u32 = 3_650;

/// A token, without what is shown.
#[derive(Serialize, ToSchema)]
pub struct TokenOut {
    id: String,
    account: String,
    account_name: String,
    name: String,
    /// What it may do at most; never more than its account.
    role: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub struct NewTokenOut {
    /// What the program shows. It is not kept: nobody can show it again.
    token: String,
    #[serde(flatten)]
    about: TokenOut,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenIn {
    /// What it is for.
    name: String,
    /// The account's own unless told.
    #[serde(default)]
    role: Option<String>,
    /// For ever unless told.
    #[serde(default)]
    expires_in_days: Option<u32>,
}

/// Lists one's own tokens; an administrator sees all.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "accounts", operation_id = "list_tokens",
    params(PageIn),
    responses((status = OK, body = List<TokenOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<PageIn>,
) -> Result<Json<List<TokenOut>>, ApiError> {
    let seek = page.page(|id: TokenId| id.0)?;
    let whose = caller.account.filter(|_| caller.role < Role::Admin);
    let found = app.engine.store().tokens(whose, seek).await?;
    Ok(Json(page.list(found, |t| t.id.to_string(), token_out)?))
}

/// Makes a token of one's own. What it shows is answered once and never again.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "accounts", operation_id = "create_token",
    request_body = TokenIn,
    responses((status = CREATED, body = NewTokenOut), (status = "4XX", body = ProblemOut)))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(given): Body<TokenIn>,
) -> Result<(StatusCode, Json<NewTokenOut>), ApiError> {
    let account = caller.account.ok_or_else(|| {
        ApiError::conflict(
            "a token belongs to an account: sign in, or make one with `towpath token new`",
        )
    })?;
    check_token_name("name", &given.name)?;
    let role = given.role.map(|text| role("role", &text)).transpose()?;
    let role = role.unwrap_or(caller.role);
    caller.needs(role)?;
    let now = app.engine.clock().now();
    let days = given.expires_in_days;
    if days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        let message = format!("a token is in force for 1 to {DAYS_MAX} days, or for ever");
        let cure = "name a number of days, or none";
        return Err(Problem::error("expires_in_days", "wrong_days", message, cure).into());
    }
    let day = Duration::from_secs(24 * 3_600);
    let shown = token::fresh(token::API_PREFIX).map_err(|e| ApiError::internal(&e))?;
    let new = NewToken {
        account,
        name: given.name,
        role,
        digest: token::digest(&shown),
        expires_at: days.map(|days| now.plus(day * days)),
        who: caller.name.to_string(),
        at: now,
    };
    let made = app.engine.store().create_token(new).await?;
    let out = NewTokenOut {
        token: shown.expose().to_owned(),
        about: token_out(made),
    };
    Ok((StatusCode::CREATED, Json(out)))
}

/// Takes a token out of force: one's own, or as an administrator any.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "accounts",
    operation_id = "revoke_token", params(("id" = String, Path, description = "`tok_…`")),
    responses((status = OK, body = TokenOut), (status = "4XX", body = ProblemOut)))]
pub async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<TokenOut>, ApiError> {
    let id: TokenId = id.parse()?;
    let store = app.engine.store();
    if Some(store.token(id).await?.account) != caller.account {
        caller.needs(Role::Admin)?;
    }
    let now = app.engine.clock().now();
    store.revoke_token(id, &caller.name, now).await?;
    Ok(Json(token_out(store.token(id).await?)))
}

fn check_token_name(path: &str, name: &str) -> Result<(), Problem> {
    let is_line = !name.trim().is_empty() && !name.chars().any(char::is_control);
    if is_line && name.chars().count() <= NAME_MAX {
        return Ok(());
    }
    let message = format!("a token's name has 1 to {NAME_MAX} characters on one line");
    Err(Problem::error(
        path,
        "wrong_name",
        message,
        "say what the token is for",
    ))
}

pub fn token_out(token: TokenRecord) -> TokenOut {
    TokenOut {
        id: token.id.to_string(),
        account: token.account.to_string(),
        account_name: token.account_name,
        name: token.name,
        role: token.role.as_str(),
        created_at: rfc3339(token.created_at),
        expires_at: optional(token.expires_at),
        revoked_at: optional(token.revoked_at),
    }
}
