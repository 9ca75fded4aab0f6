//! `towpath lookup` against a server that is running: a whole session of a person.

use crate::program::{Called, ENVIRONMENT, call, folder, towpath};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

const SERVER: &str = r#"
[server]
listen = "127.0.0.1:0"
[log]
format = "json"
"#;

/// A server with the environment `test` and the flows of a folder.
pub fn config() -> String {
    format!("{SERVER}{ENVIRONMENT}[environments.test.flows]\ndir = \"flows\"\n")
}

/// Needs a row that is not there, and an account that rules derive; calls nobody.
pub const FLOW: &str = "\
schema: 1
flow: note-charges
title: Note charges
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: noted
    set:
      item: =lookup('items', charge.metadata.?product.orValue('none'))
      gl: >-
        =derive('gl_accounts', {'product': charge.metadata.?product.orValue(''),
        'plan': charge.metadata.?plan.orValue('')})
";

const DEFINITION: &str = r#"{
  "kind": "rules",
  "description": "Where sales are booked",
  "conditions": [{"name": "product"}, {"name": "plan", "type": "code", "codes": ["solo", "team"]}],
  "columns": [{"name": "account", "required": true, "max_length": 6}]
}"#;

const FILE: &str = "\
rule,priority,product,plan,account,valid_from,valid_to
default,,,,399900,,
mugs,5,mug_*,,300000,,
team,,mug_*,team,301000,2026-01-01,
";

