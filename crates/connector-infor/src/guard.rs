//! Checks of a connection before anything is sent: URLs, the kind of tenant, the credential.

use crate::auth::Client;
use crate::settings::Settings;
use connector::ConnectionConfig;
use model::{EnvironmentKind, Peer, Problem, Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Settings and credentials that passed every check.
pub struct Checked {
    pub settings: Settings,
    pub peer: Peer,
    pub token_url: String,
    /// The current one, then the next.
    pub clients: Vec<Client>,
}

/// JSON Schema of the credential.
pub fn credential_schema() -> Value {
    let secret = |title: &str, key: &str, doc: &str| {
        json!({"type": "string", "title": title,
            "description": format!("`{key}` of the .ionapi file{doc}")})
    };
    json!({
        "type": "object",
        "properties": {
            "client_id": secret("Client id", "ci", ""),
            "client_secret": secret("Client secret", "cs", ""),
            "access_key": secret("Access key of the service account", "saak", "; absent for the \
                client-credentials grant"),
            "secret_key": secret("Secret key of the service account", "sask", ""),
        },
        "required": ["client_id", "client_secret"],
        "additionalProperties": false
    })
}

/// Checks a connection: a production tenant never meets a test environment, nor the other way
/// round, and no secret travels in the clear.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(config: ConnectionConfig) -> Result<Checked, Vec<Problem>> {
    let settings: Settings = serde_json::from_value(config.settings).map_err(|error| {
        vec![Problem::error(
            "settings",
            "invalid_settings",
            format!("The settings cannot be read: {error}."),
            "Give all that the schema requires, and nothing that it does not have.",
        )]
    })?;
    let mut problems = Vec::new();
    problems.extend(tenant_problem(&settings.tenant, config.environment));
    problems.extend(url_problem("settings.gateway_url", &settings.gateway_url));
    problems.extend(url_problem("settings.auth_url", &settings.auth_url));
    problems.extend(form_problems(&settings));
    let grant = settings.grant.as_deref();
    let current = config.credential.current;
    let mut clients = Vec::new();
    match client("credential", &current, grant) {
        Ok(client) => clients.push(client),
        Err(problem) => problems.push(problem),
    }
    if let Some(next) = config.credential.next {
        // A new service account keeps the client: what is not given anew stays.
        let mut whole = current;
        whole.extend(next);
        match client("credential.next", &whole, grant) {
            Ok(client) => clients.push(client),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let Settings {
        tenant,
        company,
        division,
        ..
    } = &settings;
    Ok(Checked {
        peer: Peer(format!("infor:{tenant}:{company}:{division}")),
        token_url: format!(
            "{}/{}",
            settings.auth_url.trim_end_matches('/'),
            settings.token_path.trim_start_matches('/')
        ),
        clients,
        settings,
    })
}

/// The tenant's suffix names its kind [observed]; a production tenant is one that ends in `_PRD`.
fn tenant_problem(tenant: &str, environment: EnvironmentKind) -> Option<Problem> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if tenant.is_empty() || !tenant.bytes().all(plain) {
        return Some(Problem::error(
            "settings.tenant",
            "invalid_tenant",
            "The tenant has characters that no tenant's name has.",
            "Copy `ti` from the .ionapi file.",
        ));
    }
    let production = tenant.to_ascii_uppercase().ends_with("_PRD");
    let live = environment == EnvironmentKind::Live;
    if production == live {
        return None;
    }
    let (message, cure) = if production {
        (
            "A production tenant must not meet a test environment.",
            "Use the .ionapi file of a test tenant (…_TST).",
        )
    } else {
        (
            "A tenant that is not production's must not meet a live environment.",
            "Use the .ionapi file of the production tenant (…_PRD).",
        )
    };
    Some(Problem::error(
        "settings.tenant",
        "wrong_tenant",
        message,
        cure,
    ))
}

fn url_problem(path: &str, url: &str) -> Option<Problem> {
    let problem = |message: &str, cure: &str| Some(Problem::error(path, "url", message, cure));
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or(rest);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    let in_path = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_~/%".contains(&b);
    if authority.is_empty() || !authority.bytes().all(plain) || !rest.bytes().all(in_path) {
        return problem(
            "The URL is not a scheme, a host and a path.",
            "Copy it from the .ionapi file.",
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
            "Secrets would travel in the clear.",
            "Use https, or http to this machine only (the sandbox).",
        ),
    }
}

/// What the schema cannot say.
fn form_problems(settings: &Settings) -> Vec<Problem> {
    let word = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    let date = settings.read_from.len() == 8
        && jiff::civil::Date::strptime("%Y%m%d", &settings.read_from).is_ok();
    let checks = [
        (
            "token_path",
            word(&settings.token_path, b"._-/"),
            "a path below the authorization server",
        ),
        (
            "m3_path",
            word(&settings.m3_path, b"._-/"),
            "a path below the tenant",
        ),
        (
            "company",
            (1..=999).contains(&settings.company),
            "a number of at most three digits",
        ),
        (
            "division",
            word(&settings.division, b"_-") && settings.division.len() <= 3,
            "a division's code of at most three characters",
        ),
        (
            "options_in",
            ["matrix", "query"].contains(&settings.options_in.as_str()),
            "`matrix` or `query`",
        ),
        ("read_from", date, "a date of the form YYYYMMDD"),
    ];
    checks
        .into_iter()
        .filter(|(_, good, _)| !good)
        .map(|(name, _, what)| {
            Problem::error(
                format!("settings.{name}"),
                "invalid_setting",
                format!("`{name}` must be {what}."),
                "Correct the setting.",
            )
        })
        .collect()
}

fn client(
    path: &str,
    secrets: &BTreeMap<String, Secret>,
    grant: Option<&str>,
) -> Result<Client, Problem> {
    let get = |name: &str| {
        // Pasting leaves blanks.
        let secret = Secret::new(secrets.get(name)?.expose().trim());
        Some(secret).filter(|s| !s.is_empty())
    };
    let missing = |name: &str, what: &str| {
        Problem::error(
            format!("{path}.{name}"),
            "missing_secret",
            format!("The connection has no {what}."),
            "Upload the .ionapi file, or paste it from there.",
        )
    };
    let id = get("client_id").ok_or_else(|| missing("client_id", "client id (`ci`)"))?;
    let secret = get("client_secret");
    let secret = secret.ok_or_else(|| missing("client_secret", "client secret (`cs`)"))?;
    let account = match (grant, get("access_key"), get("secret_key")) {
        (Some("client_credentials"), _, _) | (None, None, None) => None,
        (None | Some("password"), Some(key), Some(secret)) => Some((key, secret)),
        (None | Some("password"), None, _) => {
            return Err(missing("access_key", "access key (`saak`)"));
        }
        (None | Some("password"), _, None) => {
            return Err(missing("secret_key", "secret key (`sask`)"));
        }
        (Some(_), _, _) => {
            return Err(Problem::error(
                "settings.grant",
                "unknown_grant",
                "The grant is none that is known.",
                "Use `password` or `client_credentials`, or leave it out.",
            ));
        }
    };
    Ok(Client {
        id,
        secret,
        account,
    })
}
