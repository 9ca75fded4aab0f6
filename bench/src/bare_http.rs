//! Baseline 1: a signed POST is checked and answered; nothing is stored.

use crate::role::{Args, PATH};
use axum::http::{HeaderMap, StatusCode};
use connector_stripe::signature::verify;
use model::Secret;
use model::clock::Clock;
use std::sync::Arc;

/// Serves until its standard input ends.
pub async fn serve(args: Args) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    let secrets = Arc::new([Secret::new(args.secret)]);
    let clock = Clock::real();
    let take = move |headers: HeaderMap, body: axum::body::Bytes| {
        let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let signed = verify(&header, &body, &*secrets, clock.now());
        async move {
            if signed.is_ok() {
                StatusCode::OK
            } else {
                StatusCode::BAD_REQUEST
            }
        }
    };
    crate::control::answer(|_| serde_json::json!({}));
    let app = axum::Router::new().route(PATH, axum::routing::post(take));
    let listener = axum::serve::ListenerExt::tap_io(listener, |s| drop(s.set_nodelay(true)));
    Ok(axum::serve(listener, app).await?)
}
