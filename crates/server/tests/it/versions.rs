//! Versions and environments over the API: two people never overwrite each other silently.

use crate::app::App;
use serde_json::{Value, json};

const FLOW: &str = "/api/v1/flows/note-charges";

async fn document(app: &App) -> String {
    let draft = app.get(&format!("{FLOW}/draft")).await.json();
    draft["document"].as_str().expect("a text").to_owned()
}

/// Publishes what is deployed with another title.
async fn publish(app: &App, title: &str) -> i64 {
    let text = document(app).await.replace("Note charges", title);
    let tag = app
        .get(&format!("{FLOW}/draft"))
        .await
        .header("etag")
        .to_owned();
    let body = json!({"document": text});
    let saved = app
        .change("PUT", &format!("{FLOW}/draft"), &tag, &body)
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let tag = saved.header("etag").to_owned();
    let body = json!({"reason": "another title"});
    let published = app
        .change("POST", &format!("{FLOW}/versions"), &tag, &body)
        .await;
    assert_eq!(published.status, 201, "{}", published.text);
    published.json()["version"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_draft_that_someone_else_changed_is_not_overwritten() {
    let app = App::start().await;
    let path = format!("{FLOW}/draft");
    let body = json!({"document": "flow: note-charges\n"});
    app.put(&path, &body)
        .await
        .problem(428, "precondition_required");
    app.change("PUT", &path, "0", &body)
        .await
        .problem(400, "wrong_tag");
    let saved = app.change("PUT", &path, "\"0\"", &body).await;
    assert_eq!(
        (saved.status, saved.header("etag")),
        (200, "\"1\""),
        "{}",
        saved.text
    );
    assert_eq!(saved.json()["ok"], false);
    let late = app.change("PUT", &path, "\"0\"", &body).await;
    let problem = late.problem(412, "changed_meanwhile");
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(detail.contains("by api at 2026-11-24T"), "{detail}");
    let rows = app.get("/api/v1/flows").await.json();
    assert_eq!(rows["data"][0]["draft"]["revision"], 1, "{rows}");
    let publish = json!({"reason": "why"});
    let wrong = app
        .change("POST", &format!("{FLOW}/versions"), "\"1\"", &publish)
        .await;
    let problem = wrong.problem(400, "wrong_document");
    assert!(problem["problems"][0]["cure"].is_string(), "{problem}");
    let gone = app.change("DELETE", &path, "\"1\"", &Value::Null).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(app.get(&path).await.json()["saved"], false);

    let new = "schema: 1\nflow: fresh\ntitle: Fresh\ntrigger: manual\nsteps: []\n";
    let made = app.post("/api/v1/flows", &json!({"document": new})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let again = app.post("/api/v1/flows", &json!({"document": new})).await;
    again.problem(409, "conflict");
    let rows = app.get("/api/v1/flows?environment=test").await.json();
    let row = rows["data"].as_array().expect("rows");
    let row = row
        .iter()
        .find(|r| r["flow"] == "fresh")
        .expect("the draft");
    assert_eq!(
        (&row["title"], &row["deployments"]),
        (&json!("Fresh"), &json!([]))
    );
}

#[tokio::test]
async fn what_is_in_force_is_changed_only_by_who_has_seen_it() {
    let app = App::start().await;
    let version = publish(&app, "Charges").await;
    assert_eq!(version, 2);
    let shown = app.get(&format!("{FLOW}/versions/2")).await.json();
    assert_eq!(shown["steps"], json!(["paid", "noted"]));
    let target = json!({"environment": "test", "version": 2});
    let preview = app
        .post(&format!("{FLOW}/deployments/preview"), &target)
        .await;
    let tag = preview.header("etag").to_owned();
    let preview = preview.json();
    assert_eq!(
        (&preview["ok"], &preview["former"]["version"]),
        (&json!(true), &json!(1))
    );
    let path = format!("{FLOW}/deployments");
    let act = json!({"environment": "test", "version": 2, "reason": "nicer"});
    app.post(&path, &act)
        .await
        .problem(428, "precondition_required");
    let done = app.change("POST", &path, &tag, &act).await;
    assert_eq!(done.status, 201, "{}", done.text);
    app.change("POST", &path, &tag, &act)
        .await
        .problem(412, "changed_meanwhile");
    let no_reason = json!({"environment": "test", "version": 2, "reason": ""});
    let tag = done.header("etag").to_owned();
    app.change("POST", &path, &tag, &no_reason)
        .await
        .problem(400, "wrong_document");

    let history = app.get(&format!("{path}?environment=test")).await;
    assert_eq!(history.header("etag"), tag);
    let rows = history.json();
    assert_eq!(
        (&rows["data"][0]["version"], &rows["data"][0]["cause"]),
        (&json!(2), &json!("deploy"))
    );
    let back = json!({"environment": "test", "reason": "not nicer"});
    let done = app
        .change("POST", &format!("{FLOW}/rollback"), &tag, &back)
        .await;
    assert_eq!(done.json()["version"], 1, "{}", done.text);
    assert_eq!(app.get(FLOW).await.json()["version"], 1);
}

#[tokio::test]
async fn environments_and_connections_are_made_and_no_secret_comes_back() {
    let app = App::start().await;
    let company = json!({"name": "Live", "currency": "EUR", "books_zone": "Europe/Berlin",
        "collective_customer": "GUEST", "settings": {}});
    let new = json!({"name": "live", "kind": "live", "company": company});
    let made = app.post("/api/v1/environments", &new).await;
    assert_eq!(
        (made.status, made.header("etag")),
        (201, "\"1\""),
        "{}",
        made.text
    );
    app.post("/api/v1/environments", &new)
        .await
        .problem(409, "conflict");
    let path = "/api/v1/environments/live";
    let mut other = company.clone();
    other["books_zone"] = "Mars/Olympus".into();
    let wrong = app
        .change("PATCH", path, "\"1\"", &json!({"company": other}))
        .await;
    wrong.problem(400, "wrong_document");
    let changed = app
        .change("PATCH", path, "\"1\"", &json!({"company": company}))
        .await;
    assert_eq!(changed.header("etag"), "\"2\"", "{}", changed.text);
    let stale = app
        .change("PATCH", path, "\"1\"", &json!({"company": company}))
        .await;
    stale.problem(412, "changed_meanwhile");

    let connections = format!("{path}/connections");
    let stripe = |key: &str| {
        json!({"name": "stripe", "connector": "stripe",
        "settings": {"account": "acct_9"}, "credential": {"secret_key": key},
        "webhook_secrets": ["whsec_hidden"]})
    };
    let refused = app.post(&connections, &stripe("sk_test_hidden")).await;
    let problem = refused.problem(400, "wrong_document");
    assert_eq!(problem["problems"][0]["code"], "wrong_mode", "{problem}");
    let made = app.post(&connections, &stripe("sk_live_hidden")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let one = format!("{connections}/stripe");
    let body = json!({"credential": {"secret_key": "rk_live_hidden"}, "limits": {"per_second": 9, "in_flight": 2}});
    let changed = app.change("PUT", &one, made.header("etag"), &body).await;
    assert_eq!(
        changed.json()["limits"]["per_second"],
        9,
        "{}",
        changed.text
    );
    for reply in [
        &made,
        &changed,
        &app.get(&connections).await,
        &app.get(&one).await,
    ] {
        assert!(!reply.text.contains("hidden"), "{}", reply.text);
    }
    let gone = app
        .change("DELETE", &one, changed.header("etag"), &Value::Null)
        .await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    let trail = app
        .engine
        .store()
        .audit_trail(store::Page::first(50))
        .await
        .expect("the trail");
    assert!(trail.iter().all(|row| !row.detail.contains("hidden")));
    for action in [
        "environment.create",
        "environment.change",
        "connection.create",
        "connection.change",
        "connection.delete",
    ] {
        assert!(
            trail
                .iter()
                .any(|row| row.action == action && row.who == "api"),
            "{action}"
        );
    }
}

#[tokio::test]
async fn each_step_tells_the_version_that_last_changed_it() {
    let app = App::start().await;
    let path = format!("{FLOW}/draft");
    let text = document(&app)
        .await
        .replace("=charge.amount", "=charge.amount + 1");
    let tag = app.get(&path).await.header("etag").to_owned();
    let saved = app
        .change("PUT", &path, &tag, &json!({"document": text}))
        .await;
    let tag = saved.header("etag").to_owned();
    let body = json!({"reason": "one more"});
    let published = app
        .change("POST", &format!("{FLOW}/versions"), &tag, &body)
        .await;
    let number = published.json()["version"].clone();
    let told = app.get(&format!("{FLOW}/steps/changes")).await.json();
    let of = |step: &str| {
        let steps = told["steps"].as_array().expect("steps");
        steps
            .iter()
            .find(|row| row["step"] == step)
            .expect("the step")
            .clone()
    };
    assert_eq!(
        (&of("noted")["version"], &of("noted")["reason"]),
        (&number, &json!("one more"))
    );
    assert!(
        of("noted")["changes"][0]
            .as_str()
            .is_some_and(|s| s.contains("charge.amount + 1")),
        "{told}"
    );
    assert_eq!(of("paid")["version"], 1);
    assert_eq!(told["cut"], false);
}
