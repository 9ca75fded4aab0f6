//! What the editor of flows asks.

use crate::app::{App, charge};
use serde_json::json;

#[tokio::test]
async fn the_catalog_says_what_flows_are_made_of() {
    let app = App::start().await;
    let catalog = app.get("/api/v1/catalog").await.json();
    let stripe = &catalog["connectors"][0];
    assert_eq!(stripe["id"], "stripe");
    assert!(stripe["triggers"][0]["schema"]["properties"].is_object());
    let operations = stripe["operations"].as_array().expect("operations");
    let create = operations
        .iter()
        .find(|o| o["id"] == "stripe.customer.create");
    let create = create.expect("the operation");
    assert_eq!(create["effect"], "create");
    assert!(create["input"]["required"].is_array(), "{create}");
    assert_eq!(catalog["connectors"][1]["id"], "books");
    assert_eq!(catalog["functions"][0]["name"], "money");
    // Every kind of step is there: the schema of documents names them all.
    let schema = engine::plan::schema(app.engine.registry());
    let kinds = schema["$defs"]["step"]["oneOf"].as_array().expect("kinds");
    let blocks = catalog["blocks"].as_array().expect("blocks");
    for kind in kinds {
        let word = &kind["required"][0];
        assert!(blocks.iter().any(|b| &b["kind"] == word), "{word}");
    }
    assert_eq!(blocks.len(), kinds.len());
}

