//! Where a connection leads: settings and credential joined and checked before any call.

use crate::ionapi::Ionapi;
use crate::settings::{Grant, Settings};
use connector::{ConnectionConfig, Credential, Mode};
use model::{EnvironmentKind, Peer, Problem, Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A connection that passed every check.
pub struct Target {
    pub settings: Settings,
    pub peer: Peer,
    pub mode: Mode,
    /// `{gateway}/{tenant}/{m3 path}`.
    pub api: String,
    pub token_url: String,
    /// The current credential, and the next one while they are rotated.
    pub credentials: Vec<Ionapi>,
}

/// JSON Schema of the credential.
pub fn credential_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "ionapi": {
                "type": "string",
                "title": "The .ionapi file",
                "description": "The whole text of the file that ION API gives for an authorized \
                    app of type Backend Service, made with a service account"
            }
        },
        "required": ["ionapi"],
        "additionalProperties": false
    })
}

/// A connection that leads nowhere: the settings of the sandbox's company.
pub fn example() -> ConnectionConfig {
    let ionapi = json!({
        "ti": "EXAMPLE_TST", "ci": "example", "cs": "example",
        "iu": "https://gateway.example", "pu": "https://signin.example/", "ot": "token",
    });
    let ionapi = Secret::new(ionapi.to_string());
    ConnectionConfig {
        name: "example".into(),
        environment: EnvironmentKind::Test,
        settings: json!({
            "company": 100, "division": "AAA", "order_type": "C01", "credit_order_type": "CR1",
            "customer_template": "TPL001", "payment_batch_type": "STR", "payment_type": "ST",
            "journal_template": "STRIPE-POS1", "read_from": "20260101",
        }),
        credential: Credential {
            current: BTreeMap::from([("ionapi".to_owned(), ionapi)]),
            next: None,
        },
    }
}

/// Suffixes of tenants that are not production.
const TRIAL: [&str; 5] = ["_TST", "_TRN", "_DEV", "_DEM", "_AX1"];

