//! Sends webhook deliveries, and keeps the sandbox's clock going while nobody asks anything.

use super::outbox::Outgoing;
use super::shared::Shared;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// An endpoint that takes longer has failed. Stripe does not publish its limit.
const LIMIT: Duration = Duration::from_secs(10);
/// How often the clock is looked at when nothing wakes the sender.
const TICK: Duration = Duration::from_millis(50);

/// Sends what is due, for ever.
pub async fn run(shared: Arc<Shared>) {
    let mut sending = JoinSet::new();
    loop {
        let woken = shared.wake.notified();
        let concurrency = shared.config.webhook_concurrency.max(1);
        let due = shared.with(|state| state.outbox.take_due(state.now, concurrency));
        for outgoing in due {
            let shared = Arc::clone(&shared);
            sending.spawn(async move {
                let result = match tokio::time::timeout(LIMIT, send(&outgoing)).await {
                    Ok(result) => result,
                    Err(_) => Err("no answer in time".to_owned()),
                };
                shared.with(|state| settle(state, &outgoing, result));
                shared.wake.notify_one();
                shared.idle.notify_waiters();
            });
        }
        while sending.try_join_next().is_some() {}
        #[expect(
            clippy::disallowed_methods,
            reason = "the sandbox's clock may follow the machine's"
        )]
        let tick = tokio::time::sleep(TICK);
        tokio::select! {
            () = woken => {}
            () = tick => {}
        }
    }
}

fn settle(state: &mut super::state::State, outgoing: &Outgoing, result: Result<u16, String>) {
    let taken = state
        .outbox
        .settle(outgoing, result, state.now, state.livemode);
    if taken
        && outgoing.delivery.counts
        && let Some(at) = state.event_index.get(&outgoing.delivery.event).copied()
        && let Some(event) = state.events.get_mut(at)
    {
        event.pending = event.pending.saturating_sub(1);
        event.undelivered = event.undelivered.saturating_sub(1);
    }
}

/// One POST on a connection of its own; the status of the answer.
async fn send(outgoing: &Outgoing) -> Result<u16, String> {
    let uri: hyper::Uri = outgoing.url.parse().map_err(|_| "invalid URL".to_owned())?;
    let authority = uri.authority().ok_or("invalid URL")?.clone();
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host(), port))
        .await
        .map_err(text)?;
    stream.set_nodelay(true).map_err(text)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(text)?;
    let path = uri.path_and_query().map_or("/", |p| p.as_str());
    let body = Bytes::copy_from_slice(outgoing.delivery.body.as_bytes());
    let request = hyper::Request::post(path)
        .header("host", authority.as_str())
        .header("content-type", "application/json; charset=utf-8")
        .header(
            "user-agent",
            "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        )
        .header("accept", "*/*; q=0.5, application/xml")
        .header("cache-control", "no-cache")
        .header("stripe-signature", &outgoing.signature)
        .body(Full::new(body))
        .map_err(text)?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(text)?;
        let status = response.status().as_u16();
        // The answer counts when it is complete.
        response.into_body().collect().await.map_err(text)?;
        drop(sender);
        Ok(status)
    };
    let (result, _) = tokio::join!(exchange, connection);
    result
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
