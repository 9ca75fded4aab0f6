//! An environment as a folder: out and in again byte for byte, nothing removed without a word.

use crate::app::{App, Reply, charge};
use model::flow::{Expected, Given, Sample, write_sample};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FOLDER: &str = "/api/v1/environments/test/folder";

type Files = BTreeMap<String, String>;

impl App {
    async fn files(&self) -> Files {
        let shown = self.get(FOLDER).await.json();
        serde_json::from_value(shown["files"].clone()).expect("files")
    }

    async fn preview(&self, files: &Files) -> Reply {
        self.post(&format!("{FOLDER}/preview"), &json!({"files": files}))
            .await
    }

    /// Looks at what would change and does it.
    async fn push(&self, files: &Files, remove: &[&str]) -> Reply {
        let preview = self.preview(files).await.json();
        let body = json!({"files": files, "remove": remove, "expect": preview["digest"],
            "reason": "a test"});
        self.put(FOLDER, &body).await
    }
}

/// What a preview says, all of it.
fn sentences(preview: &Value) -> Vec<String> {
    let mut told = Vec::new();
    for change in preview["changes"].as_array().expect("changes") {
        let text = |value: &Value| value["sentence"].as_str().expect("a sentence").to_owned();
        told.push(text(change));
        let inner = change["changes"].as_array().into_iter().flatten();
        told.extend(inner.map(|part| format!("  {}", text(part))));
    }
    told
}

/// How many errors a preview tells; warnings are no matter.
fn errors(preview: &Value) -> usize {
    let problems = preview["problems"].as_array().expect("problems").iter();
    problems.filter(|p| p["severity"] == "error").count()
}

/// An environment with tables of both kinds, through time.
async fn furnished() -> App {
    let app = App::start().await;
    let definition = json!({
        "kind": "rules", "description": "Where sales are booked",
        "conditions": [{"name": "product"}],
        "columns": [{"name": "account", "required": true, "max_length": 6}],
    });
    let path = "/api/v1/lookups/gl_accounts";
    app.put(&format!("{path}/definition"), &definition).await;
    let csv = "rule,priority,product,account,valid_from,valid_to\n\
               default,,,399900,,\n\
               mugs,5,mug_*,300000,,2026-01-31\n\
               mugs,5,mug_*,310000,2026-03-01,\n";
    let reply = app.post_csv(&format!("{path}/import"), csv).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let rows = json!({"rows": [
        {"key": "prod_1", "value": "ITEM1"},
        {"key": "prod_1", "value": "ITEM2", "valid_from": "2026-06-01"},
        {"key": "prod_2", "value": {"unit": "PCS", "item": "007"}},
        {"key": "prod_3", "value": 7, "valid_from": "2026-01-01", "valid_to": "2026-01-31"},
    ]});
    let reply = app.put("/api/v1/lookups/items", &rows).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    app
}

