//! The front door: routes, tenants, tokens, policies, and the way to M3.

use super::app::App;
use super::m3;
use super::policy::Verdict;
use super::reply::{json as reply, page};
use super::request;
use super::seen::{Note, Seen};
use super::settings::Unauthorized;
use super::spoil::{after, before, pause};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The gateway's largest message.
const LARGEST: usize = 5 * 1024 * 1024;

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
    if names == ["_sandbox", "books"] && parts.method == Method::GET {
        return super::books::page(&app);
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
            m3::answer(&app, &seen, bulk, names.contains(&"v2")).await
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
        match rest {
            ["as", "token.oauth2"] => Self::Token { tenant },
            ["as", "revoke_token.oauth2"] => Self::Revoke { tenant },
            ["M3", "m3api-rest", "v2", "execute", program, transaction]
            | ["M3", "m3api-rest", "execute", program, transaction]
                if *method == Method::GET =>
            {
                let (program, transaction) = ((*program).to_owned(), (*transaction).to_owned());
                Self::Single {
                    tenant,
                    program,
                    transaction,
                }
            }
            ["M3", "m3api-rest", "v2", "execute"] if *method == Method::POST => {
                Self::Bulk { tenant }
            }
            _ => Self::Unknown { tenant },
        }
    }
}

/// Token and policies. Answers the rejection, if any.
async fn admit(app: &App, seen: &Seen, tenant: &str) -> Option<Response> {
    let now_s = app.clock.now_s();
    let accepted = seen
        .bearer()
        .is_some_and(|token| app.auth.lock().accepts(token, tenant, now_s));
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

/// Records a request that reached nothing, and answers it. `why` is for requests without fields.
async fn finish(app: &App, seen: &Seen, response: Response, why: &str) -> Response {
    let status = response.status().as_u16();
    let mut fields = serde_json::Value::Null;
    if seen.calls.is_empty() {
        fields = json!({"refused": why});
    }
    let note = |i| {
        let fields = fields.clone();
        (
            i,
            Note {
                status,
                fields,
                ..Note::default()
            },
        )
    };
    let notes = (0..seen.operations.len()).map(note);
    after(app, seen, response, notes.collect()).await
}
