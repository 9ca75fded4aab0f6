//! What went wrong with a request, as RFC 9457 `application/problem+json`.
//!
//! A caller's mistake says what and how to cure it. A failure of ours is logged once with its chain
//! and answered with a reference to that line of the log, nothing else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::repair::RepairError;
use engine::what_if::WhatIfError;
use engine::{ChangeError, OperateError, StartError};
use model::Problem;
use model::ids::WrongId;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use utoipa::ToSchema;

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error as it is answered (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemOut {
    /// Names the kind of error: `urn:towpath:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:towpath:problem:not_found")]
    kind: String,
    /// The status in words.
    title: &'static str,
    status: u16,
    /// What is wrong, as a sentence.
    detail: String,
    /// Stable, for machines.
    code: &'static str,
    /// What to do about it.
    #[serde(skip_serializing_if = "str::is_empty")]
    cure: String,
    /// What is wrong with a document, all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<DocumentProblemOut>,
    /// Names the line of our log that holds the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// One problem of a document that the caller sent.
#[derive(Serialize, ToSchema)]
#[schema(as = DocumentProblem)]
pub struct DocumentProblemOut {
    /// `error` or `warning`.
    severity: &'static str,
    /// Where, from the document's root.
    path: String,
    /// Where in a text that was sent, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// In characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    code: String,
    message: String,
    cure: String,
}

impl From<Problem> for DocumentProblemOut {
    fn from(problem: Problem) -> Self {
        Self {
            severity: if problem.is_error() {
                "error"
            } else {
                "warning"
            },
            path: problem.path,
            line: problem.place.map(|place| place.line),
            column: problem.place.map(|place| place.column),
            code: problem.code,
            message: problem.message,
            cure: problem.cure,
        }
    }
}

/// An error of a request. Boxed, because nearly every answer is none.
#[derive(Debug)]
pub struct ApiError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    cure: String,
    problems: Vec<Problem>,
    reference: Option<String>,
    retry_after_s: Option<u32>,
}

/// Numbers the failures of this process.
static FAILURES: AtomicU64 = AtomicU64::new(1);

impl ApiError {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self(Box::new(Parts {
            status,
            code,
            detail: detail.into(),
            cure: cure.into(),
            problems: Vec::new(),
            reference: None,
            retry_after_s: None,
        }))
    }

    pub fn bad_request(code: &'static str, detail: impl Into<String>, cure: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail, cure)
    }

    pub fn not_found(what: &str, name: &str) -> Self {
        let name: String = name.chars().take(100).collect();
        let detail = format!("there is no {what} `{name}`");
        Self::new(StatusCode::NOT_FOUND, "not_found", detail, "")
    }

    /// A document of the caller's is not in order: everything that is wrong with it.
    pub fn problems(detail: impl Into<String>, problems: Vec<Problem>) -> Self {
        let cure = "put right what `problems` lists";
        let mut error = Self::bad_request("wrong_document", detail, cure);
        error.0.problems = problems;
        error
    }

    /// It cannot be done in the state things are in.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail, "")
    }

    /// The caller may not do it.
    pub fn forbidden(detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail, cure)
    }

    /// The caller is not known.
    pub fn unauthorized(detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail, cure)
    }

    /// The caller tries too often.
    pub fn too_many(code: &'static str, detail: impl Into<String>, wait: Duration) -> Self {
        let seconds = u32::try_from(wait.as_secs())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let cure = format!("repeat it in {seconds} s");
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail, cure);
        error.0.retry_after_s = Some(seconds);
        error
    }

    /// The caller should repeat it.
    pub fn away(detail: impl Into<String>) -> Self {
        let cure = "repeat it later; nothing was done";
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "away", detail, cure);
        error.0.retry_after_s = Some(5);
        error
    }

    /// A failure of ours: the cause goes to the log, once.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let reference = format!("err-{}", FAILURES.fetch_add(1, Ordering::Relaxed));
        tracing::error!(error.reference = reference, error = %cause, "a request failed");
        let detail = format!("it failed on our side; the log names the cause under `{reference}`");
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail, "");
        error.0.reference = Some(reference);
        error
    }

    /// The answer without an axum body, for ingress.
    pub fn parts(self) -> (StatusCode, Bytes, Option<u32>) {
        let parts = *self.0;
        let out = ProblemOut {
            kind: format!("urn:towpath:problem:{}", parts.code),
            title: parts.status.canonical_reason().unwrap_or("Error"),
            status: parts.status.as_u16(),
            detail: parts.detail,
            code: parts.code,
            cure: parts.cure,
            problems: parts.problems.into_iter().map(Into::into).collect(),
            reference: parts.reference,
        };
        let body = serde_json::to_vec(&out).unwrap_or_default();
        (parts.status, body.into(), parts.retry_after_s)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body, retry_after_s) = self.parts();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy(_) => Self::away(error.to_string()),
            store::Error::NotFound { what, name } => Self::not_found(what, &name),
            store::Error::Conflict(reason) => Self::conflict(reason),
            store::Error::Changed { what, who, at } => {
                let at = crate::time::rfc3339(at);
                let detail = format!("{what} was changed meanwhile, by {who} at {at}");
                let cure = "read it again, and make the change anew";
                Self::new(
                    StatusCode::PRECONDITION_FAILED,
                    "changed_meanwhile",
                    detail,
                    cure,
                )
            }
            other => Self::internal(&other),
        }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => error.into(),
            ChangeError::Vault(error) => Self::internal(&error),
            ChangeError::Problems { detail, problems } => Self::problems(detail, problems),
            ChangeError::Refused(reason) => Self::conflict(reason),
        }
    }
}

impl From<WhatIfError> for ApiError {
    fn from(error: WhatIfError) -> Self {
        match error {
            WhatIfError::Problems(problems) => Self::problems("the what-if cannot begin", problems),
            WhatIfError::Store(error) => error.into(),
            WhatIfError::Unreadable(reason) => Self::internal(&reason),
        }
    }
}

impl From<RepairError> for ApiError {
    fn from(error: RepairError) -> Self {
        match error {
            RepairError::Store(error) => error.into(),
            RepairError::Unreadable(reason) => Self::internal(&reason),
        }
    }
}

impl From<OperateError> for ApiError {
    fn from(error: OperateError) -> Self {
        match error {
            OperateError::Store(error) => error.into(),
            OperateError::Refused(reason) => Self::conflict(reason),
        }
    }
}

impl From<StartError> for ApiError {
    fn from(error: StartError) -> Self {
        let detail = error.to_string();
        match error {
            StartError::NoFlow(flow) => Self::not_found("flow", &flow),
            StartError::Refused { message, cure } => {
                Self::new(StatusCode::CONFLICT, "conflict", message, cure)
            }
            StartError::Input(problems) => Self::problems(detail, problems),
            StartError::OtherInput(_) => {
                let cure = "repeat the input as it was, or send a new key to start it once more";
                Self::new(StatusCode::CONFLICT, "conflict", detail, cure)
            }
            StartError::Store(error) => error.into(),
        }
    }
}

/// What the caller sent is wrong in one place.
impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::problems(problem.message.clone(), vec![problem])
    }
}

impl From<WrongId> for ApiError {
    fn from(error: WrongId) -> Self {
        Self::bad_request("wrong_id", error.to_string(), "copy the id from a list")
    }
}
