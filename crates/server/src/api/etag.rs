//! Two people never overwrite each other silently: a change names what it was made from.
//!
//! What can be changed is answered with `ETag: "<revision>"`; a change shows it as `If-Match`.

use crate::problem::ApiError;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Display;

/// What a change was made from, as `If-Match` or `If-None-Match: *` say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Tag(String),
    /// That there is nothing yet.
    Nothing,
}

impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        if text(headers, &header::IF_NONE_MATCH) == Some("*") {
            return Ok(Self::Nothing);
        }
        let Some(tag) = text(headers, &header::IF_MATCH) else {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                "the call does not say what it changes: it has no `If-Match`",
                "read it first and send its `ETag` as `If-Match`; `If-None-Match: *` where there is \
                 nothing yet",
            ));
        };
        let inner = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        match inner.filter(|t| !t.contains('"')) {
            Some(tag) => Ok(Self::Tag(tag.to_owned())),
            None => Err(wrong(tag)),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .map(str::trim)
}

fn wrong(tag: &str) -> ApiError {
    let detail = format!("`{tag}` is no tag of this");
    ApiError::bad_request("wrong_tag", detail, "copy the `ETag` of what is changed")
}

impl Expected {
    /// The revision, 0 for nothing.
    pub fn revision(&self) -> Result<i64, ApiError> {
        match self {
            Self::Nothing => Ok(0),
            Self::Tag(tag) => tag.parse().map_err(|_| wrong(tag)),
        }
    }
}

/// An answer with its tag.
pub struct Tagged<T>(pub StatusCode, pub String, pub T);

impl<T: Serialize> Tagged<T> {
    pub fn ok(tag: impl Display, body: T) -> Self {
        Self(StatusCode::OK, tag.to_string(), body)
    }

    pub fn created(tag: impl Display, body: T) -> Self {
        Self(StatusCode::CREATED, tag.to_string(), body)
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let Self(status, tag, body) = self;
        let mut response = (status, Json(body)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}
