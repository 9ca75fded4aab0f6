//! Signing in and out, and the first administrator.

use super::accounts::{AccountOut, account_out, checked_password};
use super::extract::Body;
use crate::access::{
    ACCOUNT, ADDRESS, Address, IDLE, LONGEST, Mode, SessionKey, Signed, cookie, is_local, shown,
};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::account::{check_email, check_name};
use model::ids::AccountId;
use model::{Role, Secret};
use serde::{Deserialize, Serialize};
use store::{NewAccount, NewSignIn};
use utoipa::ToSchema;
use vault::{password, token};

/// Who is signed in, and how.
#[derive(Serialize, ToSchema)]
pub struct SessionOut {
    /// None if nobody is.
    account: Option<AccountOut>,
    /// What calls that change something send as `X-Towpath-Csrf`.
    csrf: Option<String>,
    /// In so many seconds the session is over if nobody uses or extends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_in_seconds: Option<u64>,
    /// There is no account yet.
    first_run: bool,
    /// `open`: everything is allowed from this machine; `sign_in`.
    mode: &'static str,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInIn {
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdminIn {
    name: String,
    email: String,
    /// 12 characters or more.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// As the server printed it when it started; not needed on its own machine while it answers that
    /// alone.
    #[serde(default)]
    setup_code: Option<String>,
}

/// Says who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "accounts", operation_id = "get_session",
    responses((status = OK, body = SessionOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(State(app): State<App>, signed: Signed) -> Result<Json<SessionOut>, ApiError> {
    let account = signed.caller.and_then(|caller| caller.account);
    Ok(Json(session_out(&app, account, signed.session).await?))
}

/// Signs in: the answer sets a cookie that no script can read.
#[utoipa::path(post, path = "/api/v1/session", tag = "accounts", operation_id = "sign_in",
    request_body = SignInIn,
    responses((status = OK, body = SessionOut), (status = "4XX", body = ProblemOut)))]
pub async fn sign_in(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Body(given): Body<SignInIn>,
) -> Result<Response, ApiError> {
    let now = app.engine.clock().now();
    let keys = [
        (format!("account {}", given.email.to_lowercase()), ACCOUNT),
        (format!("address {from}"), ADDRESS),
    ];
    for (key, patience) in &keys {
        let attempt = app.access.throttle.attempt(key, *patience, now);
        attempt.map_err(|wait| {
            let detail = "there were too many wrong attempts to sign in";
            ApiError::too_many("too_many_attempts", detail, wait)
        })?;
    }
    let found = app.engine.store().account_by_email(&given.email).await?;
    // An unknown address takes as long as a wrong password, so that the time tells nothing.
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), hash),
        None => (None, Secret::new(password::NOBODY)),
    };
    let is_right = verify(&app, given.password, hash).await?;
    let Some(account) = account.filter(|account| is_right && !account.disabled) else {
        tracing::warn!(address = %from, "somebody could not sign in");
        return Err(ApiError::unauthorized(
            "the mail address or the password is wrong",
            "write them again; an administrator can give an account a new password",
        ));
    };
    for (key, _) in &keys {
        app.access.throttle.succeeded(key);
    }
    tracing::info!(account = %account.id, address = %from, "signed in");
    open(&app, account.id, &headers).await
}

/// Lets the session go on for as long as a new one, counted from now. A session that is over cannot
/// be extended.
#[utoipa::path(post, path = "/api/v1/session/extend", tag = "accounts",
    operation_id = "extend_session",
    responses((status = OK, body = SessionOut), (status = "4XX", body = ProblemOut)))]
pub async fn extend(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let account = signed.caller.and_then(|caller| caller.account);
    let (Some(session), Some(account), Some(shown)) = (signed.session, account, shown(&headers))
    else {
        return Err(ApiError::unauthorized(
            "there is no session",
            "sign in again",
        ));
    };
    let now = app.engine.clock().now();
    let store = app.engine.store();
    store
        .extend_sign_in(session.digest, now.plus(LONGEST), now)
        .await?;
    let out = session_out(&app, Some(account), Some(session)).await?;
    let cookie = cookie(Some(&shown), &headers);
    Ok((StatusCode::OK, [(header::SET_COOKIE, cookie)], Json(out)).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts", operation_id = "sign_out",
    responses((status = OK, body = SessionOut), (status = "4XX", body = ProblemOut)))]
