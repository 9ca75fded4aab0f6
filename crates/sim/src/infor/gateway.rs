//! The front door: tenants, tokens, policies, planted faults, and the way to M3.

use super::app::App;
use super::body;
use super::execute::{self, Call, End, Options};
use super::policy::Verdict;
use super::request;
use super::settings::{Settings, Unauthorized};
use crate::faults::Action;
use crate::journal::Entry;
use crate::server;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The gateway's largest message.
const LARGEST: usize = 5 * 1024 * 1024;

/// A JSON answer.
pub fn reply(status: u16, body: &Value) -> Response {
    page(status, "application/json;charset=UTF-8", body.to_string())
}

fn page(status: u16, kind: &str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn html(status: u16) -> Response {
    let body = "<!DOCTYPE html><html><body><h2>Service unavailable</h2></body></html>";
    page(status, "text/html", body.to_owned())
}

/// What a request is about, before anything is decided.
struct Seen {
    method: Method,
    path: String,
    number: u64,
    headers: HeaderMap,
    /// What it wants to run; one operation without fields if it isn't an M3 call.
    calls: Vec<(Call, Options)>,
    operations: Vec<String>,
    /// Faults by the element they fire at.
    faults: Vec<(usize, Action)>,
}

/// Answers any request.
pub async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return reply(413, &json!({"error": "Payload Too Large"}));
    };
    let raw = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or("").to_owned();
    let (segments, matrix) = request::path(&raw);
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let ["__sim", rest @ ..] = &names[..] {
        return super::admin::handle(&app, &parts.method, rest, &query, &body);
    }
    let number = app.requests.fetch_add(1, Ordering::SeqCst) + 1;
    let path = format!("/{}", names.join("/"));
    let mut seen = Seen {
        method: parts.method,
        path,
        number,
        headers: parts.headers,
        calls: Vec::new(),
        operations: Vec::new(),
        faults: Vec::new(),
    };
    let route = Route::of(&app, &names, &seen.method);
    let mut wrong = None;
    match &route {
        Route::Single {
            program,
            transaction,
            ..
        } => {
            let grid_mode = app.world.lock().settings.grid_mode;
            seen.calls.push(request::single(
                program,
                transaction,
                &matrix,
                &query,
                grid_mode,
            ));
        }
        Route::Bulk { .. } => match request::bulk(&body) {
            Ok(calls) => seen.calls = calls,
            Err(error) => wrong = Some(error),
        },
        Route::Token { .. } => seen.operations.push("auth/token".to_owned()),
        Route::Revoke { .. } => seen.operations.push("auth/revoke".to_owned()),
        _ => {}
    }
    seen.operations
        .extend(seen.calls.iter().map(|(call, _)| call.operation()));
    if seen.operations.is_empty() {
        seen.operations
            .push(format!("{} {}", seen.method, seen.path));
    }
    for (i, operation) in seen.operations.iter().enumerate() {
        let actions = app.faults.fire(seen.method.as_str(), &seen.path, operation);
        seen.faults
            .extend(actions.into_iter().map(|action| (i, action)));
    }
    if let Some(early) = before(&app, &seen).await {
        return early;
    }
    match &route {
        Route::Token { tenant } => token(&app, &seen, tenant, &body, false).await,
        Route::Revoke { tenant } => token(&app, &seen, tenant, &body, true).await,
        Route::NoTenant => {
            finish(
                &app,
                &seen,
                reply(400, &json!({"error": "Bad Request"})),
                "no tenant",
            )
            .await
        }
        Route::Unknown { tenant } => {
            if let Some(rejected) = admit(&app, &seen, tenant).await {
                return rejected;
            }
            finish(
                &app,
                &seen,
                reply(404, &json!({"error": "Not Found"})),
                "unknown route",
            )
            .await
        }
        Route::Single { tenant, .. } | Route::Bulk { tenant } if wrong.is_none() => {
            if let Some(rejected) = admit(&app, &seen, tenant).await {
                return rejected;
            }
            let bulk = matches!(&route, Route::Bulk { .. });
            m3(&app, &seen, bulk, names.contains(&"v2")).await
        }
        _ => {
            let error = wrong.unwrap_or_default();
            finish(
                &app,
                &seen,
                reply(400, &json!({"error": error})),
                "bad bulk body",
            )
            .await
        }
    }
}

