//! Who may use the API, and the headers that all answers but those of ingress carry.
//!
//! A call is made with the configured token, with a personal token, or by a browser that has signed
//! in. While there are no accounts and no configured token, a server that is bound to loopback
//! answers every call from this machine, but none from a web page of another site, because any page
//! that a person visits could otherwise reach it.

mod caller;
mod rights;
mod session;
mod throttle;

pub use caller::{Address, Caller};
pub use session::{IDLE, LONGEST, SessionKey, Signed, cookie, shown};
pub use throttle::{ACCOUNT, ADDRESS, Throttle};

use crate::app::App;
use crate::problem::ApiError;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use model::Secret;
use rights::Need;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use vault::token;

/// Passwords that are hashed at a time: each takes 19 MiB and a core.
const HASHED_AT_ONCE: usize = 2;

/// What decides about a call.
pub struct Access {
    /// The configured token's hash: what is compared is then of one length.
    token: Option<[u8; 32]>,
    is_loopback: bool,
    /// Once there is one, there always is: accounts are disabled, never deleted.
    has_accounts: AtomicBool,
    /// Proves, while there are no accounts, that who makes the first runs this machine.
    setup_code: Option<[u8; 32]>,
    pub throttle: Throttle,
    hashing: Semaphore,
}

/// How a server knows who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything is allowed from this machine.
    Open,
    SignIn,
}

/// A call whose caller is known.
#[derive(Clone)]
struct Known {
    caller: Caller,
    session: Option<SessionKey>,
}

impl Access {
    /// `setup_code` is there if there are no accounts yet.
    pub fn new(token: Option<&Secret>, bound: SocketAddr, setup_code: Option<&Secret>) -> Self {
        Self {
            token: token.map(token::digest),
            is_loopback: bound.ip().is_loopback(),
            has_accounts: AtomicBool::new(setup_code.is_none()),
            setup_code: setup_code.map(token::digest),
            throttle: Throttle::default(),
            hashing: Semaphore::new(HASHED_AT_ONCE),
        }
    }

    /// Whether calls of this machine would be answered without anything shown.
    pub fn is_open_without_accounts(&self) -> bool {
        self.token.is_none() && self.is_loopback
    }

    /// Whether there is an account, also one that another process made.
    pub async fn has_accounts(&self, store: &store::Store) -> Result<bool, store::Error> {
        if !self.has_accounts.load(Ordering::Acquire) && store.has_accounts().await? {
            self.has_accounts.store(true, Ordering::Release);
        }
        Ok(self.has_accounts.load(Ordering::Acquire))
    }

    pub async fn mode(&self, store: &store::Store) -> Result<Mode, store::Error> {
        let is_open = self.is_open_without_accounts() && !self.has_accounts(store).await?;
        Ok(if is_open { Mode::Open } else { Mode::SignIn })
    }

    /// Whether this is the code that the server showed when it started.
    pub fn is_setup_code(&self, given: &str) -> bool {
        let given = token::digest(&Secret::new(given.trim().to_uppercase()));
        self.setup_code
            .is_some_and(|own| bool::from(own.ct_eq(&given)))
    }

    /// Hashes a password, or compares one, when it is its turn and off the threads of requests.
    pub async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.hashing.acquire().await;
        let _turn = turn.map_err(|e| ApiError::internal(&e))?;
        let worked = tokio::task::spawn_blocking(work).await;
        worked.map_err(|e| ApiError::internal(&e))
    }

    fn is_configured(&self, digest: &[u8; 32]) -> bool {
        self.token.is_some_and(|own| bool::from(own.ct_eq(digest)))
    }

    /// What is answered to a call that shows nothing.
    fn nothing_shown(&self, headers: &HeaderMap, has_accounts: bool) -> Result<Caller, ApiError> {
        if has_accounts || self.token.is_some() {
            return Err(ApiError::unauthorized(
                "the call shows no token, and nobody has signed in",
                "sign in, or send `Authorization: Bearer <token>`",
            ));
        }
        if !self.is_loopback {
            return Err(ApiError::forbidden(
                "the API is closed: the server is reachable from outside and there are no accounts",
                "make the first account with the setup code that the server printed when it \
                 started, configure `server.api_token_file`, or listen on 127.0.0.1",
            ));
        }
        if is_local(headers) {
            return Ok(Caller::api());
        }
        Err(ApiError::forbidden(
            "without accounts and a token the API answers only calls from this machine",
            "call it as 127.0.0.1, make an account, or configure `server.api_token_file`",
        ))
    }
}

