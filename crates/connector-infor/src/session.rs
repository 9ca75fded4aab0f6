//! An open connection to one M3 company.

use crate::auth::Tokens;
use crate::m3::answer::{self, Answer, Asked};
use crate::m3::field;
use crate::m3::metadata;
use crate::m3::reply::MiReply;
use crate::m3::request::{MiRequest, MiTransaction};
use crate::m3::url;
use crate::settings::Settings;
use crate::target::{self, Target};
use crate::{health, invoices, postings};
use async_trait::async_trait;
use connector::http::{Reply, Request};
use connector::session::About;
use connector::session::SharedSession;
use connector::{
    Call, ConnectionConfig, Metadata, Mode, Page, PolledEvent, Posting, Runtime, Session,
};
use model::{Fault, FaultClass, Peer, Problem, Secret};
use serde_json::Value;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// Longer than a slow posting check, shorter than the gateway's own limit of 300 s.
const TIMEOUT: Duration = Duration::from_secs(100);

/// An open connection: settings, tokens, a client.
pub struct InforSession {
    settings: Settings,
    peer: Peer,
    mode: Mode,
    api: String,
    tokens: Tokens,
    runtime: Runtime,
}

/// Opens a connection; sends nothing.
///
/// # Errors
/// Everything that is wrong with settings and credential.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the contract hands the configuration over"
)]
pub fn open(config: ConnectionConfig, runtime: Runtime) -> Result<SharedSession, Vec<Problem>> {
    let target = target::check(&config)?;
    let tokens = Tokens::new(&target);
    let Target {
        settings,
        peer,
        mode,
        api,
        ..
    } = target;
    Ok(Arc::new(InforSession {
        settings,
        peer,
        mode,
        api,
        tokens,
        runtime,
    }))
}

impl InforSession {
    pub(crate) fn m3(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Sends a read and gives its outcomes.
    pub(crate) async fn read(&self, request: MiRequest) -> Result<MiReply, Fault> {
        MiReply::read(&self.send(&request.read()).await?)
    }

    /// Sends one read of one transaction.
    pub(crate) async fn get(&self, program: &str, get: MiTransaction) -> Result<MiReply, Fault> {
        self.read(MiRequest::one(program, get)).await
    }

    /// Sends with the token at hand, and once with a new one if that is refused: a refusal means
    /// that nothing was executed.
    async fn exchange(&self, request: &MiRequest) -> Result<Reply, Fault> {
        let token = self.tokens.get(&self.runtime).await?;
        let reply = self.once(request, &token).await?;
        if !refuses_token(&reply) {
            return Ok(reply);
        }
        let token = self.tokens.renew(&token, &self.runtime).await?;
        self.once(request, &token).await
    }

    async fn once(&self, request: &MiRequest, token: &Secret) -> Result<Reply, Fault> {
        let (method, url, body) = match &request.transactions[..] {
            [one] => (
                "GET",
                url::single(&self.api, &self.settings, request, one),
                None,
            ),
            _ => {
                let body = url::bulk(&self.settings, request).to_string();
                let url = format!("{}/v2/execute", self.api);
                ("POST", url, Some(("application/json", body.into())))
            }
        };
        let authorization = Some(Secret::new(format!("Bearer {}", token.expose())));
        let headers = vec![("accept", "application/json".to_owned())];
        let sent = Request {
            method,
            url: &url,
            headers,
            authorization,
            body,
            timeout: TIMEOUT,
        };
        self.runtime.http.send(sent).await
    }

    /// What an answer comes to: outcomes, or the fault of the call.
    fn judge(&self, request: &MiRequest, reply: &Reply) -> Result<MiReply, Fault> {
        let status = reply.status;
        match status {
            200 | 400 => {}
            429 => {
                let mut fault = Fault::new(FaultClass::RateLimited, "Infor: too many requests");
                fault.retry_after = reply.retry_after();
                return Err(fault.with_status(status));
            }
            401 if is_u14(&reply.body) => {
                let message = "Infor did not know the client for a moment (OAuth U14)";
                return Err(Fault::transient(message).with_status(status));
            }
            401 | 403 => {
                let message = "Infor refuses the access token, also a fresh one";
                return Err(Fault::new(FaultClass::Unauthorized, message).with_status(status));
            }
            404 | 405 | 413 | 415 | 428 => {
                let message = format!(
                    "the gateway answered {status}: check tenant, M3 path and the gateway's routes"
                );
                return Err(Fault::rejected(message).with_status(status));
            }
            _ => {
                let what = if (300..400).contains(&status) {
                    "a redirect"
                } else {
                    "an error"
                };
                let message = format!("Infor answered with {what} ({status})");
                return Err(Fault::unknown(message).with_status(status));
            }
        }
        let asked = Asked {
            request,
            limit: url::limit(&self.settings, request),
            locked_codes: &self.settings.locked_codes,
        };
        match answer::read(&asked, status, &reply.body) {
            Answer::Reply(reply) => Ok(reply),
            Answer::Refused(fault) => Err(fault.with_status(status)),
            Answer::Untrusted(why) => Err(Fault::unknown(why).with_status(status)),
        }
    }
}

/// A 401 or 403 by the gateway, except the flake that means nothing.
fn refuses_token(reply: &Reply) -> bool {
    matches!(reply.status, 401 | 403) && !is_u14(&reply.body)
}

fn is_u14(body: &[u8]) -> bool {
    body.windows(5).any(|w| w == b"[U14]")
}

#[async_trait]
impl Session for InforSession {
    fn peer(&self) -> Peer {
        self.peer.clone()
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        &self.settings
    }

    fn metadata(&self) -> Option<Metadata> {
        Some(metadata::of(&self.settings))
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        let request = MiRequest::parse(call)?;
        if request.transactions.is_empty() {
            return Err(Fault::bug(format!("{}: no transaction", call.label)));
        }
        field::check(&self.settings, &request)?;
        let answered = match self.exchange(&request).await {
            Ok(reply) => self.judge(&request, &reply).map_err(|fault| {
                let answer = String::from_utf8_lossy(&reply.body);
                fault.with_answer(&self.tokens.redact(&answer))
            }),
            Err(fault) => Err(fault),
        };
        let answered = answered.map_err(|mut fault| {
            // What changes nothing may simply be asked again.
            if fault.class == FaultClass::Unknown && !call.kind.needs_intent() {
                fault.class = FaultClass::Transient;
            }
            fault.message = self.tokens.redact(&fault.message);
            fault
        });
        let class = answered.as_ref().err().map(|f| f.class.as_str());
        let status = answered.as_ref().err().and_then(|f| f.status);
        tracing::debug!(label = call.label, class, status, "M3 answered");
        serde_json::to_value(answered?)
            .map_err(|error| Fault::bug(format!("an answer cannot be written: {error}")))
    }

    async fn check(&self) -> Result<String, Fault> {
        health::check(self).await
    }

    async fn poll(&self, trigger: &str, cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
        match trigger {
            invoices::TRIGGER => invoices::next(self, cursor).await,
            _ => Err(Fault::bug(format!("`{trigger}` is not polled"))),
        }
    }

    async fn events_about(
        &self,
        trigger: &str,
        numbers: &[String],
    ) -> Result<Option<Vec<About>>, Fault> {
        match trigger {
            invoices::TRIGGER => invoices::of_orders(self, numbers).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn postings(&self, cursor: &Value) -> Result<Option<Page<Posting>>, Fault> {
        postings::next(self, cursor).await.map(Some)
    }
}
