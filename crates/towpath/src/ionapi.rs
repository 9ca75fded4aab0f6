//! The file that a vendor gives for access to its system, such as an `.ionapi` file, as a connection's
//! credential.

use connector::Connector;
use model::{Problem, Secret};
use std::path::Path;

/// Reads a file for a connection of `connector`: the name of the secret, and the secret.
///
/// # Errors
/// If the connector takes none, or the file cannot be read or lacks something; everything that it
/// lacks is named.
pub fn read(path: &str, file: &Path, connector: &Connector) -> Result<(String, Secret), Problem> {
    let Some(kind) = connector.file else {
        let message = format!("`{}` takes no such file", connector.id);
        let cure = "leave it out and write the connection's `credential`";
        return Err(Problem::error(path, "ionapi", message, cure));
    };
    let cure = "download the file of the authorized app (Backend Service) again";
    let problem = |message: String| Problem::error(path, "ionapi", message, cure);
    let text = std::fs::read_to_string(file)
        .map(Secret::new)
        .map_err(|error| problem(format!("`{}` cannot be read: {error}", file.display())))?;
    (kind.read)(&text).map_err(|message| problem(format!("`{}`: {message}", file.display())))?;
    Ok((kind.secret.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::REGISTRY;

    const FILE: &str = r#"{"ti": "ACME_TST", "cn": "towpath", "ci": "ACME_TST~c", "cs": "s",
        "iu": "https://gw", "pu": "https://sso/as/", "ot": "token.oauth2",
        "saak": "ACME_TST#a", "sask": "k"}"#;

    #[test]
    fn a_file_is_given_whole_to_who_takes_it() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), FILE).expect("written");
        let infor = REGISTRY.connector("infor").expect("it is there");
        let (name, given) = read("x", file.path(), infor).expect("a file");
        assert_eq!((name.as_str(), given.expose()), ("ionapi", FILE));
        let stripe = REGISTRY.connector("stripe").expect("it is there");
        let refused = read("x", file.path(), stripe)
            .map(drop)
            .expect_err("no file");
        assert!(
            refused.message.contains("takes no such file"),
            "{refused:?}"
        );
        std::fs::write(file.path(), r#"{"ti": "T", "ci": "T~HUSH", "iu": " "}"#).expect("written");
        let lacks = read("x", file.path(), infor).map(drop).expect_err("lacks");
        assert!(
            lacks.message.ends_with("lacks `cs`, `iu`, `pu`, `ot`."),
            "{lacks:?}"
        );
    }
}
