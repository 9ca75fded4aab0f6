//! Access tokens of the ION API gateway: asked for once, shared by all calls, renewed in time.
//!
//! Tokens are kept in memory only: each start asks for a new one, and the published budgets are
//! 100 tokens a day and client and 1,000 sign-ins a day and tenant [documented for one tier]. So
//! there is one request at a time, whoever waits takes its token, and a refused sign-in is not
//! repeated for a while. Two credentials may live at once while they are rotated: if one is refused
//! the other is tried and, when it is accepted, used from then on.

use connector::Runtime;
use connector::http::{Reply, Request};
use model::{Fault, FaultClass, Secret, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::Mutex;

/// The longest wait for the authorization server.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A token is renewed this long before it ends; a short one when a tenth of it is left.
const MARGIN: Duration = Duration::from_secs(120);
/// What a token lives if its answer does not say [documented default: two hours]; cautious.
const LIFETIME: Duration = Duration::from_secs(600);
/// After a refused sign-in nothing is asked for this long.
const PAUSE: Duration = Duration::from_secs(30);

/// What signs in.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: Secret,
    pub secret: Secret,
    /// Access and secret key of the service account: the password grant; without: the
    /// client-credentials grant.
    pub account: Option<(Secret, Secret)>,
}

impl Client {
    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let account = self.account.iter().flat_map(|(key, secret)| [key, secret]);
        [&self.id, &self.secret].into_iter().chain(account)
    }

    fn form(&self) -> String {
        let mut pairs = Vec::new();
        match &self.account {
            Some((key, secret)) => {
                pairs.push(("grant_type", "password"));
                pairs.push(("username", key.expose()));
                pairs.push(("password", secret.expose()));
            }
            None => pairs.push(("grant_type", "client_credentials")),
        }
        pairs.push(("client_id", self.id.expose()));
        pairs.push(("client_secret", self.secret.expose()));
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        pairs.join("&")
    }
}

/// An access token.
#[derive(Clone, Debug)]
pub struct Token {
    pub text: Secret,
    /// Counts the tokens of this session.
    pub number: u64,
    pub obtained_at: Timestamp,
    renew_at: Timestamp,
}

/// The tokens of one connection.
pub struct Tokens {
    url: String,
    clients: Vec<Client>,
    runtime: Runtime,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    active: usize,
    issued: u64,
    token: Option<Token>,
    refused: Option<(Timestamp, Fault)>,
}

impl Tokens {
    /// `clients`: the current one, then the next, if there is one.
    pub fn new(url: String, clients: Vec<Client>, runtime: Runtime) -> Self {
        Self {
            url,
            clients,
            runtime,
            state: Mutex::default(),
        }
    }

    /// A token that is good for a while: the one at hand, or a new one.
    ///
    /// # Errors
    /// `Unauthorized` if no credential is accepted, `RateLimited`, `Transient`. Never `Unknown`:
    /// without a token nothing else was sent.
    pub async fn token(&self) -> Result<Token, Fault> {
        self.other_than(None).await
    }

    /// A token instead of number `refused`: the one that another call got in the meantime, or a
    /// new one.
    ///
    /// # Errors
    /// As [`Tokens::token`].
    pub async fn renewed(&self, refused: u64) -> Result<Token, Fault> {
        self.other_than(Some(refused)).await
    }

    /// `text` without any secret in it, should a peer have echoed one.
    pub fn redact(&self, text: &str, token: Option<&Token>) -> String {
        let secrets = self.clients.iter().flat_map(Client::secrets);
        let secrets = secrets
            .chain(token.map(|t| &t.text))
            .filter(|s| !s.is_empty());
        secrets.fold(text.to_owned(), |text, secret| {
            text.replace(secret.expose(), "…")
        })
    }

