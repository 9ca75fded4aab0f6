//! The `.ionapi` file of an Infor tenant, as settings and credential of a connection.

use connector_infor::ionapi::Ionapi;
use model::{Problem, Secret};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// What an `.ionapi` file gives to a connection.
#[derive(Debug)]
pub struct Given {
    pub settings: Map<String, Value>,
    pub credential: BTreeMap<String, Secret>,
}

/// Reads a file.
///
/// # Errors
/// If it cannot be read or lacks something; everything that it lacks is named.
pub fn read(path: &str, file: &Path) -> Result<Given, Problem> {
    let problem = |message: String| {
        let cure = "download the file of the authorized app (Backend Service) again";
        Problem::error(path, "ionapi", message, cure)
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| problem(format!("`{}` cannot be read: {error}", file.display())))?;
    let ionapi = Ionapi::parse(&Secret::new(text)).map_err(problem)?;
    Ok(given(ionapi))
}

fn given(ionapi: Ionapi) -> Given {
    let settings = [
        ("tenant", ionapi.tenant),
        ("gateway_url", ionapi.gateway_url),
        ("auth_url", ionapi.auth_url),
        ("token_path", ionapi.token_path),
    ];
    let mut credential = BTreeMap::from([
        ("client_id".to_owned(), ionapi.client_id),
        ("client_secret".to_owned(), ionapi.client_secret),
    ]);
    if let Some(account) = ionapi.service_account {
        credential.insert("access_key".to_owned(), account.access_key);
        credential.insert("secret_key".to_owned(), account.secret_key);
    }
    let settings = settings.map(|(name, text)| (name.to_owned(), Value::String(text)));
    Given {
        settings: settings.into_iter().collect(),
        credential,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::REGISTRY;

    #[test]
    fn a_file_gives_only_what_the_connector_knows() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = r#"{"ti": "ACME_TST", "cn": "towpath", "ci": "ACME_TST~c", "cs": "s",
            "iu": "https://gw", "pu": "https://sso/as/", "ot": "token.oauth2",
            "saak": "ACME_TST#a", "sask": "k"}"#;
        std::fs::write(file.path(), text).expect("written");
        let given = read("x", file.path()).expect("a file");
        assert_eq!(given.settings["auth_url"], "https://sso/as/");
        assert_eq!(given.credential["secret_key"].expose(), "k");
        let connector = REGISTRY.connector("infor").expect("it is there");
        let (settings, credential) = ((connector.settings)(), (connector.credential)());
        for name in given.settings.keys() {
            assert!(settings["properties"].get(name).is_some(), "{name}");
        }
        for name in given.credential.keys() {
            assert!(credential["properties"].get(name).is_some(), "{name}");
        }
    }
}
