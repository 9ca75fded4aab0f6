//! Serves an axum router on loopback, and can cut a connection instead of answering.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// A response with this extension is never sent: the connection is cut instead.
#[derive(Clone, Copy)]
pub struct Cut;

/// An answer that cuts the connection.
pub fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

/// An answer whose body breaks off after `sent` although more was announced.
pub fn truncated(mut response: Response, sent: Vec<u8>, announced: usize) -> Response {
    let part = futures_part(sent);
    *response.body_mut() = Body::from_stream(part);
    response
        .headers_mut()
        .insert("content-length", announced.into());
    response
}

fn futures_part(
    sent: Vec<u8>,
) -> impl futures::Stream<Item = Result<bytes::Bytes, std::io::Error>> + Send + 'static {
    use futures::{StreamExt, stream};
    // The pause lets hyper flush head and part before the error closes the connection; without it
    // the caller would see a cut connection instead of a cut body.
    let cut = async {
        tokio::task::yield_now().await;
        Err(std::io::Error::new(
            std::io::ErrorKind::ConnectionReset,
            "cut by a fault",
        ))
    };
    stream::iter([Ok(bytes::Bytes::from(sent))]).chain(stream::once(cut))
}

/// A running sandbox. Stops when dropped.
pub struct Running {
    pub addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Running {
    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves `router` on `addr` (port 0: the system chooses). Loopback only.
pub async fn serve(addr: SocketAddr, router: Router) -> std::io::Result<Running> {
    if !addr.ip().is_loopback() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            format!("a sandbox listens on loopback only, not on {}", addr.ip()),
        ));
    }
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            if stream.set_nodelay(true).is_err() {
                continue;
            }
            let router = router.clone();
            while connections.try_join_next().is_some() {}
            connections.spawn(async move {
                let service = hyper::service::service_fn(
                    move |request: hyper::Request<hyper::body::Incoming>| {
                        let router = router.clone();
                        async move {
                            let response = match router.oneshot(request).await {
                                Ok(response) => response,
                                Err(never) => match never {},
                            };
                            if response.extensions().get::<Cut>().is_some() {
                                return Err("cut by a fault");
                            }
                            Ok(response)
                        }
                    },
                );
                // A cut connection ends in an error on purpose; a client that went away is its own affair.
                drop(
                    hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await,
                );
            });
        }
    });
    Ok(Running { addr, task })
}