    async fn other_than(&self, refused: Option<u64>) -> Result<Token, Fault> {
        // Held while asking: whoever comes in the meantime waits and takes the same token.
        let mut state = self.state.lock().await;
        let now = self.runtime.clock.now();
        if let Some(token) = &state.token
            && refused.is_none_or(|number| token.number != number)
            && now < token.renew_at
        {
            return Ok(token.clone());
        }
        if let Some((at, fault)) = &state.refused
            && now < at.plus(PAUSE)
        {
            return Err(fault.clone());
        }
        state.token = None;
        let active = state.active;
        let mut answer = self.ask(&self.clients[active]).await;
        if matches!(&answer, Err(fault) if is_credential(fault)) {
            for (other, client) in self
                .clients
                .iter()
                .enumerate()
                .filter(|(n, _)| *n != active)
            {
                let second = self.ask(client).await;
                if second.is_ok() {
                    tracing::warn!("the credential in use was refused: the other is used from now");
                    state.active = other;
                    answer = second;
                }
            }
        }
        match answer {
            Ok((text, lifetime)) => {
                state.issued += 1;
                state.refused = None;
                let margin = MARGIN.min(lifetime / 10);
                let token = Token {
                    text,
                    number: state.issued,
                    obtained_at: now,
                    renew_at: now.plus(lifetime - margin),
                };
                tracing::debug!(number = token.number, "a new access token");
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(fault) => {
                if fault.class == FaultClass::Unauthorized {
                    state.refused = Some((now, fault.clone()));
                }
                Err(fault)
            }
        }
    }

    async fn ask(&self, client: &Client) -> Result<(Secret, Duration), Fault> {
        let request = Request {
            method: "POST",
            url: &self.url,
            headers: vec![("accept", "application/json".into())],
            authorization: None,
            body: Some(("application/x-www-form-urlencoded", client.form().into())),
            timeout: TIMEOUT,
        };
        let reply = self
            .runtime
            .http
            .send(request)
            .await
            .map_err(|fault| Fault {
                // Nothing but a token can have come of it: asking again is safe.
                class: match fault.class {
                    FaultClass::Unknown => FaultClass::Transient,
                    class => class,
                },
                message: format!("signing in: {}", fault.message),
                ..fault
            })?;
        read(&reply).map_err(|mut fault| {
            fault.message = self.redact(&fault.message, None);
            fault.with_status(reply.status)
        })
    }
}

/// Another credential may help.
fn is_credential(fault: &Fault) -> bool {
    matches!(
        fault.code.as_deref(),
        Some("invalid_client" | "invalid_grant")
    )
}

fn read(reply: &Reply) -> Result<(Secret, Duration), Fault> {
    let status = reply.status;
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let text = |name: &str| body.as_ref()?.get(name)?.as_str().filter(|t| !t.is_empty());
    match status {
        200 => {
            let token = text("access_token").ok_or_else(|| {
                Fault::transient("signing in: the answer was a success without a token")
            })?;
            // Numbers as texts are seen in the wild.
            let seconds = body
                .as_ref()
                .and_then(|b| b.get("expires_in"))
                .and_then(|v| v.as_u64().or_else(|| v.as_str()?.trim().parse().ok()));
            let lifetime = seconds.map_or(LIFETIME, Duration::from_secs);
            Ok((Secret::new(token), lifetime))
        }
        429 => {
            let message = "signing in: too many tokens were asked for";
            let mut fault = Fault::new(FaultClass::RateLimited, message);
            fault.retry_after = reply.retry_after();
            Err(fault)
        }
        400..500 => {
            let code = text("error").unwrap_or("");
            let why = text("error_description").unwrap_or(code);
            let message = format!("signing in was refused ({status}): {why}");
            let mut fault = Fault::new(FaultClass::Unauthorized, message);
            fault.code = Some(code.to_owned()).filter(|c| !c.is_empty());
            Err(fault)
        }
        _ => Err(Fault::transient(format!(
            "signing in: the answer was {status}, no token"
        ))),
    }
}
