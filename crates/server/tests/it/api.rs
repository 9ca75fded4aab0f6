//! What the API shows.

use crate::app::{App, charge};
use serde_json::{Value, json};

#[tokio::test]
async fn a_payload_is_shown_without_persons() {
    let app = App::start().await;
    app.deliver(&charge(1, true)).await;
    app.engine.settled().await;
    let events = app.get("/api/v1/events").await.json();
    let id = events["data"][0]["id"].as_str().expect("an id");
    let shown = app.get(&format!("/api/v1/events/{id}")).await;
    let event = shown.json();
    assert_eq!(event["type"], "charge.succeeded");
    assert_eq!(event["payload"]["data"]["object"]["amount"], 4200);
    assert_eq!(
        event["payload"]["data"]["object"]["billing_details"]["address"]["country"],
        "US"
    );
    for person in ["jo@example.com", "Jo Doe", "1 Road", "Town"] {
        assert!(!shown.text.contains(person), "{person}");
    }
    app.get(&format!("/api/v1/events/{id}?reveal=true"))
        .await
        .problem(403, "forbidden");
    let listed = &events["data"][0];
    let inbox = json!([listed["state"], listed["amount_minor"], listed["currency"]]);
    assert_eq!(inbox, json!(["done", 4200, "USD"]));
    assert_eq!(listed["runs"][0]["key"], "ch_1");
    let run = event["runs"][0]["run"].as_str().expect("a run");
    let shown = app.get(&format!("/api/v1/runs/{run}")).await;
    assert!(!shown.text.contains("jo@example.com"), "{}", shown.text);
    let noted = shown.json()["steps"]
        .as_array()
        .expect("steps")
        .last()
        .cloned();
    let noted = noted.expect("a step");
    assert_eq!(
        (&noted["id"], &noted["state"]),
        (&json!("noted"), &json!("done"))
    );
}

#[tokio::test]
async fn a_search_finds_what_is_hidden_and_does_not_show_it() {
    let app = App::start().await;
    app.deliver(&charge(1, true)).await;
    app.deliver(&charge(2, false)).await;
    app.engine.settled().await;
    let found = app
        .get("/api/v1/search?q=Jo@Example.com&payloads=true")
        .await;
    assert!(!found.text.contains("jo@example.com"), "{}", found.text);
    let found = found.json();
    let kinds: Vec<_> = (found["hits"].as_array().expect("hits").iter())
        .map(|hit| json!([hit["kind"], hit["label"], hit["matched"]]))
        .collect();
    let event = |n| json!(["event", format!("evt_{n}"), "payload"]);
    let run = |n| json!(["run", format!("ch_{n}"), "payload of its event"]);
    assert_eq!(kinds, [event(2), run(2), event(1), run(1)]);
    assert_eq!(found["looked_through"]["events"], 2);
    let found = app.get("/api/v1/search?q=ch_2").await.json();
    assert_eq!(found["hits"][0]["kind"], "run");
    assert_eq!(found["hits"][0]["state"], "dead");
    app.get("/api/v1/search?q=")
        .await
        .problem(400, "wrong_search");
}

#[tokio::test]
async fn a_sender_is_not_said_to_be_compared_before_it_was() {
    let app = App::start().await;
    let known = app.get("/api/v1/completeness").await.json();
    assert_eq!(known["data"][0]["state"], "not_checked");
    // Nobody answers at its address.
    let known = app.post("/api/v1/completeness", &json!({})).await.json();
    assert_eq!(known["data"][0]["state"], "failed");
    assert!(known["data"][0]["fault"].is_string(), "{known}");
}

