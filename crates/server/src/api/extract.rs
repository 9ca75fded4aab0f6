//! What a request carries, read so that a mistake is answered as a problem.

use crate::problem::ApiError;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

/// Which environment a call is about.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScopeIn {
    /// The environment's name; may be left out if there is only one.
    pub environment: Option<String>,
}

/// The query, as `T`.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Query(value) = Query::try_from_uri(&parts.uri).map_err(|error| {
            ApiError::bad_request("wrong_query", error.body_text(), "see /api/v1/openapi.json")
        })?;
        Ok(Self(value))
    }
}

/// The JSON body, as `T`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = axum::Json::<T>::from_request(request, state).await;
        read.map(|json| Self(json.0))
            .map_err(|rejection| unread(&rejection))
    }
}

fn unread(rejection: &JsonRejection) -> ApiError {
    let status = match rejection.status() {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        status => status,
    };
    let cure = "send JSON (`Content-Type: application/json`) as /api/v1/openapi.json says";
    ApiError::new(status, "wrong_body", rejection.body_text(), cure)
}

/// The body as it is: a file.
pub struct File(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = Bytes::from_request(request, state).await;
        read.map(Self).map_err(|rejection| {
            let cure = "send the file itself, 2 MiB at most";
            ApiError::new(
                rejection.status(),
                "wrong_body",
                rejection.body_text(),
                cure,
            )
        })
    }
}