#[tokio::test]
async fn text_and_tree_are_two_views_of_one_document() {
    let app = App::start().await;
    let path = "/api/v1/flows/edit";
    let text = "schema: 1\nflow: a\ntrigger: manual\nsteps:\n  # why\n  - id: b\n    set: {x: 1}\n";
    let read = app.post(path, &json!({"document": text})).await.json();
    assert_eq!(read["problems"][0]["code"], "unused", "{read}");
    assert_eq!(read["moved"], json!([{"step": "b", "text": "why"}]));
    let tree = &read["tree"];
    assert_eq!(
        tree["steps"][0],
        json!({"id": "b", "set": {"x": 1}, "note": "why"})
    );
    let written = app.post(path, &json!({"tree": tree})).await.json();
    assert_eq!(written["document"], read["document"]);

    let quick = json!({"document": text, "check": false});
    let quick = app.post(path, &quick).await.json();
    assert_eq!((&quick["tree"], &quick["problems"]), (tree, &json!([])));

    let broken = app.post(path, &json!({"document": "a: ["})).await.json();
    assert!(broken["tree"].is_null());
    assert_eq!(broken["problems"][0]["code"], "not_yaml", "{broken}");

    let unfinished =
        json!({"tree": {"flow": "a", "steps": [{"id": "b", "use": "stripe.no.such"}]}});
    let told = app.post(path, &unfinished).await.json();
    let text = told["document"].as_str().expect("a text");
    assert!(text.contains("use: stripe.no.such"), "{text}");
    assert!(!told["problems"].as_array().expect("problems").is_empty());

    for wrong in [
        json!({}),
        json!({"tree": []}),
        json!({"document": "", "tree": {}}),
    ] {
        let reply = app.post(path, &wrong).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
}

const UNFINISHED: &str = "\
schema: 1
flow: unfinished
trigger: stripe.charge.succeeded
steps:
  - id: paid
    check: =charge.amount == 0
    else: skip
  - id: base
    set:
      parts: \"=[{'of': 'a', 'count': 1}, {'of': 'b', 'count': 2}]\"
  - id: made
    when: =false
    use: stripe.customer.create
    with:
      reference: =charge.id
      name: =charge.billing_details.
      email: =charge.nothing
      phone: =charge.?nothing
      description: =lookup('codes', charge.currency)
      metadata:
        each: =steps.base.parts
        as: part
        to: =part.of
  - id: after
    use: no.such
";

#[tokio::test]
async fn a_preview_works_out_each_field_of_a_step_that_is_not_finished() {
    let app = App::start().await;
    let path = "/api/v1/flows/preview";
    let asked = json!({
        "document": UNFINISHED, "step": "made", "body": charge(1, true),
        "items": {"with.metadata": 1},
    });
    let reply = app.post(path, &asked).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let seen = reply.json();
    assert_eq!(seen["reached"], true, "{seen}");
    assert_eq!(seen["doubts"][0], "`paid` says that nothing is to be done");
    assert_eq!(seen["scope"][0]["name"], "charge");
    assert_eq!(seen["scope"][0]["value"]["id"], "ch_1");
    let names: Vec<_> = seen["scope"].as_array().expect("names").iter().collect();
    assert!(names.iter().any(|n| n["name"] == "part"), "{seen}");
    let field = |name: &str| {
        let fields = seen["fields"].as_array().expect("fields");
        let found = fields.iter().find(|f| f["path"][1] == name);
        found.unwrap_or_else(|| panic!("{name}: {seen}")).clone()
    };
    assert_eq!(field("reference")["value"], "ch_1");
    assert_eq!(field("name")["state"], "error", "{seen}");
    assert_eq!(field("email")["problem"]["code"], "formula", "{seen}");
    assert_eq!(field("phone")["state"], "missing");
    assert_eq!(field("description")["problem"]["code"], "missing_row");
    assert_eq!(field("description")["met"][0]["table"], "codes");
    assert_eq!(seen["lists"][0]["count"], 2);
    let fields = seen["fields"].as_array().expect("fields");
    let item = fields.iter().find(|f| f["path"][2] == "to").expect("it");
    assert_eq!(item["value"], "b");

    let elsewhere = app.post(&format!("{path}?environment=test"), &asked).await;
    assert_eq!(elsewhere.status, 200, "{}", elsewhere.text);
    let unknown = json!({"document": UNFINISHED, "step": "none", "body": charge(1, true)});
    let unknown = app.post(path, &unknown).await.json();
    assert_eq!(unknown["problems"][0]["code"], "unknown_step", "{unknown}");
}

#[tokio::test]
async fn a_trigger_has_examples_also_of_a_currency_without_decimals() {
    let app = App::start().await;
    let path = "/api/v1/triggers/stripe.charge.succeeded/examples";
    let found = app.get(path).await.json();
    let bodies = found["examples"].as_array().expect("examples");
    let currencies = bodies
        .iter()
        .map(|e| &e["body"]["data"]["object"]["currency"]);
    assert_eq!(currencies.collect::<Vec<_>>(), ["eur", "jpy"]);
    let none = app.get("/api/v1/triggers/no.such/examples").await;
    assert_eq!(none.status, 404, "{}", none.text);
}

const LOOKS_UP: &str = "\
schema: 1
flow: looks-up
title: Looks up
trigger: stripe.charge.succeeded
steps:
  - id: made
    use: stripe.customer.create
    with:
      reference: =charge.id
      name: =company.name
      description: \"=lookup('codes', charge.currency) + derive('accounts', {'plan': \
     charge.currency}).account\"
";

#[tokio::test]
async fn a_dry_run_becomes_a_sample_that_expects_what_came_of_it() {
    let app = App::start().await;
    let path = "/api/v1/triggers/stripe.charge.succeeded/examples";
    let body = app.get(path).await.json()["examples"][0]["body"].clone();
    let rows = json!({"rows": [{"key": "eur", "value": "978"}], "replay_missing": false});
    let put = app
        .put("/api/v1/lookups/codes?environment=test", &rows)
        .await;
    assert!(put.status < 300, "{}", put.text);
    let table = json!({"kind": "rules", "conditions": [{"name": "plan"}],
        "columns": [{"name": "account", "required": true}]});
    let rules = json!({"rows": [
        {"key": "euros", "value": {"priority": 1, "plan": "e*", "account": "2310"}},
        {"key": "rest", "value": {"account": "2300"}},
    ]});
    for (what, body) in [("accounts/definition", &table), ("accounts", &rules)] {
        let path = format!("/api/v1/lookups/{what}?environment=test");
        let put = app.put(&path, body).await;
        assert!(put.status < 300, "{}", put.text);
    }
    let asked = json!({
        "document": LOOKS_UP, "id": "in-euros", "title": "In euros",
        "trigger": "stripe.charge.succeeded", "body": body,
    });
    let made = app.post("/api/v1/flows/pin?environment=test", &asked).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["state"], &made["effects"]),
        (&json!("done"), &json!(1))
    );
    let text = made["sample"].as_str().expect("a text");
    // The row and the rule that were met are given, so that it holds wherever it is worked.
    assert!(text.contains("eur: '978'"), "{text}");
    assert!(text.contains("account: '2310'"), "{text}");
    assert!(!text.contains("2300"), "{text}");
    assert!(text.contains("description: '9782310'"), "{text}");
    let path = "/api/v1/flows/looks-up/samples/run";
    let run = json!({"document": LOOKS_UP, "samples": [text]});
    let verdict = app.post(path, &run).await.json();
    assert_eq!(verdict["passed"], true, "{verdict}");
    let other = LOOKS_UP.replace("lookup('codes', charge.currency)", "charge.currency");
    let run = json!({"document": other, "samples": [text]});
    let verdict = app.post(path, &run).await.json();
    let told = verdict["samples"][0]["differences"][0].as_str();
    assert!(
        told.is_some_and(
            |told| told.contains("`description` is \"eur2310\" instead of \"9782310\"")
        ),
        "{verdict}"
    );

    let wrong = json!({
        "document": LOOKS_UP, "id": "No id", "trigger": "stripe.charge.succeeded",
        "body": body,
    });
    let refused = app.post("/api/v1/flows/pin?environment=test", &wrong).await;
    refused.problem(400, "wrong_document");
}
