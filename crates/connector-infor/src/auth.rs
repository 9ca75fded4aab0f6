//! Access tokens: one at a time per connection, renewed before it ends, shared by all callers.
//!
//! Tenants may allow as few as 100 tokens per client and day, so tokens are never asked for twice
//! at once. They are kept in memory: a restart asks for a new one. (Keeping them sealed across
//! restarts is still to be built.)

use crate::ionapi::Ionapi;
use crate::settings::{Grant, Settings};
use crate::target::Target;
use connector::http::{Reply, Request};
use connector::{Runtime, http};
use model::{Fault, FaultClass, Secret, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::Mutex;

/// Renewed this long before its end, or at nine tenths of a short life.
const EARLY: Duration = Duration::from_secs(120);
/// More tokens than this in a day deserve a warning.
const MANY_A_DAY: u32 = 50;
const TIMEOUT: Duration = Duration::from_secs(30);
/// Everything but what RFC 3986 leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The tokens of one connection.
pub struct Tokens {
    url: String,
    grant: Option<Grant>,
    scope: Option<String>,
    credentials: Vec<Ionapi>,
    /// Held while a token is fetched: that is the single flight.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Which credential is in use.
    active: usize,
    /// Days since 1970, and the tokens fetched on that day.
    day: i64,
    fetched: u32,
}

struct Token {
    value: Secret,
    renew_at: Timestamp,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    #[serde(default = "two_hours")]
    expires_in: u64,
}

/// The default life of a token, where the answer does not say.
fn two_hours() -> u64 {
    7_200
}

impl Tokens {
    pub fn new(target: &Target) -> Self {
        let Settings { grant, scope, .. } = &target.settings;
        Self {
            url: target.token_url.clone(),
            grant: *grant,
            scope: scope.clone(),
            credentials: target.credentials.clone(),
            state: Mutex::default(),
        }
    }

    /// A token that is good for now.
    ///
    /// # Errors
    /// `Unauthorized` if every credential was refused; otherwise why none could be fetched.
    pub async fn get(&self, runtime: &Runtime) -> Result<Secret, Fault> {
        let mut state = self.state.lock().await;
        match &state.token {
            Some(token) if runtime.clock.now() < token.renew_at => Ok(token.value.clone()),
            _ => self.fetch(&mut state, runtime).await,
        }
    }

    /// A token instead of one that was refused. Whoever comes second gets what the first fetched.
    ///
    /// # Errors
    /// As [`Tokens::get`].
    pub async fn renew(&self, refused: &Secret, runtime: &Runtime) -> Result<Secret, Fault> {
        let mut state = self.state.lock().await;
        match &state.token {
            Some(token) if token.value != *refused => Ok(token.value.clone()),
            _ => self.fetch(&mut state, runtime).await,
        }
    }

    /// `text` without any secret in it.
    pub fn redact(&self, text: &str) -> String {
        let secrets = self.credentials.iter().flat_map(Ionapi::secrets);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }

    async fn fetch(&self, state: &mut State, runtime: &Runtime) -> Result<Secret, Fault> {
        state.token = None;
        let mut refusal = None;
        for n in 0..self.credentials.len() {
            let which = (state.active + n) % self.credentials.len();
            match self.ask(&self.credentials[which], runtime).await {
                Ok(granted) => {
                    if n > 0 {
                        tracing::warn!(
                            "Infor refused the credential in use: now the other one is used"
                        );
                    }
                    state.active = which;
                    return Ok(keep(state, granted, runtime.clock.now()));
                }
                Err(fault) if fault.class == FaultClass::Unauthorized => {
                    refusal.get_or_insert(fault);
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(refusal.unwrap_or_else(|| Fault::bug("a connection without a credential")))
    }

    async fn ask(&self, ionapi: &Ionapi, runtime: &Runtime) -> Result<Granted, Fault> {
        let mut form = vec![
            ("client_id", ionapi.client_id.expose()),
            ("client_secret", ionapi.client_secret.expose()),
        ];
        match (self.grant, &ionapi.service_account) {
            (Some(Grant::Password) | None, Some(account)) => form.extend([
                ("grant_type", "password"),
                ("username", account.access_key.expose()),
                ("password", account.secret_key.expose()),
            ]),
            _ => form.push(("grant_type", "client_credentials")),
        }
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, v)| format!("{name}={}", utf8_percent_encode(v, FORM)))
            .collect();
        let request = Request {
            method: "POST",
            url: &self.url,
            headers: vec![("accept", "application/json".into())],
            authorization: None,
            body: Some(("application/x-www-form-urlencoded", pairs.join("&").into())),
            timeout: TIMEOUT,
        };
        // A lost answer costs a token of the day's budget and nothing else.
        let reply = runtime.http.send(request).await.map_err(|mut fault| {
            if fault.class == FaultClass::Unknown {
                fault.class = FaultClass::Transient;
            }
            fault
        })?;
        if reply.status == 200 {
            return serde_json::from_slice(&reply.body)
                .map_err(|_| Fault::transient("the sign-in answer has no token").with_status(200));
        }
        Err(self.refused(&reply))
    }

    fn refused(&self, reply: &http::Reply) -> Fault {
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let part = |key: &str| {
            body.get(key)
                .and_then(serde_json::Value::as_str)
                .unwrap_or("")
        };
        let (error, description) = (part("error"), part("error_description"));
        let class = match (reply.status, error) {
            (429, _) => FaultClass::RateLimited,
            (_, "invalid_client" | "invalid_grant" | "unauthorized_client") | (401 | 403, _) => {
                FaultClass::Unauthorized
            }
            (400, "invalid_request" | "unsupported_grant_type" | "invalid_scope") => {
                FaultClass::Unauthorized
            }
            _ => FaultClass::Transient,
        };
        let words = [error, description].join(" ");
        let message = format!("sign-in was refused ({}): {}", reply.status, words.trim());
        let mut fault = Fault::new(class, self.redact(message.trim_end_matches([':', ' '])));
        fault.retry_after = retry_after(reply);
        if !error.is_empty() {
            fault.code = Some(error.to_owned());
        }
        fault.with_status(reply.status)
    }
}

fn retry_after(reply: &Reply) -> Option<Duration> {
    reply.retry_after()
}

fn keep(state: &mut State, granted: Granted, now: Timestamp) -> Secret {
    let life = Duration::from_secs(granted.expires_in);
    let renew_at = now.plus(life.saturating_sub(EARLY.min(life / 10)));
    state.token = Some(Token {
        value: granted.access_token.clone(),
        renew_at,
    });
    let day = now.seconds().div_euclid(86_400);
    if day != state.day {
        (state.day, state.fetched) = (day, 0);
    }
    state.fetched += 1;
    if state.fetched == MANY_A_DAY {
        tracing::warn!(
            tokens = state.fetched,
            "many Infor tokens in one day: tenants limit them"
        );
    }
    granted.access_token
}