/// A server that ends with the test.
pub struct Serving {
    child: Child,
    pub url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn serve(folder: &Path) -> Serving {
    let mut child = towpath(folder, &[], &["serve"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let log = BufReader::new(child.stderr.take().expect("a log"));
    let mut lines = log.lines().map(|line| line.expect("a line"));
    let mut told = Vec::new();
    let url = lines.by_ref().find_map(|line| {
        let entry: Option<Value> = serde_json::from_str(&line).ok();
        told.push(line);
        entry?["url"].as_str().map(ToOwned::to_owned)
    });
    let url = url.unwrap_or_else(|| panic!("it does not listen: {told:#?}"));
    // Its log is read to the end, so that it never waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    Serving { child, url }
}

/// A charge that Stripe tells of, signed now, as it signs.
async fn deliver(url: &str, n: u32, product: &str) {
    let now = model::Clock::real().now().seconds();
    let body = json!({
        "id": format!("evt_{n}"), "object": "event", "type": "charge.succeeded",
        "created": now, "livemode": false,
        "data": {"object": {
            "id": format!("ch_{n}"), "object": "charge", "amount": 4200, "currency": "usd",
            "paid": true, "created": now, "metadata": {"product": product},
        }},
    })
    .to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_1").expect("any length will do");
    mac.update(format!("{now}.{body}").as_bytes());
    let mut hex = String::new();
    for byte in mac.finalize().into_bytes() {
        hex.push_str(&format!("{byte:02x}"));
    }
    let request = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
        .post(format!("{url}/hooks/test/stripe/main"))
        .header("stripe-signature", format!("t={now},v1={hex}"))
        .body(body);
    let reply = request.send().await.expect("an answer");
    assert_eq!(reply.status(), 200);
}

/// A person at the command line.
pub struct Person<'a> {
    pub folder: &'a Path,
    pub url: &'a str,
}

impl Person<'_> {
    pub fn call(&self, line: &str) -> Called {
        let mut args: Vec<&str> = line.split(' ').collect();
        args.extend(["--url", self.url]);
        let called = call(self.folder, &[], &args);
        eprintln!("$ towpath {line}\n{}{}", called.out, called.err);
        called
    }

    /// Calls what must succeed; answers with what it prints.
    pub fn does(&self, line: &str) -> String {
        let called = self.call(line);
        assert_eq!(called.code, Some(0), "{line}: {}", called.err);
        called.out
    }

    /// How many runs are in a state.
    fn runs(&self, state: &str) -> usize {
        let listed = self.does(&format!("runs list --state {state} --json"));
        let listed: Value = serde_json::from_str(&listed).expect("JSON");
        listed["data"].as_array().map_or(0, Vec::len)
    }

    async fn until(&self, state: &str, count: usize) {
        for _ in 0..200 {
            if self.runs(state) == count {
                return;
            }
            nap().await;
        }
        panic!("there are never {count} runs {state}");
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
async fn nap() {
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_defines_imports_derives_and_repairs() {
    let folder = folder(&config());
    let at = folder.path();
    std::fs::create_dir(at.join("flows")).expect("a folder");
    let bad = FILE
        .replace("301000", "3010000")
        .replace("team,2026", "teem,2026");
    let bad = bad.replace("mug_*,team", "m*g,teem");
    for (name, text) in [
        ("flows/note-charges.yaml", FLOW),
        ("gl.json", DEFINITION),
        ("gl.csv", FILE),
        ("bad.csv", &bad),
    ] {
        std::fs::write(at.join(name), text).expect("written");
    }
    let serving = serve(at);
    let person = Person {
        folder: at,
        url: &serving.url,
    };

    person.does("lookup define gl_accounts gl.json");
    let refused = person.call("lookup import gl_accounts bad.csv");
    assert_eq!(refused.code, Some(1));
    for told in [
        "line 4, column product: `*` stands in the middle",
        "line 4, column plan: `teem` is none of the codes",
        "cure: did you mean `team`?",
        "line 4, column account: the text has 7 characters",
    ] {
        assert!(refused.err.contains(told), "{told}: {}", refused.err);
    }
    let dry = person.does("lookup import gl_accounts gl.csv --dry-run");
    assert!(
        dry.contains("3 added, 0 changed, 0 ended, 0 unchanged"),
        "{dry}"
    );
    assert!(dry.contains("nothing was written"), "{dry}");
    person.does("lookup import gl_accounts gl.csv");
    assert_eq!(person.does("lookup export gl_accounts"), FILE);
    person.does("lookup export gl_accounts out.csv");
    let again = person.does("lookup import gl_accounts out.csv");
    assert!(
        again.contains("0 added, 0 changed, 0 ended, 3 unchanged"),
        "{again}"
    );
    let derived = person.does("lookup derive gl_accounts product=mug_blue plan=team");
    assert!(
        derived.contains("{\"account\":\"301000\"} by the rule `team`"),
        "{derived}"
    );
    assert!(derived.contains("not `mugs`: it holds too, with the later priority 5"));

    for n in 1..=3 {
        deliver(&serving.url, n, "mug_blue").await;
    }
    deliver(&serving.url, 4, "cup").await;
    person.until("dead", 4).await;
    let put = person.does("lookup put items --key mug_blue --value MUG-1 --replay-missing");
    assert!(
        put.contains("3 dead letters are worked again, 1 still miss something"),
        "{put}"
    );
    person.until("done", 3).await;
    let done = person.does("runs list --state done --json");
    let done: Value = serde_json::from_str(&done).expect("JSON");
    let run = done["data"][0]["id"].as_str().expect("a run");
    let shown = person.does(&format!("runs show {run}"));
    assert!(
        shown.contains("gl_accounts") && shown.contains("mug_blue"),
        "{shown}"
    );

    let shown = person.does("lookup show items");
    assert!(shown.contains("MUG-1"), "{shown}");
    person.does("lookup end items --key mug_blue --from 2031-01-01");
    let history = person.does("lookup history items --key mug_blue");
    assert!(history.contains("2031-01-01"), "{history}");
    let listed = person.does("lookup list");
    assert!(
        listed.contains("gl_accounts") && listed.contains("rules"),
        "{listed}"
    );
    assert!(
        person
            .does("lookup replay-missing items")
            .contains("0 dead letters")
    );
    let help = person.does("lookup import --help");
    assert!(help.contains("--dry-run"), "{help}");
}
