//! The `.ionapi` file of an Infor tenant, as a connection's credential.
//!
//! A JSON file that an administrator downloads once when an authorized app is made. A connector
//! whose credential takes it (`ionapi`) is given it whole.

use connector::Connector;
use model::{Problem, Secret};
use serde_json::{Map, Value};
use std::path::Path;

/// The credential that takes the file.
pub const CREDENTIAL: &str = "ionapi";
/// What it must have: tenant, addresses, client; a service account only if the app has one.
const NEEDED: [&str; 6] = ["ti", "iu", "pu", "ot", "ci", "cs"];

/// Reads a file for a connection of `connector`.
///
/// # Errors
/// If the connector takes none, or the file cannot be read or lacks something; everything that it
/// lacks is named.
pub fn read(path: &str, file: &Path, connector: &Connector) -> Result<Secret, Problem> {
    let takes = format!("/properties/{CREDENTIAL}");
    if (connector.credential)().pointer(&takes).is_none() {
        let message = format!("`{}` takes no such file", connector.id);
        let cure = "leave it out and write the connection's `credential`";
        return Err(Problem::error(path, "ionapi", message, cure));
    }
    let cure = "download the file of the authorized app (Backend Service) again";
    let problem = |message: String| Problem::error(path, "ionapi", message, cure);
    let text = std::fs::read_to_string(file)
        .map(Secret::new)
        .map_err(|error| problem(format!("`{}` cannot be read: {error}", file.display())))?;
    check(&text).map_err(|message| problem(format!("`{}` {message}", file.display())))?;
    Ok(text)
}

fn check(text: &Secret) -> Result<(), String> {
    // The parser's error is left out: it could repeat a part of a key. Editors put a mark in front.
    let file: Map<String, Value> =
        serde_json::from_str(text.expose().trim_start_matches('\u{feff}'))
            .map_err(|_| "is no JSON object".to_owned())?;
    let is_given = |key: &str| {
        let text = file.get(key).and_then(Value::as_str);
        text.is_some_and(|text| !text.trim().is_empty())
    };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|key| !is_given(key)).collect();
    if !missing.is_empty() {
        return Err(format!("lacks {}", missing.join(", ")));
    }
    Ok(())
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
        let wrong = check(&Secret::new(r#"{"ti": "T", "ci": "T~HUSH", "iu": " "}"#));
        assert_eq!(wrong.err().as_deref(), Some("lacks iu, pu, ot, cs"));
        assert_eq!(
            check(&Secret::new("[]")).err().as_deref(),
            Some("is no JSON object")
        );
    }

    #[test]
    fn a_file_is_given_whole_to_who_takes_it() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), FILE).expect("written");
        let infor = REGISTRY.connector("infor").expect("it is there");
        let given = read("x", file.path(), infor).expect("a file");
        assert_eq!(given.expose(), FILE);
        let stripe = REGISTRY.connector("stripe").expect("it is there");
        let refused = read("x", file.path(), stripe)
            .map(drop)
            .expect_err("no file");
        assert!(
            refused.message.contains("takes no such file"),
            "{refused:?}"
        );
    }
}