#[tokio::test]
async fn an_environment_goes_out_and_in_byte_for_byte() {
    let app = furnished().await;
    let files = app.files().await;
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "environment.yaml",
            "flows/note-charges/flow.yaml",
            "flows/tell-day/flow.yaml",
            "lookups/gl_accounts.csv",
            "lookups/gl_accounts.yaml",
            "lookups/items.yaml",
        ]
    );
    assert!(!format!("{files:?}").contains("sk_test"), "no secrets");
    assert_eq!(
        files["environment.yaml"],
        "schema: 1\nenvironment: test\nkind: test\ncompany:\n  name: Example\n  currency: USD\n  \
         books_zone: UTC\n  collective_customer: STRIPE\nconnections:\n  stripe:\n    \
         connector: stripe\n    settings:\n      account: acct_1\n      \
         base_url: http://127.0.0.1:9\nflows:\n  note-charges:\n    stripe: stripe\n  \
         tell-day: {}\n"
    );
    let preview = app.preview(&files).await.json();
    assert_eq!(preview["same"], true, "{preview}");
    assert_eq!(errors(&preview), 0, "{preview}");

    let mut other = files.clone();
    let mut edit = |path: &str, from: &str, to: &str| {
        let text = other.get_mut(path).expect("a file");
        assert!(text.contains(from), "{path}: {text}");
        *text = text.replace(from, to);
    };
    edit(
        "environment.yaml",
        "books_zone: UTC",
        "books_zone: Europe/Stockholm",
    );
    edit(
        "environment.yaml",
        "  note-charges:",
        "  greet: {}\n  note-charges:",
    );
    edit(
        "flows/note-charges/flow.yaml",
        "charge.amount",
        "charge.amount_captured",
    );
    edit("lookups/gl_accounts.csv", "310000", "320000");
    edit("lookups/gl_accounts.yaml", "booked", "booked now");
    edit("lookups/items.yaml", "ITEM2", "ITEM9");
    let mut body = charge(1, false);
    let rest = [
        ("refunded", json!(false)),
        ("disputed", json!(false)),
        ("status", json!("failed")),
        ("livemode", json!(false)),
    ];
    for (name, value) in rest {
        body["data"]["object"][name] = value;
    }
    let sample = write_sample(&Sample {
        id: "unpaid".into(),
        title: None,
        note: None,
        trigger: Some("stripe.charge.succeeded".into()),
        body,
        given: Given::default(),
        expected: Expected {
            state: "dead".into(),
            because: Some("not paid".into()),
            effects: Vec::new(),
        },
    });
    let greet = "schema: 1\nflow: greet\ntrigger: manual\nsteps:\n  - id: told\n    set:\n      \
                 text: hello\n";
    let words = "schema: 1\ntable: words\nkind: rows\nkeys:\n  - name: word\n    type: text\n\
                 columns:\n  - name: value\n    type: text\n";
    let csv = "word,value,valid_from,valid_to\n\"a,b\",\"say \"\"hi\"\"\",2026-01-01,\n";
    for (path, text) in [
        ("flows/note-charges/samples/unpaid.yaml", sample.as_str()),
        ("flows/greet/flow.yaml", greet),
        ("lookups/words.yaml", words),
        ("lookups/words.csv", csv),
    ] {
        other.insert(path.into(), text.into());
    }
    let preview = app.preview(&other).await.json();
    assert_eq!(errors(&preview), 0, "{preview}");
    assert_eq!(
        sentences(&preview),
        [
            "the company changed",
            "  company.books_zone: UTC → Europe/Stockholm",
            "flow `greet` added",
            "flow `note-charges` changed",
            "  noted.amount: =charge.amount → =charge.amount_captured",
            "sample `unpaid` of `note-charges` added",
            "table `gl_accounts` defined otherwise",
            "  gl_accounts.description: Where sales are booked → Where sales are booked now",
            "table `gl_accounts`: 1 row changed",
            "  gl_accounts mugs: account: '310000' → '320000', from 2026-03-01",
            "table `items`: 1 row changed",
            "  items prod_1: ITEM2 → ITEM9, from 2026-06-01",
            "table `words` added, 1 row",
        ]
    );
    let pushed = app.push(&other, &[]).await;
    assert_eq!(pushed.status, 200, "{}", pushed.text);
    assert_eq!(app.files().await, other);
    let preview = app.preview(&other).await.json();
    assert_eq!(preview["same"], true, "{preview}");
    let shown = app.get("/api/v1/flows/note-charges?environment=test").await;
    assert!(shown.text.contains("amount_captured"), "{}", shown.text);
    assert_eq!(app.deliver(&charge(1, true)).await.status, 200);
    app.engine.settled().await;
    let runs = app.get("/api/v1/runs?state=done").await.json();
    assert_eq!(runs["data"].as_array().map(Vec::len), Some(1), "{runs}");
    // Once more it changes nothing, and says so.
    let again = app.push(&other, &[]).await.json();
    assert_eq!(again["done"], json!([]));
    // What it was before comes back as well.
    let lacking = [
        "flows/greet",
        "flows/note-charges/samples/unpaid",
        "lookups/words",
    ];
    let back = app.push(&files, &lacking).await;
    assert_eq!(back.status, 200, "{}", back.text);
    let preview = app.preview(&files).await.json();
    assert_eq!(preview["same"], true, "{preview}");
}

