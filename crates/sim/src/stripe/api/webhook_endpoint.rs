//! Webhook endpoints. The secret is told once, when an endpoint is made.

use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, delete, get, list as listed, post};
use crate::stripe::param::{Kind, Param, TEXTS, merge_metadata, opt, req};
use crate::stripe::state::{State, Table};
use crate::stripe::version::Version;
use serde_json::{Value, json};

const CREATE: &[Param] = &[
    req("enabled_events", TEXTS),
    req("url", Kind::Text),
    opt("api_version", Kind::Text),
    opt("connect", Kind::Bool),
    opt("description", Kind::Text),
    opt("metadata", Kind::Metadata),
];
const UPDATE: &[Param] = &[
    opt("description", Kind::Text),
    opt("disabled", Kind::Bool),
    opt("enabled_events", TEXTS),
    opt("metadata", Kind::Metadata),
    opt("url", Kind::Text),
];

pub const OPERATIONS: &[Operation] = &[
    post("/v1/webhook_endpoints", CREATE, create),
    get("/v1/webhook_endpoints/{}", one),
    post("/v1/webhook_endpoints/{}", UPDATE, update),
    delete("/v1/webhook_endpoints/{}", remove),
    listed("/v1/webhook_endpoints", &[], all),
];

/// Adds an endpoint; its id and its secret. `version` is the account's if not given.
pub fn add(
    state: &mut State,
    url: &str,
    events: Vec<String>,
    version: Option<Version>,
) -> (String, String) {
    let id = state.ids.make("we", 24);
    let secret = state.ids.secret("whsec_");
    let shown = version.as_ref().map(|v| v.as_str().to_owned());
    let endpoint = json!({
        "id": id, "object": "webhook_endpoint", "api_version": shown, "application": null,
        "created": state.now, "description": null, "enabled_events": events,
        "livemode": state.livemode, "metadata": {}, "status": "enabled", "url": url,
    });
    state.table_mut(Table::Endpoints).insert(endpoint);
    let version = version.unwrap_or_else(|| state.version.clone());
    state
        .outbox
        .add(id.clone(), url.to_owned(), events, version, secret.clone());
    (id, secret)
}

/// The sandbox sends over plain HTTP only, as it runs on one machine.
fn check_url(url: &str) -> Result<(), ApiError> {
    let rest = url.strip_prefix("http://").unwrap_or_default();
    if rest.is_empty() || rest.starts_with('/') {
        return Err(ApiError::parameter(
            "url",
            "url_invalid",
            "Invalid URL: the sandbox delivers to http:// addresses only.",
        ));
    }
    Ok(())
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check_events(events: &[String]) -> Result<(), ApiError> {
    let named = |e: &String| e == "*" || (e.contains('.') && !e.contains(['*', ' ']));
    match events.iter().find(|e| !named(e)) {
        Some(bad) => Err(ApiError::parameter(
            "enabled_events",
            "",
            format!("Invalid enabled_events: must be a known event type, not {bad}"),
        )),
        None if events.is_empty() => Err(ApiError::missing("enabled_events")),
        None => Ok(()),
    }
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let url = p.text("url").unwrap_or_default();
    check_url(url)?;
    let events = texts(&p.value("enabled_events"));
    check_events(&events)?;
    let version = match p.text("api_version") {
        Some(text) => Some(Version::parse(text)?),
        None => None,
    };
    if p.flag("connect") {
        return Err(ApiError::bad_request(
            "The sandbox has one account: no Connect endpoints.",
        ));
    }
    let (id, secret) = add(state, url, events, version);
    state.edit(Table::Endpoints, &id, |e| {
        e["description"] = p.value("description");
        e["metadata"] = p.metadata();
    });
    let mut shown = state.copy(Table::Endpoints, &id);
    shown["secret"] = secret.into();
    Ok(shown)
}

fn one(state: &mut State, call: &Call) -> Answer {
    known(state, call.id())?;
    Ok(state.copy(Table::Endpoints, call.id()))
}

fn known(state: &State, id: &str) -> Result<(), ApiError> {
    match state.table(Table::Endpoints).get(id) {
        Some(endpoint) if endpoint.get("deleted").is_none() => Ok(()),
        _ => Err(ApiError::no_such(
            "webhook endpoint",
            id,
            "webhook_endpoint",
        )),
    }
}

fn update(state: &mut State, call: &Call) -> Answer {
    known(state, call.id())?;
    let p = &call.params;
    if let Some(url) = p.text("url") {
        check_url(url)?;
    }
    let events = p.get("enabled_events").map(texts);
    if let Some(events) = &events {
        check_events(events)?;
    }
    state.edit(Table::Endpoints, call.id(), |e| {
        for (name, value) in &p.0 {
            match name.as_str() {
                "expand" => {}
                "disabled" => {
                    e["status"] = if *value == true {
                        "disabled"
                    } else {
                        "enabled"
                    }
                    .into();
                }
                "metadata" => merge_metadata(&mut e["metadata"], value),
                _ => e[name] = value.clone(),
            }
        }
    });
    if let Some(endpoint) = state.outbox.endpoint(call.id()) {
        if let Some(url) = p.text("url") {
            endpoint.url = url.to_owned();
        }
        if let Some(events) = events {
            endpoint.enabled_events = events;
        }
        if p.get("disabled").is_some() {
            endpoint.disabled = p.flag("disabled");
        }
    }
    Ok(state.copy(Table::Endpoints, call.id()))
}

fn remove(state: &mut State, call: &Call) -> Answer {
    known(state, call.id())?;
    state.edit(Table::Endpoints, call.id(), |e| e["deleted"] = true.into());
    state.outbox.endpoints.retain(|e| e.id != call.id());
    Ok(json!({"id": call.id(), "object": "webhook_endpoint", "deleted": true}))
}

fn all(state: &mut State, call: &Call) -> Answer {
    let table = state.table(Table::Endpoints);
    list::page(
        table,
        None,
        &call.params,
        "/v1/webhook_endpoints",
        "webhook endpoint",
        &[],
    )
}
