//! What one account proposes and another approves.

use crate::accounts::{Browser, first};
use crate::app::App;
use serde_json::{Value, json};

const DRAFT: &str = "schema: 1\nflow: tell-day\ntitle: Tell a day\ntrigger: manual\nsteps:\n  - id: told\n    set:\n      text: again\n";

async fn publish(app: &App, who: &Browser, tag: &str) -> crate::app::Reply {
    let path = "/api/v1/flows/tell-day/versions";
    let why = json!({"reason": "shorter"});
    who.send_with(app, "POST", path, &[("if-match", tag)], &why)
        .await
}

async fn draft(app: &App, who: &Browser, tag: &str, text: &str) -> String {
    let path = "/api/v1/flows/tell-day/draft";
    let body = json!({"document": text});
    let saved = who
        .send_with(app, "PUT", path, &[("if-match", tag)], &body)
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    saved.header("etag").to_owned()
}

async fn decide(app: &App, who: &Browser, proposal: &Value, what: &str) -> crate::app::Reply {
    let id = proposal["id"].as_str().expect("an id");
    let path = format!("/api/v1/proposals/{id}/{what}");
    who.send(app, "POST", &path, &json!({"reason": "looked at it"}))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_waits_for_another_account() {
    let app = App::start().await;
    let ada = first(&app).await;
    let eve = ada.invite(&app, "Eve", "editor").await;
    let bea = ada.invite(&app, "Bea", "approver").await;
    let before = eve.get(&app, "/api/v1/flows/tell-day/draft").await;
    let tag = draft(&app, &eve, before.header("etag"), DRAFT).await;
    // Without the rule an approver publishes, an editor does not.
    publish(&app, &eve, &tag).await.problem(403, "forbidden");
    let rules = json!({"second_person": {"publish": true, "deploy_live": true}});
    let set = ada.send_with(
        &app,
        "PUT",
        "/api/v1/rules",
        &[("if-match", "\"1\"")],
        &rules,
    );
    assert_eq!(set.await.status, 200);
    let stale = ada.send_with(
        &app,
        "PUT",
        "/api/v1/rules",
        &[("if-match", "\"1\"")],
        &rules,
    );
    stale.await.problem(412, "changed_meanwhile");

    let proposed = publish(&app, &bea, &tag).await;
    assert_eq!(proposed.status, 202, "{}", proposed.text);
    let proposal = proposed.json();
    assert_eq!(proposal["state"], "open");
    assert_eq!(
        publish(&app, &bea, &tag).await.json()["id"],
        proposal["id"],
        "the same again"
    );
    // Not by who proposed it, not by a lesser role; and one at a time.
    decide(&app, &bea, &proposal, "approve")
        .await
        .problem(409, "conflict");
    decide(&app, &eve, &proposal, "approve")
        .await
        .problem(403, "forbidden");
    publish(&app, &eve, &tag).await.problem(409, "conflict");
    let done = decide(&app, &ada, &proposal, "approve").await;
    assert_eq!(done.status, 200, "{}", done.text);
    let done = done.json();
    assert_eq!(
        (&done["state"], &done["outcome"]),
        (&json!("done"), &json!("version 2"))
    );
    let version = ada
        .get(&app, "/api/v1/flows/tell-day/versions/2")
        .await
        .json();
    assert_eq!(version["published_by"], "Bea");
    assert_eq!(version["reason"], "shorter (approved by Ada)");
    decide(&app, &ada, &proposal, "approve")
        .await
        .problem(409, "conflict");

    // What was proposed on a draft that has changed since is not published.
    let current = eve.get(&app, "/api/v1/flows/tell-day/draft").await;
    let text = DRAFT.replace("again", "once more");
    let tag = draft(&app, &eve, current.header("etag"), &text).await;
    let proposal = publish(&app, &eve, &tag).await.json();
    draft(&app, &eve, &tag, &DRAFT.replace("again", "something else")).await;
    let stale = decide(&app, &ada, &proposal, "approve").await;
    stale.problem(412, "changed_meanwhile");
    let list = ada.get(&app, "/api/v1/proposals?state=stale").await.json();
    assert_eq!(list["data"][0]["id"], proposal["id"], "{list}");

    let trail = ada.get(&app, "/api/v1/audit?limit=200").await.json();
    let mine = |row: &&Value| {
        row["action"]
            .as_str()
            .is_some_and(|a| a.starts_with("proposal") || a == "rules.change")
    };
    let rows = trail["data"]
        .as_array()
        .expect("rows")
        .iter()
        .rev()
        .filter(mine);
    let acts: Vec<_> = rows
        .map(|row| (row["who"].as_str(), row["action"].as_str()))
        .collect();
    let expected = [
        ("Ada", "rules.change"),
        ("Bea", "proposal.create"),
        ("Ada", "proposal.approve"),
        ("Eve", "proposal.create"),
        ("Ada", "proposal.approve"),
    ];
    let expected: Vec<_> = expected.map(|(who, act)| (Some(who), Some(act))).into();
    assert_eq!(acts, expected);
}