/// Checks everything that can be checked without the network.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(config: &ConnectionConfig) -> Result<Target, Vec<Problem>> {
    let mut problems = Vec::new();
    let settings = read_settings(&config.settings, &mut problems);
    let credentials = read_credentials(&config.credential, &mut problems);
    let (Some(settings), Some(first)) = (settings, credentials.first()) else {
        return Err(problems);
    };
    let tenant = settings
        .tenant
        .clone()
        .unwrap_or_else(|| first.tenant.clone());
    let of_files = credentials.iter().map(|c| &c.tenant);
    for name in of_files.clone().chain([&tenant]) {
        problems.extend(guard(name, config.environment));
    }
    if of_files.clone().any(|t| *t != first.tenant) {
        problems.push(Problem::error(
            "credential.next.ionapi",
            "other_tenant",
            "The next .ionapi file belongs to another tenant than the current one.",
            "Give the file of a new service account of the same tenant.",
        ));
    }
    let gateway = settings.gateway_url.as_ref().unwrap_or(&first.gateway_url);
    let auth = settings.auth_url.as_ref().unwrap_or(&first.auth_url);
    let path = settings.token_path.as_ref().unwrap_or(&first.token_path);
    for (at, url) in [
        ("settings.gateway_url", gateway),
        ("settings.auth_url", auth),
    ] {
        problems.extend(unsafe_url(at, url));
    }
    if settings.grant == Some(Grant::Password)
        && credentials.iter().any(|c| c.service_account.is_none())
    {
        problems.push(Problem::error(
            "settings.grant",
            "no_service_account",
            "The password grant needs service-account keys, and an .ionapi file has none.",
            "Make the file again with \"Create Service Account\" ticked.",
        ));
    }
    problems.extend(crate::m3::parm::problems(&settings.journal_line));
    if crate::m3::day::from_mi(&settings.read_from).is_none() {
        problems.push(Problem::error(
            "settings.read_from",
            "no_date",
            format!("`{}` is no date.", settings.read_from),
            "Give the first day to read from as YYYYMMDD.",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let peer = Peer(format!(
        "infor:{tenant}:{}:{}",
        settings.company, settings.division
    ));
    let api = format!(
        "{}/{tenant}/{}",
        gateway.trim_end_matches('/'),
        settings.m3_path.trim_matches('/')
    );
    let token_url = format!(
        "{}/{}",
        auth.trim_end_matches('/'),
        path.trim_start_matches('/')
    );
    Ok(Target {
        settings,
        peer,
        mode: mode(&tenant),
        api,
        token_url,
        credentials,
    })
}

fn read_settings(settings: &Value, problems: &mut Vec<Problem>) -> Option<Settings> {
    match serde_json::from_value::<Settings>(settings.clone()) {
        Ok(settings) => Some(settings),
        Err(error) => {
            problems.push(Problem::error(
                "settings",
                "invalid_settings",
                format!("The settings cannot be read: {error}."),
                "Give the settings that the schema names, and nothing else.",
            ));
            None
        }
    }
}

fn read_credentials(credential: &Credential, problems: &mut Vec<Problem>) -> Vec<Ionapi> {
    let versions = [
        ("current", Some(&credential.current)),
        ("next", credential.next.as_ref()),
    ];
    let mut read = Vec::new();
    for (version, secrets) in versions {
        let Some(secrets) = secrets else { continue };
        match ionapi(secrets) {
            Ok(ionapi) => read.push(ionapi),
            Err(message) => problems.push(Problem::error(
                format!("credential.{version}.ionapi"),
                "invalid_ionapi",
                message,
                "Download the file again in ION API: Authorized Apps, Backend Service.",
            )),
        }
    }
    read
}

fn ionapi(secrets: &BTreeMap<String, Secret>) -> Result<Ionapi, String> {
    let text = secrets
        .get("ionapi")
        .ok_or("The .ionapi file is missing.")?;
    Ionapi::parse(text)
}

/// What a tenant's name says of the company behind it.
pub fn mode(tenant: &str) -> Mode {
    let upper = tenant.to_ascii_uppercase();
    if upper.ends_with("_PRD") {
        Mode::Live
    } else if TRIAL.iter().any(|suffix| upper.ends_with(suffix)) {
        Mode::Test
    } else {
        Mode::Unknown
    }
}

/// A production tenant never meets a trial environment, nor a trial tenant a live one. A tenant
/// whose name does not say what it is (on premises all are called `infor`) is let through.
fn guard(tenant: &str, environment: EnvironmentKind) -> Option<Problem> {
    let message = match (environment, mode(tenant)) {
        (EnvironmentKind::Test, Mode::Live) => {
            format!("{tenant} is a production tenant, and this environment is for tests.")
        }
        (EnvironmentKind::Live, Mode::Test) => {
            format!("{tenant} is no production tenant, and this environment is live.")
        }
        _ => return None,
    };
    let cure = "Use the .ionapi file of the tenant that belongs to this environment.";
    Some(Problem::error(
        "credential",
        "wrong_environment",
        message,
        cure,
    ))
}

/// Keys and tokens travel only encrypted, or not off this machine.
fn unsafe_url(at: &str, url: &str) -> Option<Problem> {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let after = |prefix: &str| {
        let rest = url.strip_prefix(prefix)?;
        Some(rest.is_empty() || rest.starts_with([':', '/']))
    };
    let local = local.iter().any(|prefix| after(prefix) == Some(true));
    if local
        || url
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty())
    {
        return None;
    }
    let message = format!("`{url}` is no https URL.");
    Some(Problem::error(
        at,
        "no_https",
        message,
        "Give the URL that begins with https://.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_tls() {
        for (url, fine) in [
            ("https://x.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://127.0.0.1.example", false),
            ("http://x.example", false),
            ("", false),
        ] {
            assert_eq!(unsafe_url("settings", url).is_none(), fine, "{url}");
        }
    }

    #[test]
    fn the_guard_works_both_ways() {
        use EnvironmentKind::{Live, Test};
        for (tenant, environment, fine) in [
            ("ACME_PRD", Test, false),
            ("acme_prd", Test, false),
            ("ACME_PRD", Live, true),
            ("ACME_TST", Live, false),
            ("ACME_TST", Test, true),
            ("infor", Live, true),
        ] {
            assert_eq!(guard(tenant, environment).is_none(), fine, "{tenant}");
        }
    }
}
