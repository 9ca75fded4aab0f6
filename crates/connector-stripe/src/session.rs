//! An open connection to one Stripe account.

use crate::fault;
use crate::key::{self, KeyRing};
use crate::poll;
use crate::request::{self, Method, Reply, Request};
use crate::settings::{self, Settings};
use async_trait::async_trait;
use connector::http;
use connector::session::SharedSession;
use connector::{Call, ConnectionConfig, Mode, Page, PolledEvent, Runtime, Session};
use model::{EnvironmentKind, Fault, FaultClass, Peer, Problem, Secret};
use serde_json::{Value, json};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The version every request is pinned to, so that the shape of what we read is ours to choose and
/// not the account's default.
pub const VERSION: &str = "2026-08-26.dahlia";

/// As long as the official SDKs wait.
const TIMEOUT: Duration = Duration::from_secs(80);

/// An open connection: settings, keys, a client.
pub struct StripeSession {
    settings: Settings,
    live: bool,
    peer: Peer,
    keys: KeyRing,
    runtime: Runtime,
}

/// Opens a connection; sends nothing.
///
/// # Errors
/// Everything that is wrong with settings and keys.
pub fn open(config: ConnectionConfig, runtime: Runtime) -> Result<SharedSession, Vec<Problem>> {
    let checked = settings::check(config)?;
    Ok(Arc::new(StripeSession {
        settings: checked.settings,
        live: checked.environment == EnvironmentKind::Live,
        peer: checked.peer,
        keys: KeyRing::new(checked.key, checked.next_key),
        runtime,
    }))
}

impl StripeSession {
    /// Sends with the active key, and once with the other one if that is refused.
    async fn exchange(&self, request: &Request) -> Result<http::Reply, Fault> {
        let (active, key) = self.keys.active();
        let reply = self.once(request, key).await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        let Some((other, key)) = self.keys.other(active) else {
            return Ok(reply);
        };
        let second = self.once(request, key).await?;
        if second.status == 401 {
            return Ok(reply);
        }
        self.keys.promote(other);
        tracing::warn!(peer = %self.peer, "Stripe refused the key in use: now the other is used");
        Ok(second)
    }

    async fn once(&self, request: &Request, key: &Secret) -> Result<http::Reply, Fault> {
        let form = crate::form::encode(&request.params)?;
        let mut url = format!("{}{}", self.settings.base_url, request.path);
        let mut headers = vec![("stripe-version", VERSION.to_owned())];
        let mut body = None;
        match request.method {
            Method::Get if form.is_empty() => {}
            Method::Get => {
                url.push('?');
                url.push_str(&form);
            }
            Method::Post => {
                body = Some(("application/x-www-form-urlencoded", form.into()));
                headers.extend(
                    request
                        .idempotency_key
                        .clone()
                        .map(|k| ("idempotency-key", k)),
                );
            }
        }
        let authorization = Some(Secret::new(format!("Bearer {}", key.expose())));
        let method = request.method.as_str();
        let sent = http::Request {
            method,
            url: &url,
            headers,
            authorization,
            body,
            timeout: TIMEOUT,
        };
        self.runtime.http.send(sent).await
    }

    /// Sends a read and gives its body.
    pub(crate) async fn read(&self, path: &str, params: Value) -> Result<Value, Fault> {
        let call = request::get(path, path.into(), params);
        Ok(request::body(&self.send(&call).await?)?.clone())
    }

    pub(crate) fn stripe_settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

#[async_trait]
impl Session for StripeSession {
    fn peer(&self) -> Peer {
        self.peer.clone()
    }

    fn mode(&self) -> Mode {
        match key::mode(self.keys.active().1) {
            Some(EnvironmentKind::Live) => Mode::Live,
            Some(EnvironmentKind::Test) => Mode::Test,
            None => Mode::Unknown,
        }
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        &self.settings
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        let request = Request::parse(&call.request)?;
        let reply = self.exchange(&request).await?;
        let request_id = reply.header("request-id").map(str::to_owned);
        let replayed = fault::replayed(&reply);
        let status = reply.status;
        tracing::debug!(
            label = call.label,
            status,
            request_id,
            replayed,
            "Stripe answered"
        );
        if !(200..300).contains(&status) {
            let mut fault = fault::of(&reply, request.method == Method::Post);
            fault.message = self.keys.redact(&fault.message);
            let answer = self.keys.redact(&String::from_utf8_lossy(&reply.body));
            return Err(fault.with_answer(&answer));
        }
        let body = serde_json::from_slice(&reply.body).map_err(|_| {
            Fault::unknown("Stripe's answer was a success without JSON").with_status(status)
        })?;
        serde_json::to_value(Reply {
            status,
            request_id,
            replayed,
            body,
        })
        .map_err(|error| Fault::bug(format!("a reply cannot be written: {error}")))
    }

    async fn check(&self) -> Result<String, Fault> {
        let mode = if self.live { "live" } else { "test" };
        match self.read("/v1/account", Value::Null).await {
            Ok(account) => {
                let id = request::text(&account, "id")?;
                if id != self.settings.account {
                    return Err(Fault::rejected(format!(
                        "the key belongs to {id}, the settings say {}",
                        self.settings.account
                    ))
                    .with_field("account"));
                }
                let name = account.pointer("/settings/dashboard/display_name");
                let name = name.and_then(Value::as_str).unwrap_or("without a name");
                Ok(format!("{id}, {name} ({mode} mode)"))
            }
            // A restricted key need not be allowed to read the account: any read proves it lives.
            Err(fault) if matches!(fault.class, FaultClass::Rejected | FaultClass::NotFound) => {
                let balance = self.read("/v1/balance", Value::Null).await?;
                if balance.get("livemode").and_then(Value::as_bool) != Some(self.live) {
                    return Err(Fault::rejected(format!("the key is not for {mode} mode")));
                }
                Ok(format!(
                    "{} ({mode} mode; the key may not read the account's id to confirm it)",
                    self.settings.account
                ))
            }
            Err(fault) => Err(fault),
        }
    }

    async fn poll(&self, trigger: &str, cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
        match poll::Feed::named(trigger) {
            Some(feed) => poll::next(self, feed, cursor).await,
            None => Err(Fault::bug(format!("`{trigger}` is not polled"))),
        }
    }

    async fn balances(&self) -> Result<Option<BTreeMap<String, i64>>, Fault> {
        let body = self.read("/v1/balance", json!(null)).await?;
        let balances = crate::balance::Balance::read(&body)?.balances;
        Ok(Some(
            balances
                .into_iter()
                .map(|(currency, b)| (currency, b.total_minor))
                .collect(),
        ))
    }
}
