//! An open mail connection: each message is a conversation of its own.

use crate::mail::outgoing::Outgoing;
use crate::mail::smtp;
use crate::mail::target::{self, Target};
use async_trait::async_trait;
use connector::session::SharedSession;
use connector::{Call, ConnectionConfig, Mode, Runtime, Session};
use model::{Fault, Peer, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use std::any::Any;
use std::sync::Arc;

struct MailSession {
    target: Target,
    peer: Peer,
}

/// Opens a connection; sends nothing.
///
/// # Errors
/// Everything that is wrong with settings and credential.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the contract hands the configuration over"
)]
pub fn open(config: ConnectionConfig, _runtime: Runtime) -> Result<SharedSession, Vec<Problem>> {
    let target = target::check(&config)?;
    let settings = &target.settings;
    let (host, port) = (&settings.host, settings.port());
    let peer = Peer(format!("mail:{host}:{port}:{}", target.from.email));
    Ok(Arc::new(MailSession { target, peer }))
}

#[async_trait]
impl Session for MailSession {
    fn peer(&self) -> Peer {
        self.peer.clone()
    }

    fn mode(&self) -> Mode {
        Mode::Unknown
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        &self.target.settings
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        let outgoing = Outgoing::deserialize(&*call.request)
            .map_err(|e| Fault::bug(format!("{}: no message: {e}", call.label)))?;
        let message = outgoing.message(&self.target.from)?;
        let mut connection = smtp::connect(&self.target).await?;
        let sent = smtp::send(&mut connection, &message, &places(&outgoing)).await;
        if sent.is_ok() {
            smtp::quit(connection).await;
        }
        let class = sent.as_ref().err().map(|f| f.class.as_str());
        tracing::debug!(label = call.label, class, "the mail server answered");
        Ok(json!({"message_id": outgoing.message_id, "answer": sent?}))
    }

    async fn check(&self) -> Result<String, Fault> {
        let connection = smtp::connect(&self.target).await?;
        let encrypted = if connection.is_encrypted() {
            "encrypted"
        } else {
            "not encrypted"
        };
        let signed = if self.target.credentials.is_empty() {
            "no sign-in"
        } else {
            "signed in"
        };
        let name = connection.server_info().name().to_owned();
        smtp::quit(connection).await;
        Ok(format!("{name}, {encrypted}, {signed}"))
    }
}

/// Where each address of the envelope stands in the input, in the envelope's order.
fn places(outgoing: &Outgoing) -> Vec<String> {
    let lists = [
        ("to", &outgoing.to),
        ("cc", &outgoing.cc),
        ("bcc", &outgoing.bcc),
    ];
    let named = lists
        .into_iter()
        .flat_map(|(name, list)| (0..list.len()).map(move |n| format!("{name}[{n}]")));
    named.collect()
}
