//! Calls the binary in an empty folder, without the caller's own settings.

use std::path::Path;
use std::process::{Command, Output};

/// What a call came to.
#[derive(Debug)]
pub struct Called {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The binary, to be called in `folder` with these variables.
pub fn towpath(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
    command
        .current_dir(folder)
        .env_clear()
        .args(args)
        .envs(variables.iter().copied());
    command
}

/// Calls it and waits for its end.
pub fn call(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Called {
    let output: Output = towpath(folder, variables, args)
        .output()
        .expect("the binary runs");
    Called {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// An environment with one connection, whose peer is nowhere.
pub const ENVIRONMENT: &str = r#"
[environments.test]
kind = "test"
[environments.test.company]
name = "Example"
currency = "USD"
books_zone = "UTC"
collective_customer = "STRIPE"
[environments.test.connections.stripe]
connector = "stripe"
webhook_secrets = ["whsec_1"]
[environments.test.connections.stripe.settings]
account = "acct_1"
base_url = "http://127.0.0.1:9"
[environments.test.connections.stripe.credential]
secret_key = "sk_test_1"
"#;

/// An empty folder with a configuration.
pub fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("towpath.toml"), config).expect("written");
    folder
}
