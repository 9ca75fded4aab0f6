//! Flows that are started by hand, and approvals, over the API.

use crate::app::App;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/flows/tell-day/runs";

#[tokio::test]
async fn a_flow_is_started_once_for_a_key() {
    let app = App::start().await;
    let input = json!({"input": {"day": "2026-11-24"}});
    let first = app.post_once(PATH, "k1", &input).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let first = first.json();
    assert_eq!(first["repeated"], false);
    app.engine.settled().await;
    let again = app.post_once(PATH, "k1", &input).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let again = again.json();
    assert_eq!(
        (&again["run"], &again["repeated"]),
        (&first["run"], &json!(true))
    );
    assert_eq!(again["state"], "done");
    let other = app.post_once(PATH, "k2", &input).await.json();
    assert_ne!(other["run"], first["run"]);

    let run = first["run"].as_str().expect("a run");
    let run = app.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_eq!(run["steps"][0]["output"]["text"], "2026-11-24 2", "{run}");
    let event = run["event"].as_str().expect("an event");
    let event = app.get(&format!("/api/v1/events/{event}")).await.json();
    assert_eq!(
        (&event["connection"], &event["type"]),
        (&json!("towpath"), &json!("flow.started"))
    );
    assert_eq!(event["payload"]["towpath"], "manual");

    let changed = json!({"input": {"day": "2026-11-25"}});
    app.post_once(PATH, "k1", &changed)
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn what_is_wrong_with_a_start_is_told_with_its_cure() {
    let app = App::start().await;
    let input = json!({"input": {"dai": "2026-11-24", "count": "2"}});
    let problem = app
        .post_once(PATH, "k1", &input)
        .await
        .problem(400, "wrong_document");
    let problems = problem["problems"].as_array().expect("problems");
    let codes: Vec<&Value> = problems.iter().map(|p| &p["code"]).collect();
    assert_eq!(codes, ["unknown_input", "missing_input", "wrong_type"]);
    let input = json!({"input": {"day": "2026-11-24"}});
    app.post(PATH, &input)
        .await
        .problem(400, "no_idempotency_key");
    app.post_once(PATH, "", &input)
        .await
        .problem(409, "conflict");
    app.post_once(PATH, "k1", &json!({"day": 1}))
        .await
        .problem(400, "wrong_body");
    app.post_once("/api/v1/flows/nothing/runs", "k1", &input)
        .await
        .problem(404, "not_found");
    let refused = app
        .post_once("/api/v1/flows/note-charges/runs", "k1", &input)
        .await;
    let problem = refused.problem(409, "conflict");
    assert!(
        problem["cure"]
            .as_str()
            .is_some_and(|c| c.contains("`manual` or `api`")),
        "{problem}"
    );
    let runs = app.get("/api/v1/runs").await.json();
    assert_eq!(runs["data"], json!([]));
}

#[tokio::test]
async fn approvals_are_listed_and_an_id_that_is_none_is_refused() {
    let app = App::start().await;
    assert_eq!(
        app.get("/api/v1/approvals").await.json(),
        json!({"data": []})
    );
    let yes = json!({"decision": "approve"});
    app.post("/api/v1/approvals/x", &yes)
        .await
        .problem(400, "wrong_id");
    let input = json!({"input": {"day": "2026-11-24"}});
    let run = app.post_once(PATH, "k1", &input).await.json()["run"].clone();
    app.engine.settled().await;
    let id = format!("{}:0:0:{}", run.as_str().expect("a run"), "0".repeat(32));
    let problem = app
        .post(&format!("/api/v1/approvals/{id}"), &yes)
        .await
        .problem(409, "conflict");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|d| d.contains("is done")),
        "{problem}"
    );
    let no = json!({"decision": "decline"});
    app.post(&format!("/api/v1/approvals/{id}"), &no)
        .await
        .problem(409, "conflict");
}
