//! An open connection to one division of one M3 company.

use crate::auth::{Token, Tokens};
use crate::guard;
use crate::m3::error::{self, Asked};
use crate::m3::reply::MiReply;
use crate::m3::request::{MiRequest, MiTransaction};
use crate::m3::{field, invoice, wire};
use crate::postings;
use crate::settings::Settings;
use crate::triggers::INVOICE_CREATED;
use async_trait::async_trait;
use connector::http::{Reply, Request};
use connector::session::SharedSession;
use connector::{Call, ConnectionConfig, Page, PolledEvent, Posting, Runtime, Session};
use model::{Fault, FaultClass, Peer, Problem, Secret};
use serde::Deserialize;
use serde_json::Value;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A 403 may be an exhausted quota [unverified]: a token as young as this is not renewed for it.
const YOUNG: Duration = Duration::from_secs(60);

/// An open connection: settings, tokens, a client.
pub struct InforSession {
    settings: Settings,
    peer: Peer,
    tokens: Tokens,
    runtime: Runtime,
}

/// Opens a connection; sends nothing.
///
/// # Errors
/// Everything that is wrong with settings and credential.
pub fn open(config: ConnectionConfig, runtime: Runtime) -> Result<SharedSession, Vec<Problem>> {
    let checked = guard::check(config)?;
    Ok(Arc::new(InforSession {
        settings: checked.settings,
        peer: checked.peer,
        tokens: Tokens::new(checked.token_url, checked.clients, runtime.clone()),
        runtime,
    }))
}

impl InforSession {
    /// Sends a call and reads what M3 made of it.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub async fn execute(&self, request: &MiRequest) -> Result<MiReply, Fault> {
        for transaction in &request.transactions {
            field::check(&request.program, transaction)?;
        }
        let wire = wire::request(&self.settings, request)?;
        let asked = Asked {
            count: request.transactions.len(),
            max_records: request.max_records.max(1),
            options_in_query: wire.method == "GET" && self.settings.options_in == "query",
        };
        let mut token = self.tokens.token().await?;
        let mut reply = self.once(&wire, &token).await?;
        if self.should_renew(&reply, &token) {
            // The gateway turned it away: nothing was executed, so it may be sent again.
            token = self.tokens.renewed(token.number).await?;
            reply = self.once(&wire, &token).await?;
        }
        tracing::debug!(
            label = request.label(),
            status = reply.status,
            "M3 answered"
        );
        error::read(&reply, asked).map_err(|mut fault| {
            fault.message = self.tokens.redact(&fault.message, Some(&token));
            fault
        })
    }

    fn should_renew(&self, reply: &Reply, token: &Token) -> bool {
        match reply.status {
            401 => !error::is_u14(&reply.body),
            403 => self.runtime.clock.now().since(token.obtained_at) >= YOUNG,
            _ => false,
        }
    }

    async fn once(&self, wire: &wire::Wire, token: &Token) -> Result<Reply, Fault> {
        let body = wire
            .body
            .as_ref()
            .map(|body| ("application/json", body.to_string().into()));
        let authorization = Secret::new(format!("Bearer {}", token.text.expose()));
        let request = Request {
            method: wire.method,
            url: &wire.url,
            headers: vec![("accept", "application/json".into())],
            authorization: Some(authorization),
            body,
            timeout: TIMEOUT,
        };
        self.runtime.http.send(request).await
    }

    pub(crate) fn infor_settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

#[async_trait]
impl Session for InforSession {
    fn peer(&self) -> Peer {
        self.peer.clone()
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        &self.settings
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        let request = MiRequest::deserialize(&call.request)
            .map_err(|error| Fault::bug(format!("an M3 call: {error}")))?;
        let reply = self.execute(&request).await?;
        serde_json::to_value(reply)
            .map_err(|error| Fault::bug(format!("an answer cannot be written: {error}")))
    }

    async fn check(&self) -> Result<String, Fault> {
        let who = MiTransaction::new("GetUserInfo", []);
        let reply = self.execute(&MiRequest::one("GENERAL", who)).await?;
        let user = reply.field(0, "ZZUSID").map_err(|fault| Fault {
            class: FaultClass::Unknown,
            ..fault
        })?;
        let name = reply.field(0, "USFN").unwrap_or("without a name");
        let Settings {
            tenant,
            company,
            division,
            ..
        } = &self.settings;
        Ok(format!(
            "{user} ({name}) at {tenant}, company {company}, division {division}"
        ))
    }

    async fn poll(&self, trigger: &str, cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
        match trigger {
            INVOICE_CREATED => invoice::next(self, cursor).await,
            _ => Err(Fault::bug(format!("`{trigger}` is not polled"))),
        }
    }

    async fn postings(&self, cursor: &Value) -> Result<Option<Page<Posting>>, Fault> {
        postings::next(self, cursor).await.map(Some)
    }
}
