//! Planted faults at work: before anything is looked at, instead of an answer, and after one.

use super::app::App;
use super::reply::{html, json as reply, page};
use super::seen::{Note, Seen, record, write};
use crate::faults::Action;
use crate::server;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::json;
use std::time::Duration;

/// Applies the faults that come before anything is looked at. Those of later elements of a bulk
/// call wait until the elements before them are executed.
pub async fn before(app: &App, seen: &Seen) -> Option<Response> {
    for (_, action) in &seen.faults {
        match action {
            Action::DelayMs { ms } => pause(*ms).await,
            Action::KillToken => {
                if let Some(token) = seen.bearer() {
                    app.auth.lock().kill(token);
                }
            }
            _ => {}
        }
    }
    let (_, action) = seen
        .faults
        .iter()
        .find(|(i, action)| *i == 0 && prevents(action))?;
    let (name, response) = instead(action)?;
    let status = response.status().as_u16();
    for (i, operation) in seen.operations.iter().enumerate() {
        let fault = if i == 0 { Some(name) } else { None };
        write(
            app,
            seen,
            i,
            operation,
            Note {
                status,
                fault,
                ..Note::default()
            },
        );
    }
    Some(response)
}

/// Waits in real time.
#[expect(
    clippy::disallowed_methods,
    reason = "a delay fault is real time on the wire"
)]
pub async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Does the fault keep its element from being executed?
pub fn prevents(action: &Action) -> bool {
    matches!(
        action,
        Action::Status { .. } | Action::DropBefore | Action::Html { .. } | Action::Redirect { .. }
    )
}

/// The answer of a fault that prevents the execution.
pub fn instead(action: &Action) -> Option<(&'static str, Response)> {
    Some(match action {
        Action::Status {
            status,
            code,
            message,
            headers,
        } => {
            let text = StatusCode::from_u16(*status)
                .ok()
                .and_then(|s| s.canonical_reason());
            let error = code.as_deref().or(text).unwrap_or("Error");
            let mut body = json!({"error": error});
            if let Some(message) = message {
                body["message"] = message.as_str().into();
            }
            let mut response = reply(*status, &body);
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) =
                    (header::HeaderName::try_from(name.as_str()), value.parse())
                {
                    response.headers_mut().insert(name, value);
                }
            }
            ("status", response)
        }
        Action::DropBefore => ("drop_before", server::cut()),
        Action::Html { status } => ("html", html(*status)),
        Action::Redirect { location } => {
            let mut response = page(302, "text/html", String::new());
            if let Ok(location) = location.parse() {
                response.headers_mut().insert(header::LOCATION, location);
            }
            ("redirect", response)
        }
        _ => return None,
    })
}

/// The faults that spoil the answer of something that was executed.
pub async fn after(
    app: &App,
    seen: &Seen,
    mut response: Response,
    mut notes: Vec<(usize, Note)>,
) -> Response {
    for (i, action) in &seen.faults {
        let (fault, spoiled) = match action {
            Action::TruncateBody => ("truncate_body", half(response).await),
            Action::HtmlAfter { status } => ("html_after", html(*status)),
            Action::DropAfter => ("drop_after", server::cut()),
            Action::DelayMs { .. } => ("delay_ms", response),
            Action::KillToken => ("kill_token", response),
            _ => ("", response),
        };
        response = spoiled;
        if let Some((_, note)) = notes.iter_mut().find(|(n, _)| n == i && !fault.is_empty()) {
            note.fault = Some(fault);
        }
    }
    record(app, seen, notes);
    response
}

/// The first half of the body, although the whole was announced.
async fn half(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let sent = bytes[..bytes.len() / 2].to_vec();
    server::truncated(
        Response::from_parts(parts, Body::empty()),
        sent,
        bytes.len(),
    )
}
