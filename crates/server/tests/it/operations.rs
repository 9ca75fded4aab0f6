//! What a person does by the API.

use crate::app::{App, charge};
use serde_json::{Value, json};

async fn dead(app: &App, n: u32) -> String {
    app.deliver(&charge(n, false)).await;
    app.engine.settled().await;
    let runs = app.get(&format!("/api/v1/runs?search=ch_{n}")).await.json();
    runs["data"][0]["id"].as_str().expect("a run").to_owned()
}

#[tokio::test]
async fn dead_letters_are_grouped_repaired_and_replayed_by_cause() {
    let app = App::start().await;
    let run = dead(&app, 1).await;
    dead(&app, 2).await;
    let causes = app.get("/api/v1/dead-letters/causes").await.json();
    assert_eq!(causes["data"].as_array().map(Vec::len), Some(1), "{causes}");
    let cause = &causes["data"][0];
    assert_eq!(
        (&cause["count"], &cause["step"]),
        (&json!(2), &json!("paid"))
    );
    assert!(
        cause["message"]
            .as_str()
            .is_some_and(|m| m.contains("not paid")),
        "{cause}"
    );
    let fingerprint = cause["fingerprint"].as_str().expect("a fingerprint");
    let letters = app
        .get(&format!("/api/v1/dead-letters?fingerprint={fingerprint}"))
        .await
        .json();
    assert_eq!(letters["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(letters["data"][0]["run"], run);
    // It fails again: the payload is still the same.
    let path = format!("/api/v1/dead-letters/causes/{fingerprint}/replay");
    let started = app.post(&path, &json!({})).await.json();
    assert_eq!(
        started["runs"].as_array().map(Vec::len),
        Some(2),
        "{started}"
    );
    app.engine.settled().await;
    let letter = app.get(&format!("/api/v1/dead-letters/{run}")).await.json();
    assert_eq!(letter["resolution"], "replayed");
    let again = started["runs"][0].as_str().expect("a run");
    let shown = app.get(&format!("/api/v1/runs/{again}")).await.json();
    assert_eq!(
        (&shown["state"], &shown["replay_of"]),
        (&json!("dead"), &json!(run))
    );
    app.post("/api/v1/dead-letters/causes/none/replay", &json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_run_is_replayed_with_another_payload() {
    let app = App::start().await;
    let run = dead(&app, 1).await;
    let how = json!({"payload": charge(1, true), "from_start": true, "reason": "it was paid"});
    let started = app
        .post(&format!("/api/v1/dead-letters/{run}/replay"), &how)
        .await
        .json();
    app.engine.settled().await;
    let again = started["runs"][0].as_str().expect("a run");
    assert_eq!(
        app.get(&format!("/api/v1/runs/{again}")).await.json()["state"],
        "done"
    );
    let wrong = app
        .post(
            &format!("/api/v1/runs/{run}/replay"),
            &json!({"start": true}),
        )
        .await;
    wrong.problem(400, "wrong_body");
}

#[tokio::test]
async fn a_letter_is_discarded_with_a_reason() {
    let app = App::start().await;
    let run = dead(&app, 1).await;
    let why = json!({"reason": "a test charge"});
    let letter = app
        .post(&format!("/api/v1/dead-letters/{run}/discard"), &why)
        .await
        .json();
    assert_eq!(
        (&letter["resolution"], &letter["reason"]),
        (&json!("discard"), &why["reason"])
    );
    assert_eq!(
        app.get("/api/v1/dead-letters").await.json()["data"],
        json!([])
    );
    let path = format!("/api/v1/dead-letters/{run}/discard");
    app.post(&path, &json!({})).await.problem(400, "wrong_body");
    let nothing = json!({"reason": "  "});
    app.post(&path, &nothing).await.problem(400, "wrong_text");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_so() {
    let app = App::start().await;
    let run = dead(&app, 1).await;
    let exists = json!({"answer": {"exists": {"number": "17"}}, "reason": "seen in M3"});
    let answered = app
        .post(&format!("/api/v1/dead-letters/{run}/answer"), &exists)
        .await;
    let problem: Value = answered.problem(409, "conflict");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|d| d.contains("did not stop at an effect"))
    );
    let abandoned = json!({"answer": "abandoned", "reason": "not in M3"});
    app.post(&format!("/api/v1/dead-letters/{run}/answer"), &abandoned)
        .await
        .problem(409, "conflict");
    let cancelled = app
        .post(
            &format!("/api/v1/runs/{run}/cancel"),
            &json!({"reason": "x"}),
        )
        .await;
    cancelled.problem(409, "conflict");
}

#[tokio::test]
async fn a_payload_is_corrected_in_one_place_and_tried_first() {
    let app = App::start().await;
    let run = dead(&app, 1).await;
    let trial = format!("/api/v1/dead-letters/{run}/dry-run");
    let as_it_was = app.post(&trial, &json!({})).await.json();
    assert_eq!(as_it_was["state"], "dead", "{as_it_was}");
    let changes = json!([{"path": "/data/object/paid", "value": true}]);
    let corrected = app.post(&trial, &json!({"changes": changes})).await.json();
    assert_eq!(corrected["state"], "done", "{corrected}");

    let replay = format!("/api/v1/dead-letters/{run}/replay");
    let hidden = json!({"payload": {"data": {"object": {"name": "•••"}}}});
    assert_eq!(
        app.post(&replay, &hidden).await.json()["code"],
        "hidden_value"
    );
    let nowhere = json!({"changes": [{"path": "/data/paid", "value": true}], "reason": "x"});
    assert_eq!(
        app.post(&replay, &nowhere).await.json()["code"],
        "wrong_change"
    );

    let unsaid = app.post(&replay, &json!({"changes": changes})).await;
    unsaid.problem(400, "reason_needed");
    let how = json!({"changes": changes, "reason": "it was paid by phone"});
    let started = app.post(&replay, &how).await.json();
    app.engine.settled().await;
    let again = started["runs"][0].as_str().expect("a run");
    let again = app.get(&format!("/api/v1/runs/{again}")).await.json();
    assert_eq!(
        (&again["state"], &again["version"]),
        (&json!("done"), &json!(1))
    );
    let old = app.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_ne!(old["event"], again["event"], "what was received is kept");
}
