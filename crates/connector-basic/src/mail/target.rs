//! Where a connection leads: settings and credential joined and checked before any call.

use crate::mail::address;
use crate::mail::settings::{Settings, Tls};
use connector::{ConnectionConfig, Credential};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use model::{EnvironmentKind, Problem, Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A connection that passed every check.
pub struct Target {
    pub settings: Settings,
    pub from: Mailbox,
    /// None if the server is to be spoken to in the clear.
    pub tls: Option<TlsParameters>,
    /// The current credential, and the next one while they are rotated; empty: no sign-in.
    pub credentials: Vec<Credentials>,
}

/// JSON Schema of the credential.
pub fn credential_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "title": "User"},
            "password": {"type": "string", "title": "Password"}
        },
        "dependentRequired": {"username": ["password"], "password": ["username"]},
        "additionalProperties": false
    })
}

/// A connection that leads nowhere. It stands for one without a limit of addressees, which only a
/// live environment may have.
pub fn example() -> ConnectionConfig {
    ConnectionConfig {
        name: "example".into(),
        environment: EnvironmentKind::Live,
        settings: json!({"host": "mail.example", "from": "Shop <shop@mail.example>"}),
        credential: Credential::default(),
    }
}

/// Checks everything that can be checked without the network.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check(config: &ConnectionConfig) -> Result<Target, Vec<Problem>> {
    let mut problems = Vec::new();
    let settings = match serde_json::from_value::<Settings>(config.settings.clone()) {
        Ok(settings) => settings,
        Err(error) => {
            return Err(vec![Problem::error(
                "settings",
                "invalid_settings",
                format!("The settings cannot be read: {error}."),
                "Give the settings that the schema names, and nothing else.",
            )]);
        }
    };
    let from = address::mailbox("settings.from", &settings.from);
    let from = from.map_err(|fault| {
        problems.push(Problem::error(
            "settings.from",
            "no_address",
            fault.message,
            "Give an address such as `Shop <shop@example.com>`.",
        ));
    });
    if settings.tls == Tls::None && !settings.is_local() {
        problems.push(Problem::error(
            "settings.tls",
            "no_tls",
            format!(
                "{} is not on this machine, and `tls` is none.",
                settings.host
            ),
            "Set `tls` to `starttls` or `implicit`.",
        ));
    }
    problems.extend(guard(&settings, config.environment));
    let tls = encryption(&settings, &mut problems);
    let mut credentials = Vec::new();
    let versions = [
        ("current", Some(&config.credential.current)),
        ("next", config.credential.next.as_ref()),
    ];
    for (version, secrets) in versions {
        match secrets.map(sign_in) {
            None | Some(Ok(None)) => {}
            Some(Ok(Some(given))) => credentials.push(given),
            Some(Err(missing)) => problems.push(Problem::error(
                format!("credential.{version}.{missing}"),
                "incomplete_credential",
                format!("The {missing} is missing."),
                "Give both, or neither where the server needs no sign-in.",
            )),
        }
    }
    match from {
        Ok(from) if problems.is_empty() => Ok(Target {
            settings,
            from,
            tls,
            credentials,
        }),
        _ => Err(problems),
    }
}

/// A test never writes to a customer.
fn guard(settings: &Settings, environment: EnvironmentKind) -> Option<Problem> {
    // Also by a server on this machine: it may hand on what it takes.
    let open = settings.only_to.is_none();
    (environment == EnvironmentKind::Test && open).then(|| {
        Problem::error(
            "settings.only_to",
            "mail_from_a_test",
            "This environment is for tests, and its mail could reach customers.",
            "Name the addresses or domains that tests may write to.",
        )
    })
}

fn encryption(settings: &Settings, problems: &mut Vec<Problem>) -> Option<TlsParameters> {
    if settings.tls == Tls::None {
        return None;
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.trusted_certificate {
        let certificate = Certificate::from_pem(pem.as_bytes());
        // The library takes a text without a certificate for none, silently.
        let found = pem.contains("-----BEGIN CERTIFICATE-----");
        match certificate.map_err(|e| e.to_string()) {
            Ok(certificate) if found => builder = builder.add_root_certificate(certificate),
            other => problems.push(Problem::error(
                "settings.trusted_certificate",
                "no_certificate",
                match other {
                    Err(error) => format!("The certificate cannot be read: {error}."),
                    Ok(_) => "There is no certificate in the text.".to_owned(),
                },
                "Give it as PEM, beginning with `-----BEGIN CERTIFICATE-----`.",
            )),
        }
    }
    match builder.build() {
        Ok(parameters) => Some(parameters),
        Err(error) => {
            problems.push(Problem::error(
                "settings.host",
                "no_tls",
                format!("TLS to {} cannot be set up: {error}.", settings.host),
                "Give the server's name as its certificate has it.",
            ));
            None
        }
    }
}

/// User and password; the one that is missing if only one is there.
fn sign_in(secrets: &BTreeMap<String, Secret>) -> Result<Option<Credentials>, &'static str> {
    match (secrets.get("username"), secrets.get("password")) {
        (None, None) => Ok(None),
        (Some(_), None) => Err("password"),
        (None, Some(_)) => Err("username"),
        (Some(user), Some(password)) => Ok(Some(Credentials::new(
            user.expose().to_owned(),
            password.expose().to_owned(),
        ))),
    }
}
