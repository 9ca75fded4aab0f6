//! `.ionapi` files: what an administrator downloads when an app of type Backend Service is made.

use model::{Problem, Secret};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keys without which nothing works: tenant, client id and secret, gateway, authorization server
/// and token path.
const REQUIRED: [&str; 6] = ["ti", "ci", "cs", "iu", "pu", "ot"];

/// Keys and the names that our credential has for them.
const SECRETS: [(&str, &str); 4] = [
    ("ci", "client_id"),
    ("cs", "client_secret"),
    ("saak", "access_key"),
    ("sask", "secret_key"),
];

/// Keys and the names that our settings have for them.
const SETTINGS: [(&str, &str); 4] = [
    ("ti", "tenant"),
    ("iu", "gateway_url"),
    ("pu", "auth_url"),
    ("ot", "token_path"),
];

/// What a file gives to a connection.
#[derive(Clone, Debug)]
pub struct IonApi {
    /// `tenant`, `gateway_url`, `auth_url` and `token_path` of the settings.
    pub settings: Map<String, Value>,
    /// The credential; `access_key` and `secret_key` only if the app has a service account.
    pub credential: BTreeMap<String, Secret>,
}

/// Reads a file. No URL is ever derived from the tenant: each stands in the file.
///
/// # Errors
/// One problem that names every missing key.
pub fn read(text: &str) -> Result<IonApi, Problem> {
    let file: Map<String, Value> = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|_| {
            Problem::error(
                "ionapi",
                "invalid_ionapi",
                "The file is no JSON object.",
                "Choose the .ionapi file as it was downloaded from Infor.",
            )
        })?;
    let get = |key: &str| {
        let value = file.get(key).and_then(Value::as_str).map(str::trim);
        value.filter(|v| !v.is_empty())
    };
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|k| get(k).is_none()).collect();
    if !missing.is_empty() {
        return Err(Problem::error(
            "ionapi",
            "incomplete_ionapi",
            format!("The file lacks {}.", missing.join(", ")),
            "Download it again from the app of type Backend Service, with its credentials.",
        ));
    }
    let secret = |(key, name): (&str, &str)| Some((name.to_owned(), Secret::new(get(key)?)));
    let setting = |(key, name): (&str, &str)| Some((name.to_owned(), get(key)?.into()));
    Ok(IonApi {
        settings: SETTINGS.into_iter().filter_map(setting).collect(),
        credential: SECRETS.into_iter().filter_map(secret).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_key_is_named_at_once() {
        let problem = read(r#"{"ti": "ACME_TST", "iu": "https://x", "cs": " "}"#).unwrap_err();
        assert_eq!(problem.message, "The file lacks ci, cs, pu, ot.");
        assert_eq!(read("ti=ACME").unwrap_err().code, "invalid_ionapi");
    }

    #[test]
    fn urls_come_from_the_file_alone() {
        let file = r#"{"ti": "ACME_TST", "ci": "i", "cs": "s", "iu": "https://gw.example",
            "pu": "https://sso.example:443/other/as/", "ot": "token.oauth2", "saak": "a"}"#;
        let read = read(file).unwrap();
        assert_eq!(
            read.settings["auth_url"],
            "https://sso.example:443/other/as/"
        );
        assert_eq!(read.settings["gateway_url"], "https://gw.example");
        assert_eq!(read.credential["access_key"].expose(), "a");
        assert!(!read.credential.contains_key("secret_key"));
        assert!(!format!("{read:?}").contains("\"s\""));
    }
}
