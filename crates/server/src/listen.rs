//! The listener: accepts connections, serves them, and lets them finish when it stops.

use crate::access::{Access, Address};
use crate::app::{App, Settings};
use crate::{api, health, ingress, metrics, web};
use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use engine::Engine;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use model::Secret;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// How long requests may take to finish when the server stops.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a head may take, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Connections at a time; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 8_192;

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("listen on {address}")]
    Bind {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("ask whether there are accounts")]
    Store(#[from] store::Error),
    #[error("make a setup code")]
    Vault(#[from] vault::Error),
}

/// A server that listens. Stops, without waiting for anybody, when dropped.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    setup_code: Option<Secret>,
}

impl Server {
    /// Listens and serves `engine`.
    ///
    /// # Errors
    /// If the address cannot be had, or the store cannot be asked.
    pub async fn start(engine: Engine, settings: &Settings) -> Result<Self, ServerError> {
        let bind = |source| ServerError::Bind {
            address: settings.listen,
            source,
        };
        let listener = TcpListener::bind(settings.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let setup_code = match engine.store().has_accounts().await? {
            true => None,
            false => Some(vault::token::code()?),
        };
        let access = Access::new(settings.api_token.as_ref(), address, setup_code.as_ref());
        let is_open = access.is_open_without_accounts();
        let (stop, stopped) = watch::channel(false);
        let guide = settings.guide.clone();
        let app = App::new(engine, access, (guide, address), stopped.clone());
        let router = router(&app);
        let task = tokio::spawn(accept(listener, app, router, stopped));
        Ok(Self {
            address,
            stop,
            task,
            setup_code: setup_code.filter(|_| !is_open),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What proves that who makes the first account runs this machine; none if there are accounts, or
    /// if this machine may do everything anyway. Valid until there is an account or the server ends.
    pub const fn setup_code(&self) -> Option<&Secret> {
        self.setup_code.as_ref()
    }

    /// Takes no new requests, lets those under way finish, and ends.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = (&mut self.task).await {
            tracing::error!(error = %error, "the listener ended badly");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(app: &App) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .merge(api::router(app))
        .fallback(web::show)
        .method_not_allowed_fallback(api::no_such_method)
        .layer(axum::middleware::map_response(crate::access::secure))
        .with_state(app.clone())
}

async fn accept(
    listener: TcpListener,
    app: App,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        let accepted = tokio::select! {
            biased;
            _ = stopped.changed() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let from = Address(from.ip());
                let (app, router, stopped) = (app.clone(), router.clone(), stopped.clone());
                connections.spawn(serve(stream, from, app, router, stopped));
            }
            Err(error) => {
                // Out of file descriptors, mostly: others close theirs before the next try.
                tracing::warn!(error = %error, "a connection cannot be accepted");
                app.engine.clock().sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "some requests were cut off at the end"
        );
    }
}

type Reply = hyper::Response<Either<Full<Bytes>, axum::body::Body>>;

async fn answer(
    app: &App,
    router: &Router,
    from: Address,
    mut request: hyper::Request<Incoming>,
) -> Result<Reply, Infallible> {
    if request.uri().path().starts_with("/hooks/") && request.method() == hyper::Method::POST {
        return Ok(ingress::deliver(app, request).await.map(Either::Left));
    }
    request.extensions_mut().insert(from);
    let reply = router
        .clone()
        .oneshot(request.map(axum::body::Body::new))
        .await?;
    Ok(reply.map(Either::Right))
}

async fn serve(
    stream: TcpStream,
    from: Address,
    app: App,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection was gone before it was served");
        return;
    }
    let service = service_fn(|request| answer(&app, &router, from, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        // A sender that hangs up must not end the delivery half-way: what is on disk is then also
        // put into its lane.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection broke");
    }
}
