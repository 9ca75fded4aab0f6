//! Sessions of browsers, and personal tokens of programs.
//!
//! A browser's cookie cannot be read by scripts and is not sent along from other sites. A call that
//! changes something also shows a text that is worked out from the cookie's: a page that cannot read
//! our answers does not have it.

use super::{Caller, Known};
use crate::app::App;
use crate::problem::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, header};
use model::Secret;
use std::time::Duration;
use store::AccountRecord;
use subtle::ConstantTimeEq;
use vault::token;

/// The cookie's name.
pub const COOKIE: &str = "towpath_session";
/// A session that nobody has used for so long is over.
pub const IDLE: Duration = Duration::from_secs(12 * 3_600);
/// A session is over after so long, used or not.
pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);
/// That a session is in use is noted so often at most.
const NOTED_EVERY: Duration = Duration::from_secs(60);
const CSRF: &str = "x-towpath-csrf";

/// What a browser's session is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionKey {
    pub digest: [u8; 32],
    /// What calls that change something show.
    pub csrf: String,
}

impl SessionKey {
    pub fn of(shown: &Secret) -> Self {
        let csrf = token::digest(&Secret::new(format!("csrf {}", shown.expose())));
        Self {
            digest: token::digest(shown),
            csrf: model::ids::crockford(&csrf),
        }
    }
}

/// The session and the caller of a request, as far as there are any.
pub struct Signed {
    pub caller: Option<Caller>,
    pub session: Option<SessionKey>,
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            caller: parts.extensions.get().cloned(),
            session: parts.extensions.get().cloned(),
        })
    }
}

pub fn extension(key: SessionKey) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.insert(key);
    extensions
}

/// `Set-Cookie` for a session; without one, it is taken away. `Secure` when the browser came by TLS.
pub fn cookie(session: Option<&Secret>, headers: &HeaderMap) -> HeaderValue {
    let by_tls = headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
    let secure = if by_tls { "; Secure" } else { "" };
    let (value, age) = match session {
        Some(session) => (session.expose(), LONGEST.as_secs()),
        None => ("", 0),
    };
    let text =
        format!("{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

/// What the browser's cookie shows.
pub fn shown(headers: &HeaderMap) -> Option<Secret> {
    cookies(headers).next().map(Secret::new)
}

/// Who has signed in; none if there is no cookie, or its session is over.
pub(super) async fn by_cookie(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Known>, ApiError> {
    let Some(shown) = shown(headers) else {
        return Ok(None);
    };
    let session = SessionKey::of(&shown);
    let store = app.engine.store();
    let Some(found) = store.sign_in(session.digest).await? else {
        return Ok(None);
    };
    let now = app.engine.clock().now();
    let is_over = now >= found.expires_at || now.since(found.seen_at) >= IDLE;
    if is_over || found.account.disabled {
        return Ok(None);
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        let shown = headers
            .get(CSRF)
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        if !bool::from(shown.ct_eq(session.csrf.as_bytes())) {
            return Err(ApiError::forbidden(
                "the call does not show that it comes from this server's own pages",
                "send the `csrf` of `GET /api/v1/session` as the header `X-Towpath-Csrf`",
            ));
        }
    }
    if now.since(found.seen_at) >= NOTED_EVERY {
        store.see_sign_in(session.digest, now).await?;
    }
    Ok(Some(Known {
        caller: Caller::of(&found.account),
        session: Some(session),
    }))
}

/// Whose program shows a token.
pub(super) async fn by_token(app: &App, digest: [u8; 32]) -> Result<Caller, ApiError> {
    let refused = |detail: &str| ApiError::unauthorized(detail, "use a token that is in force");
    let found = app.engine.store().token_by_digest(digest).await?;
    let (account, token): (AccountRecord, _) =
        found.ok_or_else(|| refused("the token is not accepted"))?;
    let now = app.engine.clock().now();
    if account.disabled || token.revoked_at.is_some() {
        return Err(refused("the token is no longer accepted"));
    }
    if token.expires_at.is_some_and(|at| now >= at) {
        return Err(refused("the token has expired"));
    }
    let caller = Caller::of(&account);
    Ok(Caller {
        role: caller.role.min(token.role),
        ..caller
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_for_this_server_alone_and_no_script_reads_it() {
        let mut headers = HeaderMap::new();
        let text = |headers: &HeaderMap, session: Option<&Secret>| {
            let value = cookie(session, headers);
            value.to_str().expect("a text").to_owned()
        };
        let token = Secret::new("ABC");
        assert_eq!(
            text(&headers, Some(&token)),
            "towpath_session=ABC; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"
        );
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        assert!(text(&headers, Some(&token)).ends_with("; Secure"));
        assert!(text(&headers, None).starts_with("towpath_session=; Path=/; Max-Age=0;"));
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; towpath_session=X1; xtowpath_session=no"),
        );
        assert_eq!(cookies(&headers).collect::<Vec<_>>(), ["X1"]);
    }
}