/// Who makes a call.
async fn known(app: &App, method: &Method, headers: &HeaderMap) -> Result<Known, ApiError> {
    let store = app.engine.store();
    if let Some(shown) = bearer(headers) {
        let digest = token::digest(&Secret::new(shown));
        let caller = if app.access.is_configured(&digest) {
            Caller::api()
        } else {
            session::by_token(app, digest).await?
        };
        return Ok(Known {
            caller,
            session: None,
        });
    }
    if let Some(known) = session::by_cookie(app, method, headers).await? {
        return Ok(known);
    }
    let has_accounts = app.access.has_accounts(store).await?;
    let caller = app.access.nothing_shown(headers, has_accounts)?;
    Ok(Known {
        caller,
        session: None,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a call names this machine and comes from no other site's page.
pub fn is_local(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let own = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, host)| is_loopback(host))
    };
    text(header::HOST).is_some_and(is_loopback)
        && text(header::ORIGIN).is_none_or(own)
        && is_same_site(headers)
}

/// Whether no other site's page makes the call, as far as the browser says.
fn is_same_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    site.is_none_or(|site| matches!(site, b"same-origin" | b"none"))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse()
            .is_ok_and(|a: std::net::IpAddr| a.is_loopback())
}

/// Lets a call through with its [`Caller`], or says why not.
pub async fn guard(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let route = request.extensions().get::<MatchedPath>();
    let path = route.map_or_else(|| request.uri().path(), MatchedPath::as_str);
    let need = rights::need(request.method(), path);
    match (need, known(&app, request.method(), request.headers()).await) {
        (need, Ok(known)) => {
            if let Need::Role(role) = need {
                known.caller.needs(role)?;
            }
            let extensions = request.extensions_mut();
            extensions.insert(known.caller);
            extensions.extend(known.session.map(session::extension).unwrap_or_default());
        }
        (Need::Nothing, Err(_)) if is_same_site(request.headers()) => {}
        (_, Err(error)) => return Err(error),
    }
    Ok(next.run(request).await)
}

/// Adds the headers that keep browsers from doing anything with an answer but showing it. What the
/// answer says itself stays.
pub async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(n, v)| {
            (
                header::HeaderName::from_static(n),
                HeaderValue::from_static(v),
            )
        });
        pairs.collect()
    }

    #[test]
    fn a_token_is_shown_as_a_bearer() {
        let bound = "0.0.0.0:80".parse().expect("an address");
        let access = Access::new(Some(&Secret::new("tok")), bound, None);
        let is_configured = |value| {
            let headers = headers(&[("authorization", value)]);
            let shown = bearer(&headers).map(|shown| token::digest(&Secret::new(shown)));
            shown.is_some_and(|digest| access.is_configured(&digest))
        };
        assert!(is_configured("Bearer tok") && is_configured("bearer tok"));
        for wrong in ["Bearer to", "Bearer tokk", "Basic tok", "tok", "Bearer "] {
            assert!(!is_configured(wrong), "{wrong}");
        }
    }

    #[test]
    fn without_accounts_and_a_token_only_this_machine_is_answered() {
        let code = Secret::new("ABCD");
        let here = "127.0.0.1:80".parse().expect("an address");
        let access = Access::new(None, here, Some(&code));
        for host in ["127.0.0.1:8080", "localhost", "[::1]:80"] {
            let answer = access.nothing_shown(&headers(&[("host", host)]), false);
            assert!(answer.is_ok(), "{host}");
        }
        let outside = [
            headers(&[]),
            headers(&[("host", "evil.example")]),
            headers(&[("host", "localhost"), ("origin", "https://evil.example")]),
            headers(&[("host", "localhost"), ("origin", "null")]),
            headers(&[("host", "localhost"), ("sec-fetch-site", "cross-site")]),
        ];
        for headers in outside {
            assert!(
                access.nothing_shown(&headers, false).is_err(),
                "{headers:?}"
            );
        }
        let local = headers(&[("host", "localhost")]);
        assert!(
            access.nothing_shown(&local, true).is_err(),
            "there are accounts"
        );
        let everywhere = "0.0.0.0:80".parse().expect("an address");
        let closed = Access::new(None, everywhere, Some(&code));
        assert!(closed.nothing_shown(&local, false).is_err());
        assert!(closed.is_setup_code(" abcd ") && !closed.is_setup_code("ABCE"));
    }
}