enum Route {
    Token {
        tenant: String,
    },
    Revoke {
        tenant: String,
    },
    NoTenant,
    Unknown {
        tenant: String,
    },
    Single {
        tenant: String,
        program: String,
        transaction: String,
    },
    Bulk {
        tenant: String,
    },
}

impl Route {
    fn of(app: &App, names: &[&str], method: &Method) -> Self {
        if let ["InforIntSTS", "connect", "token"] = names {
            return Self::Token {
                tenant: app.tenant().to_owned(),
            };
        }
        let Some((tenant, rest)) = names.split_first() else {
            return Self::NoTenant;
        };
        if !app.tenants().contains(tenant) {
            return Self::NoTenant;
        }
        let tenant = (*tenant).to_owned();
        let primary = tenant == app.tenant();
        match rest {
            ["as", "token.oauth2"] => Self::Token { tenant },
            ["as", "revoke_token.oauth2"] => Self::Revoke { tenant },
            ["M3", "m3api-rest", "v2", "execute", program, transaction]
            | ["M3", "m3api-rest", "execute", program, transaction]
                if primary && *method == Method::GET =>
            {
                let (program, transaction) = ((*program).to_owned(), (*transaction).to_owned());
                Self::Single {
                    tenant,
                    program,
                    transaction,
                }
            }
            ["M3", "m3api-rest", "v2", "execute"] if primary && *method == Method::POST => {
                Self::Bulk { tenant }
            }
            _ => Self::Unknown { tenant },
        }
    }
}

