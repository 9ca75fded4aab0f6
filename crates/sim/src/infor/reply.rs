//! Bodies of the gateway's own answers.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// A JSON answer.
pub fn json(status: u16, body: &Value) -> Response {
    page(status, "application/json;charset=UTF-8", body.to_string())
}

/// An answer of any kind.
pub fn page(status: u16, kind: &str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// The page of a broken proxy.
pub fn html(status: u16) -> Response {
    let body = "<!DOCTYPE html><html><body><h2>Service unavailable</h2></body></html>";
    page(status, "text/html", body.to_owned())
}
