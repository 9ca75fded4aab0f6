//! `POST /hooks/{environment}/{connection}/{endpoint}`: stored, then answered.
//!
//! The hot path of the whole program. It does no routing, no tracing and no parsing of its own; a
//! body that came in one piece is not copied. `endpoint` is the sender's name for the address, so
//! that several can be told apart in its dashboard; any will do.

use crate::app::App;
use crate::problem::{self, ApiError};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use engine::{Accepted, BODY_MAX_BYTES, Delivery, Refusal};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use std::time::{Duration, Instant};

/// How long a sender may take for its body.
const BODY_TIME: Duration = Duration::from_secs(10);
/// What the sender should wait while the store is away.
const RETRY_AFTER_S: u32 = 5;

/// An answer of ingress.
pub type Answer = hyper::Response<Full<Bytes>>;

/// The environment and connection of an ingress path.
pub fn address(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("/hooks/")?.split('/');
    let (environment, connection, endpoint) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !endpoint.is_empty();
    whole.then_some((environment, connection))
}

/// Takes one delivery.
pub async fn deliver(app: &App, request: hyper::Request<Incoming>) -> Answer {
    let begun = Instant::now();
    let (head, body) = request.into_parts();
    let taken = match address(head.uri.path()) {
        Some(address) => take(app, address, &head.headers, body).await,
        None => Err(Refusal::NoEndpoint.into()),
    };
    app.metrics.deliveries.count(&taken);
    match taken {
        Ok(_) => {
            app.metrics.acknowledged.record(begun.elapsed());
            json(
                StatusCode::OK,
                Bytes::from_static(b"{}"),
                "application/json",
            )
        }
        Err(refused) => refuse(app, &refused),
    }
}

/// Why a delivery was not taken.
#[derive(Debug)]
pub enum Refused {
    Engine(Refusal),
    /// The body broke off or took too long.
    Unread,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Engine(refusal)
    }
}

async fn take(
    app: &App,
    (environment, connection): (&str, &str),
    headers: &HeaderMap,
    body: Incoming,
) -> Result<Accepted, Refused> {
    if body.size_hint().lower() > BODY_MAX_BYTES as u64 {
        return Err(Refusal::TooLong.into());
    }
    let body = tokio::time::timeout(BODY_TIME, read(body))
        .await
        .unwrap_or(Err(Refused::Unread))?;
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(ToOwned::to_owned)
    };
    let delivery = Delivery {
        environment,
        connection,
        header: &header,
        body: &body,
    };
    Ok(app.engine.deliver(delivery).await?)
}

async fn read(mut body: Incoming) -> Result<Bytes, Refused> {
    let mut whole: Option<BytesMut> = None;
    let mut first = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refused::Unread)?.into_data() else {
            continue;
        };
        let so_far = whole.as_ref().map_or(first.len(), BytesMut::len);
        if so_far + data.len() > BODY_MAX_BYTES {
            return Err(Refusal::TooLong.into());
        }
        if so_far == 0 {
            first = data;
        } else {
            whole
                .get_or_insert_with(|| BytesMut::from(&first[..]))
                .extend_from_slice(&data);
        }
        if body.is_end_stream() {
            break;
        }
    }
    Ok(whole.map_or(first, BytesMut::freeze))
}

fn refuse(app: &App, refused: &Refused) -> Answer {
    let error = match refused {
        Refused::Unread => {
            ApiError::bad_request("body_unread", "the body broke off", "send it again, whole")
        }
        Refused::Engine(refusal) => explain(app, refusal),
    };
    let (status, body, _) = error.parts();
    let mut answer = json(status, body, problem::MEDIA_TYPE);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        // The rest of the body was not read: the connection cannot be used again.
        answer
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn explain(app: &App, refusal: &Refusal) -> ApiError {
    let (status, code, cure) = match refusal {
        Refusal::NoEndpoint => (
            StatusCode::NOT_FOUND,
            "no_endpoint",
            "the address is /hooks/{environment}/{connection}/{endpoint}, with the names of the \
             configuration",
        ),
        Refusal::Signature(_) => (
            StatusCode::BAD_REQUEST,
            "bad_signature",
            "compare the endpoint's signing secret with the connection's, and the clocks",
        ),
        Refusal::NotAnEvent(_) => (
            StatusCode::BAD_REQUEST,
            "not_an_event",
            "send an event of the connection's kind",
        ),
        Refusal::WrongMode(_) => (
            StatusCode::BAD_REQUEST,
            "wrong_mode",
            "send test events to a test environment and live ones to a live environment",
        ),
        Refusal::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_long",
            "send a shorter body",
        ),
        Refusal::Away(cause) => {
            app.metrics.deliveries.note_away(cause);
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "away",
                "send it again later; nothing was stored",
            )
        }
    };
    ApiError::new(status, code, refusal.to_string(), cure)
}

fn json(status: StatusCode, body: Bytes, kind: &'static str) -> Answer {
    let mut answer = hyper::Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_has_three_parts() {
        assert_eq!(address("/hooks/test/stripe/main"), Some(("test", "stripe")));
        for wrong in [
            "/hooks/",
            "/hooks/test/stripe",
            "/hooks/test/stripe/",
            "/hooks/a/b/c/d",
            "/",
        ] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
