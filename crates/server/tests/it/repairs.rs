//! All letters of a cause: tried, worked again, taken care of.

use crate::app::{App, charge};
use serde_json::{Value, json};

/// Deliveries of charges that are not paid: each is a dead letter of one cause.
async fn dead(app: &App, numbers: std::ops::RangeInclusive<u32>) -> String {
    for n in numbers {
        app.deliver(&charge(n, false)).await;
    }
    app.engine.settled().await;
    let causes = app.get("/api/v1/dead-letters/causes").await.json();
    let cause = &causes["data"][0]["fingerprint"];
    cause.as_str().expect("a cause").to_owned()
}

async fn ended(app: &App, begun: Value) -> Value {
    let id = begun["id"].as_str().unwrap_or_else(|| panic!("{begun}"));
    loop {
        let repair = app.get(&format!("/api/v1/repairs/{id}")).await.json();
        if repair["state"] != "running" {
            return repair;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_group_is_tried_and_retried_with_progress_and_a_result_per_letter() {
    let app = App::start().await;
    let cause = dead(&app, 1..=5).await;
    let path = format!("/api/v1/dead-letters/causes/{cause}/repairs");
    let begun = app.post(&path, &json!({"kind": "trial"})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let trial = ended(&app, begun.json()).await;
    assert_eq!(
        (&trial["state"], &trial["total"], &trial["gone"]),
        (&json!("done"), &json!(5), &json!(5)),
        "{trial}"
    );
    assert_eq!((&trial["good"], trial.get("stands")), (&json!(0), None));
    let id = trial["id"].as_str().expect("an id");
    let items = app.get(&format!("/api/v1/repairs/{id}/items")).await.json();
    assert_eq!(items["data"].as_array().map(Vec::len), Some(5));
    let first = &items["data"][0];
    assert_eq!(
        (&first["outcome"], &first["because"]),
        (&json!("stuck"), &json!("the charge is not paid")),
        "{first}"
    );

    let how = json!({"kind": "retry", "reason": "to see"});
    let retry = app.post(&path, &how).await.json();
    let retry = ended(&app, retry).await;
    assert_eq!(
        (&retry["gone"], &retry["good"]),
        (&json!(5), &json!(5)),
        "{retry}"
    );
    app.engine.settled().await;
    let id = retry["id"].as_str().expect("an id");
    let retry = app.get(&format!("/api/v1/repairs/{id}")).await.json();
    assert_eq!(
        (&retry["stands"]["dead"], &retry["stands"]["done"]),
        (&json!(5), &json!(0)),
        "{retry}"
    );
    let items = app
        .get(&format!("/api/v1/repairs/{id}/items?limit=2"))
        .await;
    let items = items.json();
    assert_eq!(items["data"][0]["stands"], "dead", "{items}");
    assert!(items["next"].is_string(), "{items}");
    let audit = app.get("/api/v1/audit").await.json();
    let detail = audit["data"][0]["detail"].as_str().expect("a detail");
    assert!(detail.ends_with(": to see"), "{detail}");
    let listed = app
        .get(&format!("/api/v1/repairs?fingerprint={cause}"))
        .await
        .json();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));

    for (path, body, status, code) in [
        (path.as_str(), json!({"kind": "both"}), 400, "wrong_body"),
        (
            "/api/v1/dead-letters/causes/none/repairs",
            json!({"kind": "trial"}),
            404,
            "not_found",
        ),
        (
            &format!("/api/v1/repairs/{id}/cancel"),
            json!({}),
            409,
            "conflict",
        ),
    ] {
        app.post(path, &body).await.problem(status, code);
    }
}

#[tokio::test]
async fn somebody_takes_care_of_a_cause() {
    let app = App::start().await;
    let cause = dead(&app, 1..=2).await;
    let care = format!("/api/v1/dead-letters/causes/{cause}/care");
    let nobody = app.get(&care).await;
    assert_eq!(nobody.header("etag"), "\"0\"");
    let mine = json!({"assignee": "me", "due": "2026-12-01"});
    let unseen = app.put(&care, &mine).await;
    unseen.problem(428, "precondition_required");
    let taken = app.change("PUT", &care, "\"0\"", &mine).await.json();
    assert_eq!(
        (&taken["assignee"], &taken["mine"], &taken["due"]),
        (&json!("api"), &json!(true), &json!("2026-12-01"))
    );
    let late = app.change("PUT", &care, "\"0\"", &json!({})).await;
    late.problem(412, "changed_meanwhile");
    let wrong = json!({"assignee": "me", "due": "tomorrow"});
    let wrong = app.change("PUT", &care, "\"1\"", &wrong).await;
    wrong.problem(400, "wrong_day");

    let causes = "/api/v1/dead-letters/causes?mine=true";
    let listed = app.get(causes).await.json();
    assert_eq!(listed["data"][0]["care"]["assignee"], "api", "{listed}");
    assert_eq!(
        listed["data"][0]["trend"],
        json!([0, 0, 0, 0, 0, 0, 2]),
        "{listed}"
    );
    app.change("PUT", &care, "\"1\"", &json!({})).await;
    assert_eq!(app.get(causes).await.json()["data"], json!([]));

    let comments = format!("/api/v1/dead-letters/causes/{cause}/comments");
    let said = app
        .post(&comments, &json!({"text": " asked the shop "}))
        .await;
    assert_eq!(said.status, 201);
    app.post(&comments, &json!({"text": " "}))
        .await
        .problem(400, "wrong_text");
    let read = app.get(&comments).await.json();
    assert_eq!(read["data"][0]["text"], "asked the shop");
    let audit = app.get(&format!("/api/v1/audit?subject={cause}")).await;
    let audit = audit.json();
    let acts = audit["data"].as_array().into_iter().flatten();
    let acts: Vec<(&Value, &Value)> = acts.map(|row| (&row["action"], &row["detail"])).collect();
    let assigned = json!("dead_letter.assign");
    assert_eq!(
        acts,
        [
            (&json!("dead_letter.comment"), &json!("asked the shop")),
            (&assigned, &json!("api → nobody")),
            (&assigned, &json!("nobody → api, due 2026-12-01")),
        ]
    );
}

#[tokio::test]
async fn a_cause_has_tags_and_is_listed_by_one() {
    let app = App::start().await;
    let cause = dead(&app, 1..=2).await;
    let tags = format!("/api/v1/dead-letters/causes/{cause}/tags");
    for tag in ["shop", "m%C3%BCller-2"] {
        let put = app.put(&format!("{tags}/{tag}"), &json!({})).await;
        assert_eq!(put.status, 204, "{}", put.text);
    }
    let listed = |path: &'static str| app.get(path);
    let all = listed("/api/v1/dead-letters/causes").await.json();
    assert_eq!(all["data"][0]["tags"], json!(["müller-2", "shop"]));
    let shop = listed("/api/v1/dead-letters/causes?tag=shop").await.json();
    assert_eq!(shop["data"].as_array().map(Vec::len), Some(1));
    let other = listed("/api/v1/dead-letters/causes?tag=other").await.json();
    assert_eq!(other["data"], json!([]));
    let used = listed("/api/v1/dead-letters/tags").await.json();
    assert_eq!(used["data"][1], json!({"tag": "shop", "causes": 1}));

    for wrong in ["Shop", "two%20words", &"a".repeat(33)] {
        let refused = app.put(&format!("{tags}/{wrong}"), &json!({})).await;
        refused.problem(400, "wrong_word");
    }
    listed("/api/v1/dead-letters/causes?tag=A%20B")
        .await
        .problem(400, "wrong_word");
    app.put("/api/v1/dead-letters/causes/none/tags/shop", &json!({}))
        .await
        .problem(404, "not_found");
    for n in 1..=8 {
        app.put(&format!("{tags}/t{n}"), &json!({})).await;
    }
    let full = app.put(&format!("{tags}/t9"), &json!({})).await;
    full.problem(409, "conflict");
    for _ in 0..2 {
        let off = app
            .change("DELETE", &format!("{tags}/shop"), "\"0\"", &json!({}))
            .await;
        assert_eq!(off.status, 204, "{}", off.text);
    }
    let used = app.get("/api/v1/dead-letters/tags").await.json();
    assert_eq!(used["data"].as_array().map(Vec::len), Some(9), "{used}");
    let audit = app.get(&format!("/api/v1/audit?subject={cause}")).await;
    let newest = &audit.json()["data"][0];
    assert_eq!(
        (&newest["action"], &newest["detail"]),
        (&json!("dead_letter.untag"), &json!("shop"))
    );
}

#[tokio::test]
async fn the_four_ways_of_working_a_run_again_are_told() {
    let app = App::start().await;
    dead(&app, 1..=1).await;
    let letters = app.get("/api/v1/dead-letters").await.json();
    let letter = &letters["data"][0];
    assert_eq!(
        (&letter["code"], &letter["sentence"]),
        (
            &json!("rejected"),
            &json!("The flow's check `paid` does not hold")
        )
    );
    let run = letter["run"].as_str().expect("a run");
    let choices = app.get(&format!("/api/v1/runs/{run}/choices")).await.json();
    let choices = choices["data"].as_array().expect("choices");
    assert_eq!(choices.len(), 4);
    for choice in choices {
        assert_eq!(choice["version"], 1, "{choice}");
        assert_eq!(choice["steps"][0]["fate"], "first", "{choice}");
    }
    let meanings = app.get("/api/v1/meanings").await.json();
    let codes = meanings["data"].as_array().into_iter().flatten();
    assert!(codes.into_iter().any(|m| m["code"] == letter["code"]));
}

#[tokio::test]
async fn the_money_stands_as_its_rows_do() {
    let app = App::start().await;
    dead(&app, 1..=3).await;
    let standing = app.get("/api/v1/books/standing").await.json();
    let letters = &standing["needs_you"]["dead_letters"];
    assert_eq!(
        (&letters[0]["age"], &letters[0]["count"]),
        (&json!("fresh"), &json!(3)),
        "{standing}"
    );
    for (age, count) in [("fresh", 3), ("week", 0), ("older", 0)] {
        let listed = app.get(&format!("/api/v1/dead-letters?age={age}")).await;
        let listed = listed.json();
        assert_eq!(listed["data"].as_array().map(Vec::len), Some(count));
    }
    app.get("/api/v1/dead-letters?age=old")
        .await
        .problem(400, "wrong_age");
    app.get("/api/v1/books/entries?standing=lost")
        .await
        .problem(400, "wrong_standing");
    for path in ["entries?standing=late&age=week", "deposits?usual=true"] {
        let rows = app.get(&format!("/api/v1/books/{path}")).await.json();
        assert_eq!(rows["data"], json!([]), "{path}");
    }
}
