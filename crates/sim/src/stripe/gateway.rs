//! From an HTTP request to an answer: key, version, parameters, idempotency, faults, journal.

use super::asked::Asked;
use super::error::ApiError;
use super::event::Cause;
use super::idempotency::{Kept, LONGEST};
use super::operation::{self, Call, Operation};
use super::reply::{Reply, add, echo, html, refused, replayed, write};
use super::shared::Shared;
use super::state::State;
use super::version::Version;
use super::{admin, expand, param, shop};
use crate::faults::Action;
use crate::journal::Entry;
use crate::server::{cut, truncated};
use axum::body::to_bytes;
use axum::extract::{Request, State as Context};
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Larger bodies are refused.
const BODY_LIMIT: usize = 1 << 20;

/// A request that may be executed.
struct Ready {
    operation: &'static Operation,
    call: Call,
    request_id: String,
    expand: Vec<String>,
}

/// Answers every request of the sandbox.
pub async fn serve(Context(shared): Context<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return cut();
    };
    if path == "/_sandbox/shop" && parts.method == "GET" {
        return shop::page();
    }
    if let Some(rest) = path.strip_prefix("/_sandbox/") {
        return admin::serve(
            &shared,
            parts.method.as_str(),
            rest,
            parts.uri.query(),
            &body,
        );
    }
    let asked = Asked::read(&parts, &body);
    answer(&shared, asked).await
}

async fn answer(shared: &Arc<Shared>, asked: Asked) -> Response {
    let found = operation::find(&asked.method, &asked.path);
    let name = match &found {
        Some((operation, _)) => format!("{} {}", asked.method, operation.path),
        None => format!("{} {}", asked.method, asked.path),
    };
    let actions = shared.faults.fire(&asked.method, &asked.path, &name);
    let fault = actions.first().map(fault_name);
    let mut entry = Entry {
        seq: 0,
        at_s: shared.clock.now_s(),
        method: asked.method.clone(),
        path: asked.path.clone(),
        operation: name,
        fields: asked.fields(),
        status: 0,
        executed: false,
        committed: false,
        reference: asked.reference(),
        request: shared.requests.fetch_add(1, Ordering::Relaxed) + 1,
        fault,
    };
    for action in &actions {
        if let Some(response) = instead(shared, &asked, action) {
            entry.status = response.status().as_u16();
            shared.journal.write(entry);
            return response;
        }
    }
    let reply = execute(shared, &asked, &actions).await;
    entry.status = reply.status;
    entry.executed = reply.executed;
    entry.committed = reply.committed;
    shared.journal.write(entry);
    after(&actions, reply)
}

/// The answer of a fault that keeps the request from being executed.
fn instead(shared: &Shared, asked: &Asked, action: &Action) -> Option<Response> {
    match action {
        Action::Status {
            status,
            code,
            message,
            headers,
        } => {
            let error = ApiError::planted(*status, code.as_deref(), message.as_deref());
            let mut reply = shared.with(|state| refused(state, asked, &error));
            reply.executed = false;
            let mut response = write(reply);
            add(&mut response, headers);
            Some(response)
        }
        Action::DropBefore => Some(cut()),
        Action::Html { status } => Some(html(*status)),
        Action::Redirect { location } => {
            let mut response = html(302);
            add(
                &mut response,
                &BTreeMap::from([("location".to_owned(), location.clone())]),
            );
            Some(response)
        }
        _ => None,
    }
}

/// The answer of a fault that lets the request be executed.
fn after(actions: &[Action], reply: Reply) -> Response {
    for action in actions {
        match action {
            Action::DropAfter => return cut(),
            Action::HtmlAfter { status } => return html(*status),
            Action::TruncateBody => {
                let whole = reply.body.to_string().into_bytes();
                let half = whole[..whole.len() / 2].to_vec();
                return truncated(write(reply), half, whole.len());
            }
            _ => {}
        }
    }
    write(reply)
}

/// Gives an idempotency key back unless the request came to its end.
struct Reserved<'a> {
    shared: &'a Shared,
    key: Option<String>,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.shared.with(|state| state.store.abandon(&key));
        }
    }
}

