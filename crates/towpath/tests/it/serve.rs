//! `towpath serve` as a process: it answers, a client asks it, SIGTERM ends it.

use crate::program::{ENVIRONMENT, call, folder, towpath};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const NOTHING: &str = r#"
[server]
listen = "127.0.0.1:0"
api_token = "sesame"
[log]
format = "json"
"#;

/// Ends the process if the test ends first.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Works a flow dry in the environment of the server, which hides persons.
fn dry(folder: &std::path::Path, url: &str) {
    let flow = "schema: 1\nflow: makes\ntrigger: stripe.charge.succeeded\nsteps:\n  - id: made\n    \
                use: stripe.customer.create\n    with:\n      reference: =charge.id\n      name: \
                =charge.billing_details.?name.orValue(company.name)\n";
    std::fs::write(folder.join("flow.yaml"), flow).expect("written");
    let event = r#"{"id": "evt_1", "created": 1795510800, "data": {"object":
        {"id": "ch_1", "billing_details": {"name": "Ada Lovelace"}}}}"#;
    std::fs::write(folder.join("event.json"), event).expect("written");
    let args = [
        "flow",
        "run",
        "flow.yaml",
        "--event",
        "event.json",
        "--url",
        url,
    ];
    let args = [&args[..], &["--environment", "test"]].concat();
    let called = call(folder, &[("TOWPATH_TOKEN", "sesame")], &args);
    assert_eq!(called.code, Some(0), "{}", called.err);
    for said in [
        "at stripe:acct_1:test",
        "POST /v1/customers",
        "It ends `done`",
        "•••",
    ] {
        assert!(called.out.contains(said), "{said}: {}", called.out);
    }
    assert!(!called.out.contains("Ada"), "{}", called.out);
}

/// Serves what is configured in a folder; answers with the rest of its log and where it listens.
fn serve(folder: &Path) -> (Serving, impl Iterator<Item = String> + use<>, String) {
    let child = towpath(folder, &[], &["serve"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut serving = Serving(child);
    let log = BufReader::new(serving.0.stderr.take().expect("a log"));
    let mut lines = log.lines().map(|line| line.expect("a line"));
    let url = lines
        .by_ref()
        .find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            entry["url"].as_str().map(ToOwned::to_owned)
        })
        .expect("it listens");
    (serving, lines, url)
}

#[test]
fn a_flow_is_started_by_hand() {
    let config = format!("{NOTHING}{ENVIRONMENT}[environments.test.flows]\ndir = \"flows\"\n");
    let folder = folder(&config);
    std::fs::create_dir(folder.path().join("flows")).expect("a folder");
    let flow = "schema: 1\nflow: tell-day\ntrigger: manual\ninputs:\n  day: date\n  \
                count: integer\nsteps:\n  - id: told\n    set:\n      text: =input.day\n";
    std::fs::write(folder.path().join("flows/tell-day.yaml"), flow).expect("written");
    let (_serving, _lines, url) = serve(folder.path());
    let towpath = |args: &[&str]| {
        let args: Vec<&str> = args
            .iter()
            .copied()
            .chain(["--url", url.as_str()])
            .collect();
        call(folder.path(), &[("TOWPATH_TOKEN", "sesame")], &args)
    };
    let start = [
        "flow",
        "start",
        "tell-day",
        "--idempotency-key",
        "k1",
        "--input",
        "day=2026-11-24",
        "--input",
        "count:=3",
    ];
    let first = towpath(&start);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.out.starts_with("run_"), "{}", first.out);
    let again = towpath(&start);
    assert_eq!(again.out, first.out);
    assert!(
        again.err.contains("it was started before with this key"),
        "{}",
        again.err
    );
    let wrong = towpath(&["flow", "start", "tell-day", "--input", "day=tomorrow"]);
    assert_eq!(wrong.code, Some(1));
    for sentence in [
        "`day` is a text",
        "cure: give a date",
        "`tell-day` needs `count`",
    ] {
        assert!(wrong.err.contains(sentence), "{}", wrong.err);
    }
    let listed = towpath(&["approvals", "list"]);
    assert_eq!(listed.out, "nothing waits for a person\n", "{}", listed.err);
}

