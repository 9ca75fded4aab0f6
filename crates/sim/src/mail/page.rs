//! What came, for people (`/`) and programs (`/__sim/messages`).

use super::{Inbox, Message};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Json};
use axum::routing::get;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn router(inbox: Arc<Inbox>) -> Router {
    Router::new()
        .route("/", get(people))
        .route("/__sim/messages", get(programs))
        .with_state(inbox)
}

async fn programs(State(inbox): State<Arc<Inbox>>) -> Json<Value> {
    Json(json!({"messages": inbox.list()}))
}

/// The newest first, each as it came.
async fn people(State(inbox): State<Arc<Inbox>>) -> Html<String> {
    let messages = inbox.list();
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox mail</title>\
         <style>body{font:1rem/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}\
         pre{white-space:pre-wrap;border:1px solid;padding:1rem}</style><h1>Sandbox mail</h1>",
    );
    if messages.is_empty() {
        page.push_str("<p>No message has come yet.</p>");
    }
    for message in messages.iter().rev() {
        show(&mut page, message);
    }
    Html(page)
}

fn show(page: &mut String, message: &Message) {
    let to = message.to.join(", ");
    page.push_str(&format!(
        "<h2>{} to {}</h2><pre>{}</pre>",
        message.seq,
        escaped(&to),
        escaped(&message.raw)
    ));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
