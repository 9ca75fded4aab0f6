//! Who may use the API, and the headers that all answers but those of ingress carry.
//!
//! With a token configured every call shows it. Without one the API answers only when the server is
//! bound to loopback, and only calls that name a loopback host and come from no web page of another
//! site, because any page that a person visits could otherwise reach it.

mod caller;

pub use caller::Caller;

use crate::app::App;
use crate::problem::ApiError;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use model::Secret;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use subtle::ConstantTimeEq;

/// The rule for API calls.
pub enum Access {
    /// The token's hash: what is compared is then of one length.
    Token([u8; 32]),
    Loopback,
    Closed,
}

impl Access {
    pub fn new(token: Option<&Secret>, bound: SocketAddr) -> Self {
        match token {
            Some(token) => Self::Token(Sha256::digest(token.expose().as_bytes()).into()),
            None if bound.ip().is_loopback() => Self::Loopback,
            None => Self::Closed,
        }
    }

    fn check(&self, headers: &HeaderMap) -> Result<Caller, ApiError> {
        match self {
            Self::Token(expected) => {
                let shown = bearer(headers).ok_or_else(|| {
                    unauthorized(
                        "the call shows no token",
                        "send `Authorization: Bearer <token>`",
                    )
                })?;
                let hash: [u8; 32] = Sha256::digest(shown.as_bytes()).into();
                if bool::from(hash.ct_eq(expected)) {
                    return Ok(Caller::api());
                }
                Err(unauthorized(
                    "the token is not accepted",
                    "use the configured token",
                ))
            }
            Self::Loopback if is_local(headers) => Ok(Caller::api()),
            Self::Loopback => Err(forbidden(
                "without a token the API answers only calls from this machine",
                "call it as 127.0.0.1, or configure `server.api_token_file`",
            )),
            Self::Closed => Err(forbidden(
                "the API is closed: the server is reachable from outside and has no token",
                "configure `server.api_token_file`, or listen on 127.0.0.1",
            )),
        }
    }
}

fn unauthorized(detail: &str, cure: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", detail, cure)
}

fn forbidden(detail: &str, cure: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "forbidden", detail, cure)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a call names this machine and comes from no other site's page.
fn is_local(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let site = headers
        .get("sec-fetch-site")
        .map(|v| v.to_str().unwrap_or_default());
    let own = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, host)| is_loopback(host))
    };
    text(header::HOST).is_some_and(is_loopback)
        && text(header::ORIGIN).is_none_or(own)
        && site.is_none_or(|s| matches!(s, "same-origin" | "none"))
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
    let caller = app.access.check(request.headers())?;
    request.extensions_mut().insert(caller);
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
    fn a_token_is_asked_for_wherever_one_is_configured() {
        let bound = "0.0.0.0:80".parse().expect("an address");
        let access = Access::new(Some(&Secret::new("tok")), bound);
        assert!(
            access
                .check(&headers(&[("authorization", "Bearer tok")]))
                .is_ok()
        );
        assert!(
            access
                .check(&headers(&[("authorization", "bearer tok")]))
                .is_ok()
        );
        for wrong in ["Bearer to", "Bearer tokk", "Basic tok", "tok", "Bearer "] {
            assert!(
                access.check(&headers(&[("authorization", wrong)])).is_err(),
                "{wrong}"
            );
        }
        assert!(access.check(&headers(&[("host", "127.0.0.1")])).is_err());
    }

    #[test]
    fn without_a_token_only_this_machine_is_answered() {
        let here = Access::new(None, "127.0.0.1:80".parse().expect("an address"));
        for host in ["127.0.0.1:8080", "localhost", "[::1]:80"] {
            assert!(here.check(&headers(&[("host", host)])).is_ok(), "{host}");
        }
        let outside = [
            headers(&[]),
            headers(&[("host", "evil.example")]),
            headers(&[("host", "localhost"), ("origin", "https://evil.example")]),
            headers(&[("host", "localhost"), ("origin", "null")]),
            headers(&[("host", "localhost"), ("sec-fetch-site", "cross-site")]),
        ];
        for headers in outside {
            assert!(here.check(&headers).is_err(), "{headers:?}");
        }
        let open = Access::new(None, "0.0.0.0:80".parse().expect("an address"));
        assert!(open.check(&headers(&[("host", "localhost")])).is_err());
    }
}