#[test]
fn it_serves_and_ends_when_asked() {
    let folder = folder(&format!("{NOTHING}{ENVIRONMENT}"));
    let (mut serving, lines, url) = serve(folder.path());
    dry(folder.path(), &url);
    let args = ["runs", "list", "--url", url.as_str()];
    let called = call(folder.path(), &[("TOWPATH_TOKEN", "sesame")], &args);
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(called.out.contains("state"), "{}", called.out);
    let called = call(folder.path(), &[("TOWPATH_TOKEN", "wrong")], &args);
    assert_eq!(called.code, Some(1));
    assert!(
        called.err.contains("the token is not accepted"),
        "{}",
        called.err
    );
    dry(folder.path(), &url);
    let called = call(folder.path(), &[], &["migrate"]);
    assert!(
        called.err.contains("another process uses this store"),
        "{}",
        called.err
    );
    let asked = Command::new("kill")
        .arg(serving.0.id().to_string())
        .status()
        .expect("kill runs");
    assert!(asked.success());
    let rest: Vec<String> = lines.collect();
    assert!(
        rest.iter().any(|l| l.contains("\"message\":\"ended\"")),
        "{rest:?}"
    );
    assert!(serving.0.wait().expect("it ended").success());
    assert!(
        !rest
            .iter()
            .any(|l| l.contains("sk_test_1") || l.contains("sesame"))
    );
    let called = call(folder.path(), &[], &["migrate"]);
    assert_eq!(called.code, Some(0), "{}", called.err);
}

const FLOW: &str = "\
schema: 1
flow: notes
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: noted
    set:
      amount: =charge.amount
";

/// From nothing configured to a flow in force, changed and taken back, all by the command line.
#[test]
fn an_environment_a_connection_and_a_flow_are_made_while_it_runs() {
    let folder = folder(NOTHING);
    let path = folder.path();
    let (serving, lines, url) = serve(path);
    let ask = |args: &[&str]| {
        let args = [args, &["--url", &url]].concat();
        call(path, &[("TOWPATH_TOKEN", "sesame")], &args)
    };
    let done = |args: &[&str]| {
        let called = ask(args);
        assert_eq!(
            called.code,
            Some(0),
            "{args:?}: {} {}",
            called.out,
            called.err
        );
        called.out
    };
    let company = [
        "--company",
        "Example",
        "--currency",
        "EUR",
        "--zone",
        "Europe/Berlin",
    ];
    let new = [
        "env",
        "new",
        "test",
        "--kind",
        "test",
        "--collective-customer",
        "GUEST",
    ];
    done(&[&new[..], &company].concat());
    std::fs::write(path.join("live"), "sk_live_1").expect("written");
    std::fs::write(path.join("key"), "sk_test_1\n").expect("written");
    let connect = |secret| {
        let new = ["connection", "new", "stripe", "--connector", "stripe"];
        let rest = [
            "--environment",
            "test",
            "--setting",
            "account=acct_1",
            "--secret",
            secret,
        ];
        ask(&[&new[..], &rest].concat())
    };
    let refused = connect("secret_key=live");
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("test environment"), "{}", refused.err);
    assert!(!refused.err.contains("sk_live_1"), "{}", refused.err);
    let made = connect("secret_key=key");
    assert!(
        made.out.contains("leads to stripe:acct_1:test"),
        "{} {}",
        made.out,
        made.err
    );

    std::fs::write(path.join("notes.yaml"), FLOW).expect("written");
    done(&["flow", "draft", "save", "notes.yaml"]);
    done(&["flow", "publish", "notes", "--reason", "it is needed"]);
    let deploy = ["flow", "deploy", "notes", "--environment", "test"];
    let shown = done(&[&deploy[..], &["--preview"]].concat());
    assert!(shown.contains("nothing is in force there"), "{shown}");
    done(&[&deploy[..], &["--reason", "the first"]].concat());
    std::fs::write(
        path.join("notes.yaml"),
        FLOW.replace("charge.amount", "charge.amuont"),
    )
    .expect("written");
    let saved = done(&["flow", "draft", "save", "notes.yaml"]);
    assert!(saved.contains("cure: "), "{saved}");
    let refused = ask(&["flow", "publish", "notes", "--reason", "no"]);
    assert!(refused.err.contains("amuont"), "{}", refused.err);
    std::fs::write(path.join("notes.yaml"), FLOW.replace("amount:", "money:")).expect("written");
    done(&["flow", "draft", "save", "notes.yaml"]);
    done(&["flow", "publish", "notes", "--reason", "a better name"]);
    let told = done(&[&deploy[..], &["--reason", "the second"]].concat());
    assert!(told.contains("version 2 is in force"), "{told}");
    let back = [
        "flow",
        "rollback",
        "notes",
        "--environment",
        "test",
        "--reason",
        "not better",
    ];
    assert!(done(&back).contains("version 1 is in force"));
    let history = done(&["flow", "deployments", "notes", "--environment", "test"]);
    assert!(
        history.contains("rollback") && history.contains("not better"),
        "{history}"
    );
    let versions = done(&["flow", "versions", "notes"]);
    assert!(versions.contains("a better name"), "{versions}");
    let shown = done(&["env", "show", "test"]);
    assert!(
        shown.contains("api") && shown.contains("stripe:acct_1:test"),
        "{shown}"
    );
    drop(serving);
    let log: String = lines.collect();
    assert!(!log.contains("sk_test_1") && !log.contains("sk_live_1"));
}