#[tokio::test]
async fn lists_are_read_page_by_page_without_gap_or_repetition() {
    let app = App::start().await;
    for n in 1..=5 {
        app.deliver(&charge(n, true)).await;
    }
    app.engine.settled().await;
    let (mut keys, mut after) = (Vec::new(), String::new());
    loop {
        let page = app
            .get(&format!("/api/v1/runs?limit=2{after}"))
            .await
            .json();
        let data = page["data"].as_array().expect("a list");
        assert!(data.len() <= 2);
        keys.extend(
            data.iter()
                .map(|r| r["key"].as_str().unwrap_or_default().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(keys, ["ch_5", "ch_4", "ch_3", "ch_2", "ch_1"]);
    app.get("/api/v1/runs?limit=201")
        .await
        .problem(400, "wrong_limit");
    app.get("/api/v1/runs?limit=x")
        .await
        .problem(400, "wrong_query");
    app.get("/api/v1/runs?after=evt_1")
        .await
        .problem(400, "wrong_id");
}

#[tokio::test]
async fn runs_are_found_by_state_flow_and_key() {
    let app = App::start().await;
    app.deliver(&charge(1, true)).await;
    app.deliver(&charge(2, false)).await;
    app.engine.settled().await;
    for (query, keys) in [
        ("state=done", json!(["ch_1"])),
        ("state=dead", json!(["ch_2"])),
        ("flow=note-charges&search=ch_2", json!(["ch_2"])),
        ("search=nothing", json!([])),
        ("environment=test&state=waiting", json!([])),
    ] {
        let runs = app.get(&format!("/api/v1/runs?{query}")).await.json();
        let found: Vec<&Value> = runs["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|r| &r["key"])
            .collect();
        assert_eq!(json!(found), keys, "{query}");
    }
    app.get("/api/v1/runs?state=asleep")
        .await
        .problem(400, "wrong_state");
    app.get("/api/v1/runs?flow=nothing")
        .await
        .problem(404, "not_found");
    app.get("/api/v1/runs?environment=live")
        .await
        .problem(404, "not_found");
    app.get("/api/v1/runs/run_000000000ZZZZ")
        .await
        .problem(404, "not_found");
    app.get("/api/v1/runs/17").await.problem(400, "wrong_id");
}

#[tokio::test]
async fn a_flow_is_shown_with_its_document_and_plan() {
    let app = App::start().await;
    let flows = app.get("/api/v1/flows").await.json();
    assert_eq!(flows["data"][0]["flow"], "note-charges");
    let flow = app.get("/api/v1/flows/note-charges").await.json();
    assert_eq!(flow["version"], 1);
    assert_eq!(flow["bindings"], json!({"stripe": "stripe"}));
    assert!(
        flow["document"]
            .as_str()
            .is_some_and(|d| d.starts_with("schema: 1"))
    );
    assert_eq!(flow["plan"][0]["kind"], "check");
    app.get("/api/v1/flows/nothing")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_text_is_checked_with_all_its_problems() {
    let app = App::start().await;
    let document = app.get("/api/v1/flows/note-charges").await.json()["document"].clone();
    let good = app
        .post("/api/v1/flows/check", &json!({"document": document}))
        .await
        .json();
    // A warning is told and changes nothing.
    assert_eq!(good["ok"], true);
    let told: Vec<(&Value, &Value)> = good["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|p| (&p["code"], &p["line"]))
        .collect();
    assert_eq!(told, [(&json!("unused"), &json!(10))]);
    let text = document.as_str().expect("a text");
    let wrong = text
        .replace("charge.paid", "charge.payed")
        .replace("charge.amount", "nothing.x");
    let checked = app
        .post("/api/v1/flows/check", &json!({"document": wrong}))
        .await
        .json();
    assert_eq!(checked["ok"], false);
    let problems = checked["problems"].as_array().expect("problems");
    assert!(problems.len() >= 2, "{checked}");
    assert!(
        problems
            .iter()
            .all(|p| p["path"].is_string() && p["message"].is_string())
    );
    app.post("/api/v1/flows/check", &json!({"text": ""}))
        .await
        .problem(400, "wrong_body");
    app.ask("POST", "/api/v1/flows/check", &[])
        .await
        .problem(415, "wrong_body");
}

#[tokio::test]
async fn connections_are_listed_and_checked_without_their_secrets() {
    let app = App::start().await;
    let listed = app.get("/api/v1/connections").await;
    assert!(!listed.text.contains("sk_test") && !listed.text.contains("whsec"));
    let connection = &listed.json()["data"][0];
    assert_eq!(connection["hook_path"], "/hooks/test/stripe/main");
    assert_eq!(connection["peer"], "stripe:acct_1:test");
    // Nothing listens there.
    let checked = app
        .post("/api/v1/connections/stripe/check", &json!({}))
        .await
        .json();
    assert_eq!(checked["ok"], false);
    app.post("/api/v1/connections/x/check", &json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn books_begin_empty() {
    let app = App::start().await;
    for path in ["totals", "entries?state=staged", "exceptions?all=true"] {
        let read = app.get(&format!("/api/v1/books/{path}")).await.json();
        assert_eq!(read, json!({"data": []}), "{path}");
    }
    app.get("/api/v1/books/entries?state=lost")
        .await
        .problem(400, "wrong_state");
}
