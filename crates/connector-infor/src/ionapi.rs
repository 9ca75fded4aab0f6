//! The `.ionapi` file of an authorized app: where to sign in, as whom, and where the gateway is.
//!
//! Keys as seen in files of real tenants: `ti` tenant, `ci`/`cs` client, `iu` gateway, `pu` + `ot`
//! token URL, `saak`/`sask` service-account keys (only if one was made). No URL is ever derived
//! from `ti`.

use crate::target::mode;
use connector::{CredentialFacts, CredentialFile};
use model::Secret;
use serde_json::Value;

/// What an `.ionapi` file says.
#[derive(Clone, Debug)]
pub struct Ionapi {
    pub tenant: String,
    pub client_id: Secret,
    pub client_secret: Secret,
    pub gateway_url: String,
    pub auth_url: String,
    pub token_path: String,
    pub service_account: Option<ServiceAccount>,
}

/// The keys of a service account.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    pub access_key: Secret,
    pub secret_key: Secret,
}

impl Ionapi {
    /// Reads the file's text.
    ///
    /// # Errors
    /// One sentence that names everything that is missing. It never quotes the file.
    pub fn parse(text: &Secret) -> Result<Self, String> {
        // Editors put a mark in front.
        let text = text.expose().trim_start_matches('\u{feff}');
        let file: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("The .ionapi file is no JSON (line {line}, column {column}).")
        })?;
        let part = |key: &str| {
            let value = file.get(key).and_then(Value::as_str).map(str::trim);
            value.filter(|v| !v.is_empty()).map(str::to_owned)
        };
        let mut missing = Vec::new();
        let mut required = |key: &'static str| {
            part(key).unwrap_or_else(|| {
                missing.push(format!("`{key}`"));
                String::new()
            })
        };
        let ionapi = Self {
            tenant: required("ti"),
            client_id: Secret::new(required("ci")),
            client_secret: Secret::new(required("cs")),
            gateway_url: required("iu"),
            auth_url: required("pu"),
            token_path: required("ot"),
            service_account: part("saak")
                .zip(part("sask"))
                .map(|(access_key, secret_key)| ServiceAccount {
                    access_key: Secret::new(access_key),
                    secret_key: Secret::new(secret_key),
                }),
        };
        if part("saak").is_some() != part("sask").is_some() {
            let key = if part("saak").is_none() {
                "saak"
            } else {
                "sask"
            };
            missing.push(format!(
                "`{key}` (it goes with the other key of the service account)"
            ));
        }
        if missing.is_empty() {
            return Ok(ionapi);
        }
        Err(format!("The .ionapi file lacks {}.", missing.join(", ")))
    }

    /// Every secret text, to keep it out of messages.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let account = self.service_account.iter();
        let account = account.flat_map(|a| [a.access_key.expose(), a.secret_key.expose()]);
        [self.client_secret.expose()].into_iter().chain(account)
    }
}

/// The file that ION API gives for an authorized app.
pub const FILE: CredentialFile = CredentialFile {
    suffix: ".ionapi",
    secret: "ionapi",
    read: facts,
};

/// What may be seen of the file.
fn facts(text: &Secret) -> Result<CredentialFacts, String> {
    let ionapi = Ionapi::parse(text)?;
    let account = match ionapi.service_account {
        Some(_) => "with keys of a service account",
        None => "without a service account: only the client's own rights",
    };
    Ok(CredentialFacts {
        mode: mode(&ionapi.tenant),
        facts: vec![
            ("Tenant", ionapi.tenant),
            ("Gateway", ionapi.gateway_url),
            ("Sign-in", ionapi.auth_url),
            ("Signs in", account.to_owned()),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_missing_key_is_named_at_once() {
        let file = json!({"ti": "A_TST", "ci": "", "iu": "https://x", "saak": "k"});
        let error = Ionapi::parse(&Secret::new(file.to_string())).expect_err("incomplete");
        for key in ["`ci`", "`cs`", "`pu`", "`ot`", "`sask`"] {
            assert!(error.contains(key), "{error}");
        }
        assert!(
            !error.contains("`ti`") && !error.contains("`iu`"),
            "{error}"
        );
    }

    #[test]
    fn neither_an_error_nor_debug_shows_a_secret() {
        let error = Ionapi::parse(&Secret::new("{\"cs\": \"hush")).expect_err("no JSON");
        assert!(!error.contains("hush"));
        let file = json!({"ti": "A_TST", "ci": "hush-a", "cs": "hush-b", "iu": "https://x",
            "pu": "https://y/", "ot": "token", "saak": "hush-c", "sask": "hush-d"});
        let ionapi = Ionapi::parse(&Secret::new(file.to_string())).expect("complete");
        assert!(!format!("{ionapi:?}").contains("hush"));
        let seen = facts(&Secret::new(format!("\u{feff}{file}"))).expect("complete");
        assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");
        assert_eq!(seen.mode, connector::Mode::Test);
    }
}
