//! The authorization server: clients, service accounts and the tokens it gave out.
//!
//! What the real one answers beyond RFC 6749, and how it refuses beyond the token budget, is
//! unverified.

use super::day;
use super::settings::Settings;
use base64::Engine;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One client with its service account. All of it is fake.
#[derive(Clone)]
pub struct Credentials {
    pub tenant: String,
    pub ci: String,
    pub cs: String,
    pub saak: String,
    pub sask: String,
}

impl Credentials {
    /// The fake credentials of `tenant`; each `generation` has secrets of its own.
    pub fn fake(tenant: &str, generation: u32) -> Self {
        Self {
            tenant: tenant.to_owned(),
            ci: format!("{tenant}~FAKE-sandbox-client-id-not-a-real-key-00001"),
            cs: format!("FAKE-sandbox-client-secret-{generation}-not-a-real-key"),
            saak: format!("{tenant}#FAKE-sandbox-access-key-{generation}-not-a-real-key"),
            sask: format!("FAKE-sandbox-secret-key-{generation}-not-a-real-key"),
        }
    }
}

struct Token {
    tenant: String,
    client: String,
    expires_s: i64,
}

/// The authorization server's state.
pub struct Auth {
    live: Vec<Credentials>,
    generation: u32,
    access: BTreeMap<String, Token>,
    refresh: BTreeMap<String, Token>,
    issued: BTreeMap<(String, String), u32>,
    rng: StdRng,
}

/// A status and a JSON body.
pub type Reply = (u16, Value);

fn refused(status: u16, error: &str, description: &str) -> Reply {
    (
        status,
        json!({"error": error, "error_description": description}),
    )
}

impl Auth {
    /// A server that knows the first credentials of each tenant.
    pub fn new(tenants: &[&str], seed: u64) -> Self {
        Self {
            live: tenants.iter().map(|t| Credentials::fake(t, 1)).collect(),
            generation: 1,
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            issued: BTreeMap::new(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Gives `tenant` new secrets; the old ones stay valid only if `keep_old`.
    pub fn rotate(&mut self, tenant: &str, keep_old: bool) -> Credentials {
        self.generation += 1;
        let next = Credentials::fake(tenant, self.generation);
        if !keep_old {
            self.live.retain(|c| c.tenant != tenant);
        }
        self.live.push(next.clone());
        next
    }

    /// Refuses every secret of `tenant` but the newest.
    pub fn retire_old(&mut self, tenant: &str) {
        let newest = Credentials::fake(tenant, self.generation).cs;
        self.live.retain(|c| c.tenant != tenant || c.cs == newest);
    }

    /// The newest credentials of `tenant`.
    pub fn newest(&self, tenant: &str) -> Option<Credentials> {
        self.live.iter().rev().find(|c| c.tenant == tenant).cloned()
    }

    /// Is `token` good for `tenant` now?
    pub fn accepts(&self, token: &str, tenant: &str, now_s: i64) -> bool {
        self.access
            .get(token)
            .is_some_and(|t| t.tenant == tenant && now_s < t.expires_s)
    }

    /// Kills `token`.
    pub fn kill(&mut self, token: &str) {
        self.access.remove(token);
    }

    /// Kills every access token; returns how many there were.
    pub fn kill_all(&mut self) -> usize {
        let count = self.access.len();
        self.access.clear();
        count
    }

    /// Tokens given out so far.
    pub fn issued(&self) -> u32 {
        self.issued.values().sum()
    }

    /// Answers a call of the token endpoint of `tenant`.
    pub fn grant(
        &mut self,
        tenant: &str,
        form: &BTreeMap<String, String>,
        basic: Option<&str>,
        now_s: i64,
        settings: &Settings,
    ) -> Reply {
        let Some((ci, cs)) = client(form, basic) else {
            return refused(401, "invalid_client", "Client authentication is missing");
        };
        let clients: Vec<&Credentials> = self
            .live
            .iter()
            .filter(|c| c.tenant == tenant && c.ci == ci && c.cs == cs)
            .collect();
        if clients.is_empty() {
            return refused(401, "invalid_client", "Invalid client or client secret");
        }
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        match field("grant_type") {
            "password" => {
                let (user, password) = (field("username"), field("password"));
                // A new service account keeps the client, so any live pair of keys will do.
                let mut live = self.live.iter().filter(|c| c.tenant == tenant);
                if !live.any(|c| c.saak == user && c.sask == password) {
                    return refused(400, "invalid_grant", "Invalid user or password");
                }
            }
            "client_credentials" => {}
            "refresh_token" => {
                let token = self.refresh.get(field("refresh_token"));
                if token.is_none_or(|t| t.tenant != tenant || t.client != ci) {
                    return refused(400, "invalid_grant", "Invalid refresh token");
                }
            }
            "" => return refused(400, "invalid_request", "grant_type is missing"),
            _ => return refused(400, "unsupported_grant_type", "Unsupported grant type"),
        }
        let issued = self.issued.entry((ci.clone(), day::of(now_s))).or_default();
        if settings
            .token_budget
            .is_some_and(|budget| *issued >= budget)
        {
            return (429, json!({"error": "Too Many Requests"}));
        }
        *issued += 1;
        let ttl_s = settings.token_ttl_s;
        let token = self.token("at", tenant, &ci, now_s + ttl_s);
        let mut body = json!({"access_token": token, "token_type": "Bearer", "expires_in": ttl_s});
        if settings.refresh_tokens {
            body["refresh_token"] = self.token("rt", tenant, &ci, i64::MAX).into();
        }
        (200, body)
    }

    fn token(&mut self, kind: &str, tenant: &str, client: &str, expires_s: i64) -> String {
        let token = format!("sim-{kind}-{:032x}", self.rng.random::<u128>());
        let row = Token {
            tenant: tenant.to_owned(),
            client: client.to_owned(),
            expires_s,
        };
        let tokens = if kind == "at" {
            &mut self.access
        } else {
            &mut self.refresh
        };
        tokens.insert(token.clone(), row);
        token
    }

    /// Answers a call of the revocation endpoint: unknown tokens are fine, as RFC 7009 says.
    pub fn revoke(
        &mut self,
        tenant: &str,
        form: &BTreeMap<String, String>,
        basic: Option<&str>,
    ) -> Reply {
        let known = client(form, basic).is_some_and(|(ci, cs)| {
            self.live
                .iter()
                .any(|c| c.tenant == tenant && c.ci == ci && c.cs == cs)
        });
        if !known {
            return refused(401, "invalid_client", "Invalid client or client secret");
        }
        let token = form.get("token").map_or("", String::as_str);
        self.access.remove(token);
        self.refresh.remove(token);
        (200, json!({}))
    }
}

/// Client id and secret, from the body or from HTTP Basic.
fn client(form: &BTreeMap<String, String>, basic: Option<&str>) -> Option<(String, String)> {
    if let (Some(ci), Some(cs)) = (form.get("client_id"), form.get("client_secret")) {
        return Some((ci.clone(), cs.clone()));
    }
    let encoded = basic?.strip_prefix("Basic ")?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (ci, cs) = text.split_once(':')?;
    // RFC 6749 wants both form-encoded inside Basic, which many clients leave out.
    let decode = |part: &str| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8_lossy()
            .into_owned()
    };
    Some((decode(ci), decode(cs)))
}
