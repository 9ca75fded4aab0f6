//! A connection's settings and credential, and the guard that keeps live and test apart.

use crate::key;
use connector::{ConnectionConfig, Credential};
use model::{EnvironmentKind, Peer, Problem, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Stripe's API.
const STRIPE: &str = "https://api.stripe.com";

/// Settings of a Stripe connection. Nothing in them is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The account's id, `acct_…`: shown in the dashboard under Settings, Business. All that is
    /// written is known by it, so it cannot change later.
    pub account: String,
    /// Where the API is; only for the sandbox. A live environment always uses Stripe's own.
    #[serde(default = "stripe")]
    pub base_url: String,
    /// From when on balance transactions and events are fetched, in unix seconds; without it, from
    /// 24 h before the first fetch. The books' cut-over date: what is older is never booked.
    #[serde(default)]
    pub since: Option<i64>,
}

fn stripe() -> String {
    STRIPE.into()
}

/// Settings and keys that passed every check.
pub struct Checked {
    pub settings: Settings,
    pub environment: EnvironmentKind,
    pub peer: Peer,
    pub key: Secret,
    pub next_key: Option<Secret>,
}

/// JSON Schema of the credential.
pub fn credential_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "secret_key": {
                "type": "string",
                "title": "Secret or restricted key",
                "description": "sk_… or rk_…; a restricted key needs read on balance, charges, \
                    payouts, refunds, disputes, customers, checkout sessions and events, and write \
                    on what the flows change"
            },
            "webhook_secret": {
                "type": "string",
                "title": "Signing secret of the webhook endpoint",
                "description": "whsec_…; shown when the endpoint is made"
            }
        },
        "required": ["secret_key"],
        "additionalProperties": false
    })
}

/// A connection that leads nowhere.
pub fn example() -> ConnectionConfig {
    let key = Secret::new("rk_test_example");
    ConnectionConfig {
        name: "example".into(),
        environment: EnvironmentKind::Test,
        settings: json!({"account": "acct_example"}),
        credential: Credential {
            current: BTreeMap::from([("secret_key".to_owned(), key)]),
            next: None,
        },
    }
}

/// Checks a connection before anything is sent: a live key never meets a test environment, nor a
/// test key a live one, and no key leaves for another host in the clear.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(config: ConnectionConfig) -> Result<Checked, Vec<Problem>> {
    let mut problems = Vec::new();
    let ConnectionConfig {
        environment,
        settings,
        credential,
        ..
    } = config;
    let settings = match serde_json::from_value::<Settings>(settings) {
        Ok(settings) => Some(settings),
        Err(error) => {
            problems.push(Problem::error(
                "settings",
                "invalid_settings",
                format!("The settings cannot be read: {error}."),
                "Give `account`, and nothing but the settings in the schema.",
            ));
            None
        }
    };
    if let Some(settings) = &settings {
        problems.extend(account_problem(&settings.account));
        problems.extend(base_url_problem(&settings.base_url, environment));
    }
    let key = secret(credential.current);
    let next_key = credential.next.and_then(secret);
    let places = [
        ("credential.secret_key", &key),
        ("credential.next.secret_key", &next_key),
    ];
    for (path, key) in places
        .into_iter()
        .filter_map(|(path, key)| Some((path, key.as_ref()?)))
    {
        problems.extend(key_problem(path, key, environment));
    }
    if key.is_none() {
        problems.push(Problem::error(
            "credential.secret_key",
            "missing_secret",
            "The connection has no API key.",
            "Paste a restricted key (rk_…) of the account.",
        ));
    }
    match (settings, key) {
        (Some(mut settings), Some(key)) if problems.is_empty() => {
            settings
                .base_url
                .truncate(settings.base_url.trim_end_matches('/').len());
            let mode = environment.as_str();
            let peer = Peer(format!("stripe:{}:{mode}", settings.account));
            Ok(Checked {
                settings,
                environment,
                peer,
                key,
                next_key,
            })
        }
        _ => Err(problems),
    }
}

/// The API key without the blanks that pasting leaves.
fn secret(mut secrets: BTreeMap<String, Secret>) -> Option<Secret> {
    let secret = secrets.remove("secret_key")?;
    Some(Secret::new(secret.expose().trim())).filter(|s| !s.is_empty())
}

fn account_problem(account: &str) -> Option<Problem> {
    let good = account.strip_prefix("acct_").is_some_and(|rest| {
        (1..=64).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    (!good).then(|| {
        Problem::error(
            "settings.account",
            "invalid_account",
            "The account is no id of a Stripe account.",
            "Copy the account id (acct_…) from the dashboard's settings.",
        )
    })
}

fn key_problem(path: &str, key: &Secret, environment: EnvironmentKind) -> Option<Problem> {
    let mode = key::mode(key);
    if mode == Some(environment) {
        return None;
    }
    let cure = format!(
        "Use a key that begins with rk_{0}_ or sk_{0}_.",
        environment.as_str()
    );
    Some(match mode {
        Some(mode) => Problem::error(
            path,
            "wrong_mode",
            format!(
                "A {} key must not meet a {} environment.",
                mode.as_str(),
                environment.as_str()
            ),
            cure,
        ),
        None => Problem::error(
            path,
            "invalid_key",
            "This is no secret key of Stripe's.",
            cure,
        ),
    })
}

fn base_url_problem(url: &str, environment: EnvironmentKind) -> Option<Problem> {
    let url = url.trim_end_matches('/');
    let problem = |message: &str, cure: &str| {
        Some(Problem::error(
            "settings.base_url",
            "base_url",
            message,
            cure,
        ))
    };
    if url == STRIPE {
        return None;
    }
    if environment == EnvironmentKind::Live {
        return problem(
            "A live environment speaks only to Stripe's own API.",
            "Leave `base_url` out.",
        );
    }
    let (scheme, authority) = url.split_once("://").unwrap_or(("", url));
    // No path, no query, no user: what stands before the first of these is the host alone.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    if authority.is_empty() || !authority.bytes().all(plain) {
        return problem(
            "The base URL is more than a scheme, a host and a port.",
            "Write it like http://127.0.0.1:4010.",
        );
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    let here = host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    match scheme {
        "https" => None,
        "http" if here => None,
        _ => problem(
            "An API key would travel in the clear.",
            "Use https, or http to this machine only (the sandbox).",
        ),
    }
}
