//! The `.ionapi` file of an Infor tenant, as settings and credential of a connection.
//!
//! A JSON file that an administrator downloads once when an authorized app is made. A connector
//! whose credential takes the file as it is (`ionapi`) is given it whole; any other its parts.
//! Addresses are taken as they stand; none is ever derived from the tenant's name.

use connector::Connector;
use model::{Problem, Secret};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's keys, and the settings and secrets that they are.
const SETTINGS: [(&str, &str); 4] = [
    ("ti", "tenant"),
    ("iu", "gateway_url"),
    ("pu", "auth_url"),
    ("ot", "token_path"),
];
const SECRETS: [(&str, &str); 2] = [("ci", "client_id"), ("cs", "client_secret")];
/// There only if the app has a service account.
const ACCOUNT: [(&str, &str); 2] = [("saak", "access_key"), ("sask", "secret_key")];

/// What a file gives to a connection.
#[derive(Debug, Default)]
pub struct Given {
    pub settings: Map<String, Value>,
    pub credential: BTreeMap<String, Secret>,
}

/// Reads a file for a connection of `connector`.
///
/// # Errors
/// If it cannot be read or lacks something; everything that it lacks is named.
pub fn read(path: &str, file: &Path, connector: &Connector) -> Result<Given, Problem> {
    let cure = "download the file of the authorized app (Backend Service) again";
    let problem = |message: String| Problem::error(path, "ionapi", message, cure);
    let text = std::fs::read_to_string(file)
        .map(Secret::new)
        .map_err(|error| problem(format!("`{}` cannot be read: {error}", file.display())))?;
    let given =
        parts(&text).map_err(|message| problem(format!("`{}` {message}", file.display())))?;
    if (connector.credential)()
        .pointer("/properties/ionapi")
        .is_some()
    {
        let credential = BTreeMap::from([("ionapi".to_owned(), text)]);
        return Ok(Given {
            credential,
            ..Given::default()
        });
    }
    Ok(given)
}

fn parts(text: &Secret) -> Result<Given, String> {
    // The parser's error is left out: it could repeat a part of a key. Editors put a mark in front.
    let file: Map<String, Value> =
        serde_json::from_str(text.expose().trim_start_matches('\u{feff}'))
            .map_err(|_| "is no JSON object".to_owned())?;
    let given = |key: &str| {
        file.get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let needed = SETTINGS.iter().chain(&SECRETS).map(|(key, _)| *key);
    let missing: Vec<&str> = needed.filter(|key| given(key).is_none()).collect();
    if !missing.is_empty() {
        return Err(format!("lacks {}", missing.join(", ")));
    }
    let setting = |(key, name): &(&str, &str)| Some(((*name).to_owned(), Value::from(given(key)?)));
    let secret = |(key, name): &(&str, &str)| Some(((*name).to_owned(), Secret::new(given(key)?)));
    Ok(Given {
        settings: SETTINGS.iter().filter_map(setting).collect(),
        credential: SECRETS.iter().chain(&ACCOUNT).filter_map(secret).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::REGISTRY;

    const FILE: &str = r#"{"ti": "ACME_TST", "cn": "towpath", "ci": "ACME_TST~c", "cs": "s",
        "iu": "https://gw", "pu": "https://sso/as/", "ot": "token.oauth2",
        "saak": "ACME_TST#a", "sask": "k"}"#;

    #[test]
    fn every_missing_key_is_named_and_no_value_is() {
        let wrong = parts(&Secret::new(r#"{"ti": "T", "ci": "T~HUSH", "iu": " "}"#));
        assert_eq!(wrong.err().as_deref(), Some("lacks iu, pu, ot, cs"));
        assert_eq!(
            parts(&Secret::new("[]")).err().as_deref(),
            Some("is no JSON object")
        );
    }

    #[test]
    fn a_file_is_taken_apart() {
        let given = parts(&Secret::new(FILE)).expect("a file");
        assert_eq!(given.settings["auth_url"], "https://sso/as/");
        assert_eq!(given.credential["secret_key"].expose(), "k");
    }

    #[test]
    fn a_file_gives_only_what_the_connector_knows() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), FILE).expect("written");
        let connector = REGISTRY.connector("infor").expect("it is there");
        let given = read("x", file.path(), connector).expect("a file");
        let (settings, credential) = ((connector.settings)(), (connector.credential)());
        assert!(!given.credential.is_empty());
        for name in given.settings.keys() {
            assert!(settings["properties"].get(name).is_some(), "{name}");
        }
        for name in given.credential.keys() {
            assert!(credential["properties"].get(name).is_some(), "{name}");
        }
    }
}
