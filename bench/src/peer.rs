//! The fast peer: answers every POST with the same JSON, at once or after a set time.

use crate::role;
use axum::http::header::CONTENT_TYPE;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Serves until its standard input ends.
pub async fn serve(peer: role::Peer) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(peer.listen).await?;
    let calls = Arc::new(AtomicU64::new(0));
    let delay = Duration::from_millis(peer.delay_ms);
    let counted = Arc::clone(&calls);
    crate::control::answer(move |_| serde_json::json!({"calls": counted.load(Ordering::Relaxed)}));
    let make = move || {
        calls.fetch_add(1, Ordering::Relaxed);
        async move {
            if !delay.is_zero() {
                tokio::time::sleep_until(Instant::now() + delay).await;
            }
            (
                [(CONTENT_TYPE, "application/json")],
                r#"{"id":"made_1","object":"made"}"#,
            )
        }
    };
    let app = axum::Router::new().route("/make", axum::routing::post(make));
    let listener = axum::serve::ListenerExt::tap_io(listener, |s| drop(s.set_nodelay(true)));
    Ok(axum::serve(listener, app).await?)
}