#[tokio::test]
async fn what_the_folder_lacks_stays_unless_it_is_named() {
    let app = furnished().await;
    let mut files = app.files().await;
    files.remove("flows/tell-day/flow.yaml");
    for (path, line) in [
        ("environment.yaml", "  tell-day: {}\n"),
        ("lookups/gl_accounts.csv", "default,,,399900,,\n"),
    ] {
        let text = files.get_mut(path).expect("a file");
        *text = text.replace(line, "");
    }
    files.remove("lookups/items.yaml");
    let preview = app.preview(&files).await.json();
    assert_eq!(
        sentences(&preview),
        [
            "flow `tell-day` is not in the folder",
            "table `gl_accounts`: a key is not in the folder: `default`",
            "  gl_accounts default: ended, from 2026-11-24",
            "table `items` is not in the folder",
        ]
    );
    let names: Vec<&Value> = preview["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| &change["remove"])
        .collect();
    assert_eq!(
        json!(names),
        json!(["flows/tell-day", "lookups/gl_accounts", "lookups/items"])
    );
    let pushed = app.push(&files, &[]).await.json();
    assert_eq!(pushed["done"], json!([]));
    assert_eq!(app.preview(&files).await.json()["same"], false);

    let unknown = app.push(&files, &["flows/tell-dey"]).await;
    let problem = unknown.problem(400, "wrong_document");
    assert_eq!(
        problem["problems"][0]["code"], "unknown_removal",
        "{problem}"
    );

    let pushed = app
        .push(
            &files,
            &["flows/tell-day", "lookups/gl_accounts", "lookups/items"],
        )
        .await;
    assert_eq!(pushed.status, 200, "{}", pushed.text);
    assert_eq!(app.preview(&files).await.json()["same"], true);
    let listed = app.get("/api/v1/flows?environment=test").await;
    let flows = listed.json()["data"].clone();
    let in_force = |flow: &str| {
        let all = flows.as_array().into_iter().flatten();
        let deployed = all.filter(|f| f["flow"] == flow);
        deployed.map(ToString::to_string).collect::<String>()
    };
    assert!(in_force("note-charges").contains("\"environment\":\"test\""));
    assert!(
        !in_force("tell-day").contains("\"environment\":\"test\""),
        "{flows}"
    );
    // What was valid stays readable.
    let files = app.files().await;
    assert!(files["lookups/items.yaml"].contains("ITEM1"));
}

#[tokio::test]
async fn nothing_is_done_if_anything_stands_against_it() {
    let app = furnished().await;
    let files = app.files().await;
    let digest = app.get(FOLDER).await.json()["digest"].clone();
    let with = |path: &str, text: &str| {
        let mut files = files.clone();
        files.insert(path.into(), text.into());
        files
    };
    let replaced = |path: &str, from: &str, to: &str| {
        assert!(files[path].contains(from), "{path}");
        with(path, &files[path].replace(from, to))
    };
    let flow = "flows/note-charges/flow.yaml";
    for (wrong, code, at) in [
        (with("../x.yaml", "a"), "unknown_file", "../x.yaml"),
        (
            with("flows/A/flow.yaml", "a"),
            "unknown_file",
            "flows/A/flow.yaml",
        ),
        (
            replaced(flow, "charge.paid", "charge.payd"),
            "unknown_path",
            flow,
        ),
        (
            replaced(flow, "title: Note charges", "title: 'Note charges'"),
            "not_formatted",
            flow,
        ),
        (
            replaced("environment.yaml", "stripe: stripe", "stripe: west"),
            "unbound",
            "environment",
        ),
        (
            replaced(
                "environment.yaml",
                "  stripe:\n",
                "  west:\n    connector: stripe\n  stripe:\n",
            ),
            "no_credential",
            "environment.yaml",
        ),
        (
            replaced("environment.yaml", "kind: test", "kind: other"),
            "wrong_settings",
            "environment",
        ),
        (
            replaced("lookups/gl_accounts.csv", "310000", "3100000"),
            "wrong_value",
            "lookups/gl",
        ),
        (
            with("lookups/x.csv", "a\n"),
            "missing_file",
            "lookups/x.csv",
        ),
        (
            replaced("lookups/items.yaml", "ITEM1", "null"),
            "wrong_value",
            "lookups/items.yaml",
        ),
    ] {
        let body = json!({"files": wrong, "expect": digest, "reason": "a test"});
        let problem = app.put(FOLDER, &body).await.problem(400, "wrong_document");
        let problems = problem["problems"].as_array().expect("problems");
        let found = problems.iter().any(|p| {
            p["code"] == code && p["path"].as_str().is_some_and(|path| path.starts_with(at))
        });
        assert!(found, "{code} at {at}: {problem}");
    }
    let stale = json!({"files": files, "expect": "other", "reason": "a test"});
    app.put(FOLDER, &stale)
        .await
        .problem(412, "changed_meanwhile");
    let other = replaced("environment.yaml", "environment: test", "environment: live");
    app.preview(&other).await.problem(409, "conflict");
    assert_eq!(app.files().await, files);
    assert_eq!(app.get(FOLDER).await.json()["digest"], digest);
}

#[tokio::test]
async fn documents_are_compared_in_sentences() {
    let app = App::start().await;
    let document = |terms: &str| {
        format!(
            "schema: 1\nflow: a\ntrigger: manual\nsteps:\n  - id: order\n    set:\n      \
             terms: {terms}\n"
        )
    };
    let path = "/api/v1/flows/diff";
    let body = json!({"from": document("N00"), "to": document("N30")});
    let told = app.post(path, &body).await.json();
    assert_eq!(
        told,
        json!({"changes": [{
            "path": "steps.order.set.terms", "kind": "changed", "step": "order",
            "sentence": "order.terms: N00 → N30", "before": "N00", "after": "N30",
        }]})
    );
    let versions = |from: &str| format!("/api/v1/flows/note-charges/diff?from={from}&to=live:test");
    for from in ["1", "draft"] {
        let told = app.get(&versions(from)).await.json();
        assert_eq!(told, json!({"changes": []}));
    }
    app.get(&versions("9")).await.problem(404, "not_found");
    app.get(&versions("x")).await.problem(400, "wrong_version");
    let body = json!({"from": document("N00"), "to": "flow: b"});
    let problem = app.post(path, &body).await.problem(400, "wrong_document");
    assert!(
        problem["problems"][0]["path"]
            .as_str()
            .is_some_and(|p| p.starts_with("to: "))
    );
}
