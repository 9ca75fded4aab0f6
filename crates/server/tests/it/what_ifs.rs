//! What another version would have done, by the API.

use crate::app::{App, charge};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/what_ifs";

/// Writes into our own books, so that nobody is called.
const FLOW: &str = "\
schema: 1
flow: notes
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: paid
    check: =charge.paid
    else: skip
  - id: noted
    use: books.exception.open
    with:
      kind: note
      key: =charge.id
      sentence: ='from ' + charge.billing_details.?name.orValue('nobody')
";

async fn ended(app: &App, begun: &Value) -> Value {
    let id = begun["id"].as_str().expect("an id");
    loop {
        let job = app.get(&format!("{PATH}/{id}")).await.json();
        if job["state"] != "running" {
            return job;
        }
    }
}

#[tokio::test]
async fn what_would_differ_is_shown_without_persons() {
    let app = App::with_flow(FLOW).await;
    for (n, paid) in [(1, true), (2, false), (3, true)] {
        app.deliver(&charge(n, paid)).await;
    }
    app.engine.settled().await;
    let other = FLOW.replace("kind: note", "kind: memo");
    let other = other.replace("='from ' + ", "='by ' + ");
    let begun = app.post(PATH, &json!({"document": other})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let job = ended(&app, &begun.json()).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["headline"], "2 of 3 would book differently");
    assert_eq!(job["coverage"], "3 of 3 bodies");
    assert_eq!((&job["flow"], &job["by"]), (&json!("notes"), &json!("api")));
    assert_eq!(
        job["operations"],
        json!([{"operation": "books.exception.open", "changed": 2, "made": 0, "dropped": 0}])
    );
    let id = job["id"].as_str().expect("an id");
    let path = format!("{PATH}/{id}/differences");
    let first = app.get(&format!("{path}?limit=1")).await;
    assert!(!first.text.contains("Jo Doe"), "{}", first.text);
    let first = first.json();
    let sentences = &first["data"][0]["sentences"];
    assert_eq!(
        sentences,
        &json!(
            ["`books.exception.open` by step `noted`: kind note → memo, \
                 sentence from ••• → by •••"]
        )
    );
    let after = first["next"].as_str().expect("a next page");
    let second = app.get(&format!("{path}?after={after}")).await.json();
    assert_eq!(second["data"][0]["key"], "ch_3", "{second}");
    assert_eq!(second.get("next"), None);
    app.get(&format!("{path}?after=x"))
        .await
        .problem(400, "wrong_after");
    for act in ["cancel", "resume"] {
        app.post(&format!("{PATH}/{id}/{act}"), &json!({}))
            .await
            .problem(409, "conflict");
    }
    // The version that is published would do the same; what came before the period is left out.
    let same = json!({"flow": "notes", "version": 1, "from": "2026-11-24", "to": "2026-11-24"});
    let begun = app.post(PATH, &same).await.json();
    let job = ended(&app, &begun).await;
    assert_eq!(job["headline"], "0 of 3 would book differently", "{job}");
    assert_eq!(job["to"], "2026-11-25T00:00:00Z");
    let before = json!({"document": FLOW, "from": "2026-10-01", "to": "2026-10-31"});
    let begun = app.post(PATH, &before).await.json();
    assert_eq!(ended(&app, &begun).await["runs"]["total"], 0);
    let listed = app.get(PATH).await.json();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let app = App::with_flow(FLOW).await;
    let wrong = FLOW.replace("books.exception.open", "books.exception.opn");
    let unknown = FLOW.replace("flow: notes", "flow: other");
    for (asked, status, code) in [
        (json!({}), 400, "wrong_body"),
        (json!({"document": FLOW, "version": 1}), 400, "wrong_body"),
        (json!({"document": FLOW, "odd": 1}), 400, "wrong_body"),
        (
            json!({"document": FLOW, "from": "yesterday"}),
            400,
            "wrong_time",
        ),
        (json!({"document": wrong}), 400, "wrong_document"),
        (
            json!({"document": FLOW, "from": "2026-11-24", "to": "2026-11-01"}),
            400,
            "wrong_document",
        ),
        (json!({"document": unknown}), 404, "not_found"),
        (json!({"flow": "notes", "version": 9}), 404, "not_found"),
        (
            json!({"document": FLOW, "environment": "none"}),
            404,
            "not_found",
        ),
    ] {
        app.post(PATH, &asked).await.problem(status, code);
    }
    app.get(&format!("{PATH}/wif_0000000000001"))
        .await
        .problem(404, "not_found");
}
