//! Checks in an environment, and what real events came to, by the API.

use crate::app::{App, charge};
use serde_json::{Value, json};

const FLOW: &str = "\
schema: 1
flow: makes
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: made
    use: stripe.customer.create
    with:
      reference: =charge.id
      name: =charge.amount
      email: =charge.?receipt_email.orValue('none')
      description: =charge.?description.orValue('none')
";

#[tokio::test]
async fn a_check_in_an_environment_tells_of_its_events_and_of_conversions() {
    let app = App::start().await;
    for n in 1..=10 {
        app.deliver(&charge(n, true)).await;
    }
    app.engine.settled().await;
    let asked = json!({"document": FLOW});
    let plain = app.post("/api/v1/flows/check", &asked).await.json();
    assert_eq!(
        (&plain["ok"], &plain["problems"]),
        (&json!(true), &json!([])),
        "{plain}"
    );
    assert_eq!(plain["conversions"][0]["path"], "steps.made.with.name");
    assert_eq!(plain["conversions"][0]["rule"], "number_to_text");
    assert!(plain.get("traffic").is_none());
    let path = "/api/v1/flows/check?environment=test";
    let reply = app.post(path, &asked).await;
    assert!(!reply.text.contains("jo@example.com"), "{}", reply.text);
    let within = reply.json();
    assert_eq!(within["traffic"]["events"], 10);
    let empty = &within["problems"][0];
    assert_eq!(empty["code"], "always_empty", "{within}");
    assert_eq!(empty["path"], "steps.made.with.description");
    assert_eq!(
        (&empty["severity"], &empty["line"]),
        (&json!("warning"), &json!(12))
    );
    app.post("/api/v1/flows/check?environment=no", &asked)
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn fields_and_formulas_are_counted_over_real_events() {
    let app = App::start().await;
    for n in 1..=3 {
        app.deliver(&charge(n, n != 2)).await;
    }
    app.engine.settled().await;
    let find = |list: &Value, path: &str| {
        let list = list.as_array().expect("a list");
        list.iter()
            .find(|f| f["path"] == path)
            .cloned()
            .unwrap_or_default()
    };
    let traffic = app.get("/api/v1/flows/note-charges/traffic").await.json();
    let mail = find(&traffic["fields"], "charge.receipt_email");
    assert_eq!(
        (&mail["present"], &mail["of"], &mail["longest"]),
        (&json!(3), &json!(3), &json!(14))
    );
    // The check ends the run of the charge that is not paid.
    let noted = find(&traffic["formulas"], "steps.noted.set.mail");
    assert_eq!(
        (&noted["worked"], &noted["failed"]),
        (&json!(2), &json!(0)),
        "{traffic}"
    );
    let path = "/api/v1/triggers/stripe.charge.succeeded/traffic";
    let of_trigger = app.get(path).await.json();
    assert_eq!(of_trigger["fields"], traffic["fields"]);
    app.get("/api/v1/flows/none/traffic")
        .await
        .problem(404, "not_found");
    app.get("/api/v1/triggers/stripe.none/traffic")
        .await
        .problem(400, "wrong_document");
}

#[tokio::test]
async fn the_steps_of_a_run_are_read_page_by_page() {
    let app = App::start().await;
    app.deliver(&charge(1, true)).await;
    app.engine.settled().await;
    let runs = app.get("/api/v1/runs").await.json();
    let run = runs["data"][0]["id"].as_str().expect("a run").to_owned();
    let path = format!("/api/v1/runs/{run}/steps");
    let first = app.get(&format!("{path}?limit=1")).await.json();
    assert_eq!(first["data"][0]["id"], "paid");
    let next = first["next"].as_str().expect("there is another");
    let second = app
        .get(&format!("{path}?limit=1&after={next}"))
        .await
        .json();
    assert_eq!(
        (&second["data"][0]["id"], second.get("next")),
        (&json!("noted"), None)
    );
    app.get(&format!("{path}?after=x"))
        .await
        .problem(400, "wrong_after");
    let calls = app.get(&format!("/api/v1/runs/{run}/calls")).await.json();
    assert_eq!(calls["data"], json!([]));
}
