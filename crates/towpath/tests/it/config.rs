//! Errors of the configuration, and how it is shown.

use crate::program::{ENVIRONMENT, call, folder};

/// Every secret of it says so, and one stands where it does not belong.
fn hushed() -> String {
    let settings = ENVIRONMENT
        .replace("whsec_1", "hush-webhook")
        .replace(
            "base_url = \"http://127.0.0.1:9\"",
            "api_key = \"hush-misplaced\"",
        )
        .replace("sk_test_1", "hush-key");
    format!("[server]\napi_token = \"hush-token\"\n{settings}")
}

#[test]
fn every_unknown_key_is_named_with_the_nearest_one() {
    let folder =
        folder("[server]\nlisen = \"x\"\n[stoer]\nsqlite = \"y\"\n[log]\nfilter = \"info\"\n");
    let called = call(folder.path(), &[], &["config", "show"]);
    assert_eq!(called.code, Some(1));
    for text in [
        "server.lisen",
        "did you mean `listen`?",
        "`stoer`",
        "did you mean `store`?",
        "from towpath.toml",
    ] {
        assert!(called.err.contains(text), "{text}\n{}", called.err);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_path() {
    for (config, path, text) in [
        (
            "[engine]\nretry_span = \"3 days\"\n",
            "engine.retry_span",
            "write it like `30s`",
        ),
        (
            "[engine]\nin_flight = \"many\"\n",
            "engine.in_flight",
            "expected usize",
        ),
        (
            "[server]\nlisten = \"here\"\n",
            "server.listen",
            "socket address",
        ),
        (
            "[store]\nmax_size = \"10GB\"\n",
            "store.max_size",
            "write it like `10MiB`",
        ),
        (
            "[log]\nformat = \"xml\"\n",
            "log.format",
            "expected `text` or `json`",
        ),
    ] {
        let folder = folder(config);
        let called = call(folder.path(), &[], &["config", "show"]);
        assert_eq!(called.code, Some(1), "{config}");
        assert!(
            called.err.contains(path) && called.err.contains(text),
            "{}",
            called.err
        );
    }
}

#[test]
fn no_error_repeats_a_secret() {
    for config in [
        "[server]\napi_token = 4711123\n",
        "[server]\napi_token = hush4711123\n",
        "[environments.test.connections.s.credential]\nsecret_key = [\"4711123\"]\n",
    ] {
        let folder = folder(config);
        let called = call(folder.path(), &[], &["config", "show"]);
        assert_eq!(called.code, Some(1), "{config}");
        assert!(!called.err.contains("4711123"), "{}", called.err);
    }
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line() {
    let folder = folder("[server]\nlisten = \n");
    let called = call(folder.path(), &[], &["config", "show"]);
    assert!(
        called.err.contains("towpath.toml`, line 2"),
        "{}",
        called.err
    );
    let called = call(
        folder.path(),
        &[],
        &["--config", "missing.toml", "config", "show"],
    );
    assert!(called.err.contains("missing.toml"), "{}", called.err);
}

#[test]
fn what_is_in_force_is_shown_without_secrets_and_with_its_origin() {
    let folder = folder(&hushed());
    let variables = [
        ("TOWPATH__LOG__FILTER", "debug"),
        ("TOWPATH__VAULT__MASTER_KEY", "hush-master"),
        (
            "TOWPATH__STORE__POSTGRES_URL",
            "postgres://hush-pass@host/db",
        ),
    ];
    let called = call(folder.path(), &variables, &["config", "show"]);
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(!called.out.contains("hush"), "{}", called.out);
    for line in [
        "server.listen = \"127.0.0.1:8700\"  # default",
        "server.api_token = \"(secret)\"  # towpath.toml",
        "log.filter = \"debug\"  # TOWPATH__LOG__FILTER",
        "environments.test.connections.stripe.settings.account = \"acct_1\"  # towpath.toml",
        "environments.test.connections.stripe.credential.secret_key = \"(secret)\"  # towpath.toml",
    ] {
        assert!(
            called.out.lines().any(|l| l == line),
            "{line}\n{}",
            called.out
        );
    }
    let called = call(
        folder.path(),
        &[],
        &["--log", "trace", "config", "show", "--json"],
    );
    let shown: serde_json::Value = serde_json::from_str(&called.out).expect("JSON");
    let filter = shown
        .as_array()
        .expect("a list")
        .iter()
        .find(|l| l["path"] == "log.filter");
    assert_eq!(filter.expect("the filter")["origin"], "--log");
}

#[test]
fn the_reference_page_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let called = call(folder.path(), &[], &["config", "default"]);
    assert!(
        called.out.contains("[vault]") && called.out.contains("# "),
        "{}",
        called.out
    );
}
