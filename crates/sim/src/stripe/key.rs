//! API keys: who may ask, until when, and for what. Keys are never shown again.

use super::error::ApiError;
use serde_json::{Value, json};
use std::collections::BTreeMap;

struct Key {
    id: String,
    secret: String,
    revoked: bool,
    until: Option<i64>,
    /// `read` or `write` by resource (the first part of the path); absent for an unrestricted key.
    rights: Option<BTreeMap<String, String>>,
}

/// The keys of one account and mode.
#[derive(Default)]
pub struct Keys {
    keys: Vec<Key>,
}

impl Keys {
    /// Unrestricted keys.
    pub fn new(secrets: &[String]) -> Self {
        let mut keys = Self::default();
        for secret in secrets {
            keys.add(secret.clone(), None);
        }
        keys
    }

    /// Adds a key and gives its id.
    pub fn add(&mut self, secret: String, rights: Option<BTreeMap<String, String>>) -> String {
        let id = format!("key_{}", self.keys.len() + 1);
        self.keys.push(Key {
            id: id.clone(),
            secret,
            revoked: false,
            until: None,
            rights,
        });
        id
    }

    /// Ends a key now, or at `until`; whether there is one of that id.
    pub fn end(&mut self, id: &str, until: Option<i64>) -> bool {
        let Some(key) = self.keys.iter_mut().find(|k| k.id == id) else {
            return false;
        };
        match until {
            Some(_) => key.until = until,
            None => key.revoked = true,
        }
        true
    }

    /// Ids and last four characters.
    pub fn list(&self) -> Value {
        self.keys
            .iter()
            .map(|k| {
                let last4 = tail(&k.secret);
                json!({"id": k.id, "last4": last4, "revoked": k.revoked, "until": k.until})
            })
            .collect()
    }

    /// Lets a request pass, or says why not. `secret` is what the client sent, if anything.
    pub fn admit(
        &self,
        secret: Option<&str>,
        method: &str,
        path: &str,
        now_s: i64,
    ) -> Result<(), ApiError> {
        let Some(secret) = secret.filter(|s| !s.is_empty()) else {
            return Err(ApiError::unauthorized(
                "You did not provide an API key. You need to provide your API key in the \
                 Authorization header, using Bearer auth (e.g. 'Authorization: Bearer \
                 YOUR_SECRET_KEY').",
            ));
        };
        let hint = hint(secret);
        let Some(key) = self.keys.iter().find(|k| k.secret == secret) else {
            return Err(ApiError::unauthorized(format!(
                "Invalid API Key provided: {hint}"
            )));
        };
        if key.revoked || key.until.is_some_and(|until| until <= now_s) {
            return Err(
                ApiError::unauthorized(format!("Expired API Key provided: {hint}"))
                    .with("code", "api_key_expired"),
            );
        }
        let Some(rights) = &key.rights else {
            return Ok(());
        };
        let resource = path
            .strip_prefix("/v1/")
            .unwrap_or(path)
            .split('/')
            .next()
            .unwrap_or("");
        let need = if method == "GET" { "read" } else { "write" };
        match rights.get(resource).map(String::as_str) {
            Some("write") => Ok(()),
            Some("read") if need == "read" => Ok(()),
            _ => Err(ApiError::forbidden(&format!("rak_{resource}_{need}"))),
        }
    }
}

fn tail(secret: &str) -> &str {
    secret
        .get(secret.len().saturating_sub(4)..)
        .unwrap_or_default()
}

/// A key as production shows it in an error: the ends only.
fn hint(secret: &str) -> String {
    let head = secret.get(..8).unwrap_or_default();
    if secret.len() < 16 {
        "****".to_owned()
    } else {
        format!("{head}****{}", tail(secret))
    }
}