/// Applies the faults that come before anything is looked at. Those of later elements of a bulk
/// call wait until the elements before them are executed.
async fn before(app: &App, seen: &Seen) -> Option<Response> {
    for (_, action) in &seen.faults {
        match action {
            Action::DelayMs { ms } => pause(*ms).await,
            Action::KillToken => {
                if let Some(token) = bearer(&seen.headers) {
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

#[expect(
    clippy::disallowed_methods,
    reason = "a delay fault is real time on the wire"
)]
async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Does the fault keep its element from being executed?
fn prevents(action: &Action) -> bool {
    matches!(
        action,
        Action::Status { .. } | Action::DropBefore | Action::Html { .. } | Action::Redirect { .. }
    )
}

/// The answer of a fault that prevents the execution.
fn instead(action: &Action) -> Option<(&'static str, Response)> {
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

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// Token and policies. Answers the rejection, if any.
async fn admit(app: &App, seen: &Seen, tenant: &str) -> Option<Response> {
    let now_s = app.clock.now_s();
    let accepted =
        bearer(&seen.headers).is_some_and(|token| app.auth.lock().accepts(token, tenant, now_s));
    if !accepted {
        let kind = app.world.lock().settings.unauthorized;
        let response = match kind {
            Unauthorized::Json => reply(401, &json!({"error": "Unauthorized"})),
            Unauthorized::Html => {
                let body = "<html><body><h2>Unauthorized</h2></body></html>";
                page(401, "text/html", body.to_owned())
            }
            Unauthorized::Empty => page(401, "text/plain", String::new()),
        };
        return Some(finish(app, seen, response, "token refused").await);
    }
    let settings = app.world.lock().settings.clone();
    let verdict = app.policy.lock().judge(&settings, now_s);
    match verdict {
        Verdict::Pass { delay_ms: 0 } => None,
        Verdict::Pass { delay_ms } => {
            pause(delay_ms).await;
            None
        }
        Verdict::Reject {
            status,
            retry_after_s,
        } => {
            let mut response = reply(status, &json!({"error": "Too Many Requests"}));
            if let Some(after_s) = retry_after_s {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, after_s.into());
            }
            Some(finish(app, seen, response, "policy").await)
        }
    }
}

async fn token(app: &App, seen: &Seen, tenant: &str, body: &[u8], revoke: bool) -> Response {
    let form = request::form(body);
    let basic = seen
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|h| h.to_str().ok());
    let (now_s, settings) = (app.clock.now_s(), app.world.lock().settings.clone());
    let (status, body) = if seen.method != Method::POST {
        (405, json!({"error": "invalid_request"}))
    } else if revoke {
        app.auth.lock().revoke(tenant, &form, basic)
    } else {
        app.auth
            .lock()
            .grant(tenant, &form, basic, now_s, &settings)
    };
    let fields = json!({"grant_type": form.get("grant_type")});
    let committed = status == 200;
    let note = Note {
        status,
        fields,
        executed: true,
        committed,
        ..Note::default()
    };
    after(app, seen, reply(status, &body), vec![(0, note)]).await
}

/// Runs the calls one after the other, as far as the faults let them.
async fn m3(app: &App, seen: &Seen, bulk: bool, v2: bool) -> Response {
    let stop = |action: &Action| prevents(action) || matches!(action, Action::DropAfter);
    let stopped = seen
        .faults
        .iter()
        .filter(|(_, a)| stop(a))
        .min_by_key(|(i, _)| *i);
    let run = match stopped {
        Some((i, Action::DropAfter)) => *i + 1,
        Some((i, _)) => *i,
        None => seen.calls.len(),
    };
    let (ends, mut notes, settings) = execute_all(app, &seen.calls[..run]);
    let (status, body) = match &ends[..] {
        _ if bulk => body::bulk(&ends, &settings),
        [(call, end)] if v2 => body::single(call, end, &settings),
        [(call, end)] => body::v1(call, end, &settings),
        _ => (500, json!({})),
    };
    for (_, note) in &mut notes {
        note.status = status;
    }
    let Some((i, action)) = stopped else {
        return after(app, seen, reply(status, &body), notes).await;
    };
    let (fault, response) = instead(action).unwrap_or_else(|| ("drop_after", server::cut()));
    for rest in run..seen.calls.len() {
        notes.push((
            rest,
            Note {
                status: response.status().as_u16(),
                ..Note::default()
            },
        ));
    }
    if let Some((_, note)) = notes.get_mut(*i) {
        note.fault = Some(fault);
    }
    record(app, seen, notes);
    response
}

type Executed = (Vec<(Call, End)>, Vec<(usize, Note)>, Settings);

fn execute_all(app: &App, calls: &[(Call, Options)]) -> Executed {
    let mut world = app.world.lock();
    let (mut ends, mut notes) = (Vec::new(), Vec::new());
    for (i, (call, options)) in calls.iter().enumerate() {
        let ran = execute::run(&mut world, app.clock.now_s(), call, options);
        let note = Note {
            executed: ran.executed,
            committed: ran.committed,
            reference: ran.reference,
            ..Note::default()
        };
        notes.push((i, note));
        ends.push((call.clone(), ran.end));
    }
    (ends, notes, world.settings.clone())
}

/// The faults that spoil the answer of something that was executed.
async fn after(
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

/// What the journal says about one element.
#[derive(Default)]
struct Note {
    status: u16,
    fields: Value,
    executed: bool,
    committed: bool,
    reference: Option<String>,
    fault: Option<&'static str>,
}

/// Records a request that reached nothing, and answers it.
async fn finish(app: &App, seen: &Seen, response: Response, why: &str) -> Response {
    let status = response.status().as_u16();
    let notes = (0..seen.operations.len()).map(|i| {
        (
            i,
            Note {
                status,
                fields: json!({"refused": why}),
                ..Note::default()
            },
        )
    });
    after(app, seen, response, notes.collect()).await
}

fn record(app: &App, seen: &Seen, notes: Vec<(usize, Note)>) {
    for (i, note) in notes {
        write(app, seen, i, &seen.operations[i], note);
    }
}

fn write(app: &App, seen: &Seen, index: usize, operation: &str, note: Note) {
    let fields = match (note.fields, seen.calls.get(index)) {
        (Value::Null, Some((call, _))) => json!(call.fields),
        (fields, _) => fields,
    };
    app.journal.write(Entry {
        seq: 0,
        at_s: app.clock.now_s(),
        method: seen.method.to_string(),
        path: seen.path.clone(),
        operation: operation.to_owned(),
        fields,
        status: note.status,
        executed: note.executed,
        committed: note.committed,
        reference: note.reference,
        request: seen.number,
        fault: note.fault.map(str::to_owned),
    });
}
