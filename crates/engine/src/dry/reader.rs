//! A session that only reads, whoever asks it to do more.

use crate::catalog::Connection;
use async_trait::async_trait;
use connector::session::SharedSession;
use connector::{Call, CallKind, Metadata, Mode, Session};
use model::{Fault, Peer};
use serde_json::Value;
use std::any::Any;
use std::sync::Arc;

/// What a dry run knows of a peer.
pub(crate) struct Reader {
    session: SharedSession,
    /// None: there is nobody to ask.
    connection: Option<Arc<Connection>>,
}

impl Reader {
    /// A session that was opened only for its settings.
    pub fn of_example(session: SharedSession) -> Self {
        Self {
            session,
            connection: None,
        }
    }

    pub fn of(connection: &Arc<Connection>) -> Self {
        Self {
            session: Arc::clone(&connection.session),
            connection: Some(Arc::clone(connection)),
        }
    }

    pub fn connection(&self) -> Option<&Arc<Connection>> {
        self.connection.as_ref()
    }
}

#[async_trait]
impl Session for Reader {
    fn peer(&self) -> Peer {
        self.session.peer()
    }

    fn mode(&self) -> Mode {
        self.session.mode()
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        self.session.settings()
    }

    fn metadata(&self) -> Option<Metadata> {
        self.session.metadata()
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        if call.kind != CallKind::Read {
            let message = format!("{}: a dry run sends nothing but reads", call.label);
            return Err(Fault::bug(message));
        }
        let Some(connection) = &self.connection else {
            return Err(Fault::bug(format!("{}: nobody is to be asked", call.label)));
        };
        let permit = connection.gate.pass().await.map_err(|pause| {
            let name = &connection.name;
            Fault::transient(format!("`{name}` is paused: {}", pause.cause))
        })?;
        let answer = self.session.send(call).await;
        drop(permit);
        answer
    }

    async fn check(&self) -> Result<String, Fault> {
        Err(Fault::bug("a dry run checks no connection"))
    }
}
