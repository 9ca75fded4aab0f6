//! Lookup tables by the API: rows, definitions, files, rules, and what is missing.

use crate::app::{App, charge};
use serde_json::{Value, json};

#[tokio::test]
async fn lookup_rows_are_stored_read_and_taken_out() {
    let app = App::start().await;
    let rows = json!({"rows": [
        {"key": "prod_1", "value": "ITEM1"},
        {"key": "prod_2", "value": {"item": "ITEM2", "unit": "PCS"}},
        {"key": "later", "value": 1, "valid_from": "2027-01-01T00:00:00Z"},
    ]});
    let put = app.put("/api/v1/lookups/items", &rows).await;
    assert_eq!(put.json(), json!({"changed": 3}), "{}", put.text);
    let read = app.get("/api/v1/lookups/items").await.json();
    let keys: Vec<&Value> = read["data"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| &r["key"])
        .collect();
    assert_eq!(json!(keys), json!(["prod_1", "prod_2"]));
    assert_eq!(
        read["data"][1]["value"],
        json!({"item": "ITEM2", "unit": "PCS"})
    );
    let same = json!({"rows": [{"key": "prod_1", "value": "ITEM1"}]});
    assert_eq!(
        app.put("/api/v1/lookups/items", &same).await.json(),
        json!({"changed": 0})
    );
    let out = json!({"rows": [{"key": "prod_1"}]});
    assert_eq!(
        app.put("/api/v1/lookups/items", &out).await.json(),
        json!({"changed": 1})
    );
    let read = app.get("/api/v1/lookups/items").await.json();
    assert_eq!(read["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        app.get("/api/v1/lookups").await.json()["data"][0]["name"],
        "items"
    );
    let wrong = json!({"rows": [
        {"key": "x", "value": 1, "valid_from": "tomorrow"},
        {"key": "", "value": 1},
        {"key": "good", "value": 1},
    ]});
    let reply = app.put("/api/v1/lookups/items", &wrong).await;
    let problems = reply.problem(400, "wrong_document")["problems"].clone();
    let paths: Vec<&Value> = problems
        .as_array()
        .expect("all")
        .iter()
        .map(|p| &p["path"])
        .collect();
    assert_eq!(json!(paths), json!(["rows[0].valid_from", "rows[1].key"]));
    let read = app.get("/api/v1/lookups/items").await.json();
    assert_eq!(
        read["data"].as_array().map(Vec::len),
        Some(1),
        "none was stored"
    );
}

/// What a table of rules for accounts is.
fn accounts() -> Value {
    json!({
        "kind": "rules",
        "description": "Where sales are booked",
        "conditions": [{"name": "product"}, {"name": "plan"}],
        "columns": [{"name": "account", "required": true, "max_length": 6}],
    })
}

#[tokio::test]
async fn a_definition_is_shown_as_it_was_put_and_rows_must_fit_it() {
    let app = App::start().await;
    let definition = json!({
        "keys": [{"name": "product", "max_length": 8}, {"name": "plan"}],
        "columns": [
            {"name": "account", "required": true},
            {"name": "rate", "type": "decimal"},
            {"name": "kind", "type": "code", "codes": ["goods", "service"]},
        ],
    });
    let put = app
        .put("/api/v1/lookups/terms/definition", &definition)
        .await;
    assert_eq!(put.json()["revision"], 1, "{}", put.text);
    let shown = app.get("/api/v1/lookups/terms/definition").await.json();
    assert_eq!(shown["definition"]["columns"][1]["type"], "decimal");
    assert_eq!(shown["definition"]["kind"], "rows");
    let rows = json!({"rows": [
        {"key": ["prod_1", "team"], "value": {"account": "3000", "rate": "0.50"}},
        {"key": ["prod_1", "solo"], "value": {"account": "3001", "kind": "goods"},
            "valid_from": "2026-01-01", "valid_to": "2026-06-30"},
    ]});
    let put = app.put("/api/v1/lookups/terms", &rows).await;
    assert_eq!(put.json(), json!({"changed": 3}), "{}", put.text);
    let on = |day: &str| format!("/api/v1/lookups/terms?at={day}");
    let read = app.get(&on("2026-06-30")).await.json();
    assert_eq!(read["data"][0]["key"], json!(["prod_1", "solo"]));
    assert_eq!(read["data"][0]["valid_from"], "2026-01-01");
    assert_eq!(
        read["data"][1]["value"],
        json!({"account": "3000", "rate": "0.50"})
    );
    assert_eq!(read["data"][1].get("valid_from"), None);
    let read = app.get(&on("2026-07-01")).await.json();
    assert_eq!(read["data"].as_array().map(Vec::len), Some(1));
    app.get(&on("1.7.2026")).await.problem(400, "wrong_day");
    let wrong = json!({"rows": [
        {"key": ["prod_1"], "value": {"account": "1"}},
        {"key": ["prod_1", "pro"], "value": {"account": "1", "rate": 0.5, "kind": "good"}},
    ]});
    let problem = app.put("/api/v1/lookups/terms", &wrong).await;
    let problem = problem.problem(400, "wrong_document");
    let paths: Vec<&Value> = problem["problems"]
        .as_array()
        .expect("all")
        .iter()
        .map(|p| &p["path"])
        .collect();
    assert_eq!(
        json!(paths),
        json!(["rows[0].key", "rows[1].rate", "rows[1].kind"])
    );
    let none = json!({"columns": []});
    let problem = app.put("/api/v1/lookups/none/definition", &none).await;
    assert!(problem.problem(400, "wrong_document")["problems"].is_array());
    app.get("/api/v1/lookups/none")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_row_has_a_history_and_an_end() {
    let app = App::start().await;
    for value in ["A", "B"] {
        let rows = json!({"rows": [{"key": "x", "value": value}]});
        app.put("/api/v1/lookups/items", &rows).await;
    }
    let end = json!({"key": "x", "from": "2026-12-01"});
    let ended = app.post("/api/v1/lookups/items/end", &end).await.json();
    assert_eq!(ended, json!({"changed": 1}));
    app.post("/api/v1/lookups/items/end", &end)
        .await
        .problem(404, "not_found");
    let history = app.get("/api/v1/lookups/items/history?key=x").await.json();
    let told: Vec<_> = history["data"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|v| json!([v["valid_from"], v["version"], v["value"], v["changed_by"]]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["2026-12-01", 1, null, "api"],
            [null, 2, "B", "api"],
            [null, 1, "A", "api"]
        ])
    );
    app.get("/api/v1/lookups/items/history?key=y")
        .await
        .problem(404, "not_found");
    let tables = app.get("/api/v1/lookups").await.json();
    assert_eq!(tables["data"][0]["revision"], 3);
}

#[tokio::test]
async fn a_file_says_first_what_it_would_change() {
    let app = App::start().await;
    app.put("/api/v1/lookups/gl/definition", &accounts()).await;
    let file = "\u{feff}rule;priority;product;plan;account;valid_from;valid_to\r\n\
        default;;;;003999;;\r\n\
        mugs;5;mug_*;;3000;2026-01-01;\r\n";
    let dry = app
        .post_csv("/api/v1/lookups/gl/import?dry_run=true", file)
        .await
        .json();
    assert_eq!(
        (&dry["added"], &dry["dry_run"]),
        (&json!(2), &json!(true)),
        "{dry}"
    );
    assert_eq!(dry["changes"][0]["after"], json!({"account": "003999"}));
    assert_eq!(
        app.get("/api/v1/lookups/gl").await.json()["data"],
        json!([])
    );
    let done = app.post_csv("/api/v1/lookups/gl/import", file).await.json();
    assert_eq!((&done["added"], &done["unchanged"]), (&json!(2), &json!(0)));
    let exported = app
        .get("/api/v1/lookups/gl/export?delimiter=semicolon")
        .await;
    assert_eq!(exported.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        exported.text,
        file.replace('\r', "").trim_start_matches('\u{feff}')
    );
    let same = app
        .post_csv("/api/v1/lookups/gl/import", &exported.text)
        .await
        .json();
    assert_eq!((&same["added"], &same["unchanged"]), (&json!(0), &json!(2)));
    let wrong = file.replace("3000", "3000000").replace("mug_*", "m*g");
    let problem = app.post_csv("/api/v1/lookups/gl/import", &wrong).await;
    let problems = problem.problem(400, "wrong_document")["problems"].clone();
    assert_eq!(problems[0]["path"], "line 3, column product");
    assert_eq!(problems[1]["path"], "line 3, column account");
    app.post_csv("/api/v1/lookups/gl/import", &"x".repeat(3 << 20))
        .await
        .problem(413, "wrong_body");
    app.post_csv("/api/v1/lookups/none/import", "a,b\n")
        .await
        .problem(404, "not_found");
    app.put(
        "/api/v1/lookups/free",
        &json!({"rows": [{"key": "x", "value": 1}]}),
    )
    .await;
    let free = app
        .get("/api/v1/lookups/free/export")
        .await
        .problem(409, "conflict");
    assert!(
        free["detail"]
            .as_str()
            .is_some_and(|d| d.contains("define it first"))
    );
}

#[tokio::test]
async fn a_derivation_is_explained() {
    let app = App::start().await;
    app.put("/api/v1/lookups/gl/definition", &accounts()).await;
    let rows = json!({"rows": [
        {"key": "mugs", "value": {"product": "mug_*", "priority": 5, "account": "3000"}},
        {"key": "team", "value": {"product": "mug_*", "plan": "team", "account": "3010"},
            "valid_from": "2026-06-01"},
    ]});
    app.put("/api/v1/lookups/gl", &rows).await;
    let ask = |product: &str, at: Value| {
        let body = json!({"attributes": {"product": product, "plan": "team"}, "at": at});
        let app = &app;
        async move { app.post("/api/v1/lookups/gl/derive", &body).await.json() }
    };
    let now = ask("mug_1", Value::Null).await;
    assert_eq!(
        (&now["rule"], &now["at"]),
        (&json!("team"), &json!("2026-11-24"))
    );
    assert_eq!(now["value"], json!({"account": "3010"}));
    assert_eq!(now["why"][1], "plan is `team`, as `team` asks");
    assert_eq!(
        now["near"][0]["reasons"][0],
        "it holds too, with the later priority 5"
    );
    let before = ask("mug_1", json!("2026-05-31")).await;
    assert_eq!(before["rule"], "mugs");
    assert_eq!(
        before["near"][0]["reasons"][0],
        "it is valid from 2026-06-01 on"
    );
    let nothing = ask("cup", Value::Null).await;
    assert_eq!(nothing.get("rule"), None);
    assert!(
        nothing["nothing"]
            .as_str()
            .is_some_and(|n| n.contains("product `cup`"))
    );
    let wrong = json!({"attributes": {"product": "x"}});
    app.post("/api/v1/lookups/gl/derive", &wrong)
        .await
        .problem(400, "wrong_attributes");
}

#[tokio::test]
async fn a_missing_row_is_put_and_what_missed_it_is_worked_again() {
    let app = App::with_flow(
        r"schema: 1
flow: note-charges
title: Note charges
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: noted
    set:
      text: =lookup('texts', charge.currency)
",
    )
    .await;
    for n in 1..=3 {
        app.deliver(&charge(n, true)).await;
    }
    app.engine.settled().await;
    let letters = app.get("/api/v1/dead-letters").await.json();
    assert_eq!(letters["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        letters["data"][0]["missing_row"],
        json!({"table": "texts", "key": "usd"})
    );
    let message = letters["data"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("has no row `usd` on 2026-11-24"),
        "{message}"
    );
    let other = json!({"rows": [{"key": "eur", "value": "Euro"}], "replay_missing": true});
    let put = app.put("/api/v1/lookups/texts", &other).await.json();
    assert_eq!(put["replayed"]["replayed"], 0);
    assert_eq!(put["replayed"]["still_missing"], 3);
    let row = json!({"rows": [{"key": "usd", "value": "Dollar"}], "replay_missing": true});
    let put = app.put("/api/v1/lookups/texts", &row).await.json();
    assert_eq!(put["replayed"]["replayed"], 3, "{put}");
    app.engine.settled().await;
    assert_eq!(
        app.get("/api/v1/dead-letters").await.json()["data"],
        json!([])
    );
    let run = put["replayed"]["runs"][0].as_str().expect("a run");
    let shown = app.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_eq!(shown["state"], "done");
    assert_eq!(
        shown["lookups"],
        json!({"tables": {"texts": 2}, "rows": [
            {"table": "texts", "key": "usd", "at": "2026-11-24", "version": 1}], "rules": []})
    );
    let again = app
        .post("/api/v1/lookups/texts/replay-missing", &json!({}))
        .await
        .json();
    assert_eq!(
        again,
        json!({"replayed": 0, "runs": [], "still_missing": 0, "more": false})
    );
}