async fn execute(shared: &Arc<Shared>, asked: &Asked, actions: &[Action]) -> Reply {
    let ready = match shared.with(|state| prepare(shared, state, asked)) {
        Ok(ready) => ready,
        Err(reply) => return *reply,
    };
    let mut reserved = Reserved {
        shared,
        key: asked.key.clone(),
    };
    for action in actions {
        if let Action::DelayMs { ms } = action {
            #[expect(clippy::disallowed_methods, reason = "a planted delay is real time")]
            tokio::time::sleep(Duration::from_millis(*ms)).await;
        }
    }
    let spoilt = actions.iter().any(|a| matches!(a, Action::Save500));
    let reply = shared.with(|state| {
        let reply = if spoilt {
            let error = ApiError::planted(500, None, None).executed();
            failed(&error, &ready, asked)
        } else {
            perform(state, ready, asked)
        };
        if let Some(key) = &asked.key {
            if reply.executed {
                let kept = Kept {
                    status: reply.status,
                    body: reply.body.clone(),
                    request_id: reply.request_id.clone(),
                };
                state.store.finish(key, kept);
            } else {
                state.store.abandon(key);
            }
        }
        reply
    });
    reserved.key = None;
    reply
}

/// Everything before the business: an answer instead if the request ends here.
fn prepare(shared: &Shared, state: &mut State, asked: &Asked) -> Result<Ready, Box<Reply>> {
    let stop = |state: &mut State, error: ApiError| Box::new(refused(state, asked, &error));
    let admitted = state.keys.admit(
        asked.secret.as_deref(),
        &asked.method,
        &asked.path,
        state.now,
    );
    if let Err(error) = admitted {
        return Err(stop(state, error));
    }
    let version = match asked
        .version
        .as_deref()
        .map_or(Ok(state.version.clone()), Version::parse)
    {
        Ok(version) => version,
        Err(error) => return Err(stop(state, error)),
    };
    if asked
        .account
        .as_ref()
        .is_some_and(|a| *a != state.account_id)
    {
        let message = "The provided key does not have access to that account (or that account \
                       does not exist). Application access may have been revoked.";
        let mut error = ApiError::unauthorized(message).with("code", "account_invalid");
        error.status = 403;
        return Err(stop(state, error));
    }
    let Some((operation, ids)) = operation::find(&asked.method, &asked.path) else {
        return Err(stop(
            state,
            ApiError::unknown_url(&asked.method, &asked.path),
        ));
    };
    if !shared.limits.lock().admit(operation.path, state.now) {
        return Err(stop(state, ApiError::rate_limited()));
    }
    let checked = asked
        .form
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|f| param::check(f, operation.params, operation.paged, &version));
    let mut params = match checked {
        Ok(params) => params,
        Err(error) => return Err(stop(state, error)),
    };
    let expand = match params.0.shift_remove("expand") {
        Some(Value::Array(paths)) => paths
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    if let Some(key) = &asked.key {
        if key.len() > LONGEST {
            let message = format!("Idempotency keys have at most {LONGEST} characters.");
            return Err(stop(state, ApiError::idempotency(message)));
        }
        let sent = asked.canonical();
        match state.store.begin(key, &asked.path, &sent, state.now) {
            Ok(None) => {}
            Ok(Some(kept)) => return Err(Box::new(replayed(state, &version, kept))),
            Err(error) => return Err(stop(state, error)),
        }
    }
    let request_id = state.ids.make("req", 14);
    Ok(Ready {
        operation,
        call: Call {
            ids,
            params,
            version,
        },
        request_id,
        expand,
    })
}

/// Runs the operation and renders its answer.
fn perform(state: &mut State, ready: Ready, asked: &Asked) -> Reply {
    state.cause = Cause {
        request: Some(ready.request_id.clone()),
        idempotency_key: asked.key.clone(),
    };
    let result = (ready.operation.run)(state, &ready.call);
    state.cause = Cause::default();
    let result = result.and_then(|mut body| {
        for path in &ready.expand {
            expand::apply(state, &mut body, path).map_err(ApiError::executed)?;
        }
        Ok(body)
    });
    match result {
        Ok(mut body) => {
            ready.call.version.render(&mut body, state.now);
            Reply {
                status: 200,
                body,
                version: ready.call.version.as_str().to_owned(),
                headers: echo(asked),
                request_id: ready.request_id,
                executed: true,
                committed: asked.method != "GET",
            }
        }
        Err(error) => failed(&error, &ready, asked),
    }
}

fn failed(error: &ApiError, ready: &Ready, asked: &Asked) -> Reply {
    Reply {
        status: error.status,
        body: error.to_json(&ready.request_id),
        request_id: ready.request_id.clone(),
        version: ready.call.version.as_str().to_owned(),
        headers: echo(asked),
        executed: error.executed,
        // A decline leaves a failed charge.
        committed: error.status == 402 && error.body.contains_key("charge"),
    }
}

fn fault_name(action: &Action) -> String {
    let shown = serde_json::to_value(action).unwrap_or_default();
    shown
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or("fault")
        .to_owned()
}