pub async fn sign_out(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(session) = signed.session {
        app.engine.store().close_sign_in(session.digest).await?;
    }
    let out = session_out(&app, None, None).await?;
    Ok(([(header::SET_COOKIE, cookie(None, &headers))], Json(out)).into_response())
}

/// Makes the first account, an administrator's, and signs in. Only while there is none.
#[utoipa::path(post, path = "/api/v1/session/first_admin", tag = "accounts",
    operation_id = "first_admin", request_body = FirstAdminIn,
    responses((status = OK, body = SessionOut), (status = "4XX", body = ProblemOut)))]
pub async fn first_admin(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    signed: Signed,
    Body(given): Body<FirstAdminIn>,
) -> Result<Response, ApiError> {
    let (store, now) = (app.engine.store(), app.engine.clock().now());
    if app.access.has_accounts(store).await? {
        return Err(ApiError::conflict("there is an account already"));
    }
    let attempt = format!("setup {from}");
    let too_often = app.access.throttle.attempt(&attempt, ADDRESS, now);
    too_often.map_err(|wait| {
        ApiError::too_many("too_many_attempts", "there were too many attempts", wait)
    })?;
    let is_here = app.access.is_open_without_accounts() && is_local(&headers);
    let has_code = given.setup_code.as_deref();
    let has_code = has_code.is_some_and(|code| app.access.is_setup_code(code));
    if !is_here && !has_code && signed.caller.is_none() {
        return Err(ApiError::forbidden(
            "the setup code is missing or wrong",
            "the server printed it when it started",
        ));
    }
    check_name("name", &given.name)?;
    check_email("email", &given.email)?;
    let new = NewAccount {
        who: given.name.clone(),
        name: given.name,
        email: given.email,
        role: Role::Admin,
        password: checked_password(&app, "password", given.password).await?,
        only_first: true,
        at: now,
    };
    let account = store.create_account(new).await?;
    app.access.throttle.succeeded(&attempt);
    open(&app, account, &headers).await
}

async fn verify(app: &App, given: Secret, hash: Secret) -> Result<bool, ApiError> {
    app.access
        .hashed(move || password::verify(&given, &hash))
        .await
}

/// Whether an account has this password.
pub async fn has_password(app: &App, email: &str, given: Secret) -> Result<bool, ApiError> {
    match app.engine.store().account_by_email(email).await? {
        Some((_, hash)) => verify(app, given, hash).await,
        None => Ok(false),
    }
}

/// Opens a session and answers with its cookie.
async fn open(app: &App, account: AccountId, headers: &HeaderMap) -> Result<Response, ApiError> {
    let shown = token::fresh("").map_err(|e| ApiError::internal(&e))?;
    let session = SessionKey::of(&shown);
    let now = app.engine.clock().now();
    let new = NewSignIn {
        digest: session.digest,
        account,
        at: now,
        expires_at: now.plus(LONGEST),
        idle: IDLE,
    };
    app.engine.store().open_sign_in(new).await?;
    let out = session_out(app, Some(account), Some(session)).await?;
    let cookie = cookie(Some(&shown), headers);
    Ok((StatusCode::OK, [(header::SET_COOKIE, cookie)], Json(out)).into_response())
}

async fn session_out(
    app: &App,
    account: Option<AccountId>,
    session: Option<SessionKey>,
) -> Result<SessionOut, ApiError> {
    let store = app.engine.store();
    let account = match account {
        Some(id) => Some(account_out(store.account(id).await?)),
        None => None,
    };
    let ends_in_seconds = match &session {
        Some(session) => ends_in(app, session).await?,
        None => None,
    };
    Ok(SessionOut {
        account,
        ends_in_seconds,
        csrf: session.map(|session| session.csrf),
        first_run: !app.access.has_accounts(store).await?,
        mode: match app.access.mode(store).await? {
            Mode::Open => "open",
            Mode::SignIn => "sign_in",
        },
    })
}

/// Seconds until a session is over by its age, or by nobody using it from now on.
async fn ends_in(app: &App, session: &SessionKey) -> Result<Option<u64>, ApiError> {
    let found = app.engine.store().sign_in(session.digest).await?;
    let now = app.engine.clock().now();
    Ok(found.map(|found| found.expires_at.since(now).min(IDLE).as_secs()))
}
