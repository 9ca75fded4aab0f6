//! Who signs in, as what, and what each may do.

use crate::app::{App, Reply};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "correct horse battery";

/// Somebody who has signed in, in a browser.
pub struct Browser {
    cookie: String,
    csrf: String,
    pub account: String,
}

impl Browser {
    /// From the answer of a call that signs in.
    pub fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text);
        let set = reply.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        let body = reply.json();
        Self {
            cookie: set.split(';').next().unwrap_or_default().to_owned(),
            csrf: body["csrf"].as_str().expect("a text").to_owned(),
            account: body["account"]["id"].as_str().expect("an id").to_owned(),
        }
    }

    pub async fn get(&self, app: &App, path: &str) -> Reply {
        app.ask("GET", path, &[("cookie", &self.cookie)]).await
    }

    pub async fn send(&self, app: &App, method: &str, path: &str, body: &Value) -> Reply {
        self.send_with(app, method, path, &[], body).await
    }

    pub async fn send_with(
        &self,
        app: &App,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        let own = [
            ("cookie", self.cookie.as_str()),
            ("x-towpath-csrf", self.csrf.as_str()),
        ];
        let headers = [&own[..], headers].concat();
        app.send_as(method, path, &headers, body).await
    }

    /// Makes an account of a role; answers with its browser.
    pub async fn invite(&self, app: &App, name: &str, role: &str) -> Self {
        let email = format!("{}@example.com", name.to_lowercase());
        let body = json!({"name": name, "email": email, "role": role, "password": PASSWORD});
        let made = self.send(app, "POST", "/api/v1/accounts", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        Self::of(&sign_in(app, &email, PASSWORD).await)
    }
}

pub async fn sign_in(app: &App, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password});
    app.send_as("POST", "/api/v1/session", &[], &body).await
}

/// Makes the first administrator.
pub async fn first(app: &App) -> Browser {
    let body = json!({"name": "Ada", "email": "Ada@example.com", "password": PASSWORD});
    Browser::of(
        &app.send_as("POST", "/api/v1/session/first_admin", &[], &body)
            .await,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_closes_the_open_door() {
    let app = App::start().await;
    let open = app.get("/api/v1/session").await.json();
    assert_eq!(
        open,
        json!({"account": null, "csrf": null, "first_run": true, "mode": "open"})
    );
    let mut body = json!({"name": "Ada", "email": "Ada@example.com", "password": "short"});
    let refused = app
        .send_as("POST", "/api/v1/session/first_admin", &[], &body)
        .await;
    let problem = refused.problem(400, "wrong_document");
    assert_eq!(problem["problems"][0]["path"], "password", "{problem}");
    body["password"] = json!(PASSWORD);
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let path = "/api/v1/session/first_admin";
    app.send_as("POST", path, &elsewhere, &body)
        .await
        .problem(403, "forbidden");
    let ada = first(&app).await;

    app.get("/api/v1/flows").await.problem(401, "unauthorized");
    assert_eq!(ada.get(&app, "/api/v1/flows").await.status, 200);
    let again = app.send_as("POST", path, &[], &body).await;
    again.problem(409, "conflict");
    let own = ada.get(&app, "/api/v1/session").await.json();
    assert_eq!(
        (&own["mode"], &own["first_run"]),
        (&json!("sign_in"), &json!(false))
    );
    assert_eq!(own["account"]["role"], "admin");
    assert_eq!(own["account"]["email"], "ada@example.com");

    // What changes something shows that it comes from our own page.
    let rules = json!({"second_person": {"publish": false, "deploy_live": false}});
    let bare = [("cookie", ada.cookie.as_str()), ("if-match", "\"1\"")];
    let refused = app.send_as("PUT", "/api/v1/rules", &bare, &rules).await;
    refused.problem(403, "forbidden");
    let done = ada.send_with(
        &app,
        "PUT",
        "/api/v1/rules",
        &[("if-match", "\"1\"")],
        &rules,
    );
    assert_eq!(done.await.status, 200);

    // Unused for half a day, a session is over; so it is when its owner signs out.
    let other = Browser::of(&sign_in(&app, "ADA@example.com", PASSWORD).await);
    app.engine.clock().advance(Duration::from_secs(11 * 3_600));
    assert_eq!(other.get(&app, "/api/v1/flows").await.status, 200);
    app.engine.clock().advance(Duration::from_secs(11 * 3_600));
    assert_eq!(other.get(&app, "/api/v1/flows").await.status, 200);
    ada.get(&app, "/api/v1/flows")
        .await
        .problem(401, "unauthorized");
    let out = other
        .send(&app, "DELETE", "/api/v1/session", &json!({}))
        .await;
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
    other
        .get(&app, "/api/v1/flows")
        .await
        .problem(401, "unauthorized");
}

#[tokio::test]
async fn a_session_tells_its_end_and_is_extended() {
    let app = App::start().await;
    let ada = first(&app).await;
    let ends = async || ada.get(&app, "/api/v1/session").await.json()["ends_in_seconds"].clone();
    assert_eq!(ends().await, 12 * 3_600, "nobody uses it from now on");
    for _ in 0..15 {
        app.engine.clock().advance(Duration::from_secs(11 * 3_600));
        ends().await;
    }
    assert_eq!(ends().await, (7 * 24 - 15 * 11) * 3_600, "its age ends it");
    let extended = ada
        .send(&app, "POST", "/api/v1/session/extend", &json!({}))
        .await;
    assert!(extended.header("set-cookie").contains("Max-Age=604800"));
    Browser::of(&extended);
    assert_eq!(ends().await, 12 * 3_600);
    app.engine.clock().advance(Duration::from_secs(10 * 3_600));
    assert_eq!(ends().await, 12 * 3_600, "it goes on beyond its first end");
    let nobody = app.post("/api/v1/session/extend", &json!({})).await;
    nobody.problem(401, "unauthorized");
    // Without what shows that it comes from our own pages, nothing is extended.
    let cookie = [("cookie", ada.cookie.as_str())];
    let elsewhere = app
        .send_as("POST", "/api/v1/session/extend", &cookie, &json!({}))
        .await;
    elsewhere.problem(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_password_gets_slow() {
    let app = App::start().await;
    first(&app).await;
    for _ in 0..5 {
        let wrong = sign_in(&app, "ada@example.com", "wrong horse battery").await;
        wrong.problem(401, "unauthorized");
    }
    let blocked = sign_in(&app, "ada@example.com", PASSWORD).await;
    blocked.problem(429, "too_many_attempts");
    assert_eq!(blocked.header("retry-after"), "2");
    // Nobody learns who has an account.
    sign_in(&app, "nobody@example.com", PASSWORD)
        .await
        .problem(401, "unauthorized");
    app.engine.clock().advance(Duration::from_secs(1));
    Browser::of(&sign_in(&app, "ada@example.com", PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_may_what_its_row_says() {
    let app = App::start().await;
    let ada = first(&app).await;
    let vic = ada.invite(&app, "Vic", "viewer").await;
    let oli = ada.invite(&app, "Oli", "operator").await;
    let replay = "/api/v1/runs/run_0000000000009/replay";
    assert_eq!(vic.get(&app, "/api/v1/runs").await.status, 200);
    let refused = vic.send(&app, "POST", replay, &json!({})).await;
    let problem = refused.problem(403, "forbidden");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|d| d.contains("`operator`")),
        "{problem}"
    );
    oli.send(&app, "POST", replay, &json!({}))
        .await
        .problem(404, "not_found");
    for browser in [&vic, &oli] {
        browser
            .get(&app, "/api/v1/accounts")
            .await
            .problem(403, "forbidden");
        let table = json!({"rows": []});
        let put = browser.send(&app, "PUT", "/api/v1/lookups/x", &table).await;
        put.problem(403, "forbidden");
    }

    // A token may what its role says, and never more than its account.
    let token = json!({"name": "nightly", "role": "operator", "expires_in_days": 1});
    let more = vic.send(&app, "POST", "/api/v1/tokens", &token).await;
    more.problem(403, "forbidden");
    let made = oli.send(&app, "POST", "/api/v1/tokens", &token).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let bearer = format!("Bearer {}", made["token"].as_str().expect("a text"));
    let shown = [("authorization", bearer.as_str())];
    assert_eq!(app.ask("GET", "/api/v1/runs", &shown).await.status, 200);
    let role = format!("/api/v1/accounts/{}", oli.account);
    let less = json!({"role": "viewer"});
    let stale = ada.send_with(&app, "PATCH", &role, &[("if-match", "\"7\"")], &less);
    stale.await.problem(412, "changed_meanwhile");
    let bare = ada.send(&app, "PATCH", &role, &less).await;
    bare.problem(428, "precondition_required");
    let done = ada.send_with(&app, "PATCH", &role, &[("if-match", "\"1\"")], &less);
    assert_eq!(done.await.header("etag"), "\"2\"");
    let refused = app.send_as("POST", replay, &shown, &json!({})).await;
    refused.problem(403, "forbidden");
    app.engine.clock().advance(Duration::from_secs(24 * 3_600));
    let late = app.ask("GET", "/api/v1/runs", &shown).await;
    late.problem(401, "unauthorized");

    // The last administrator stays one; who is disabled is out at once.
    let ada = Browser::of(&sign_in(&app, "ada@example.com", PASSWORD).await);
    let oli = Browser::of(&sign_in(&app, "oli@example.com", PASSWORD).await);
    let own = format!("/api/v1/accounts/{}", ada.account);
    let last = ada.send_with(&app, "PATCH", &own, &[("if-match", "\"1\"")], &less);
    last.await.problem(409, "conflict");
    let disabled = json!({"disabled": true});
    let done = ada.send_with(&app, "PATCH", &role, &[("if-match", "\"2\"")], &disabled);
    assert_eq!(done.await.status, 200);
    oli.get(&app, "/api/v1/runs")
        .await
        .problem(401, "unauthorized");
    sign_in(&app, "oli@example.com", PASSWORD)
        .await
        .problem(401, "unauthorized");

    // Who finds an open browser does not take the account over.
    let change = json!({"password": "another long password"});
    let alone = ada.send_with(&app, "PATCH", &own, &[("if-match", "\"1\"")], &change);
    alone.await.problem(403, "forbidden");
    let change = json!({"password": "another long password", "current_password": PASSWORD});
    let done = ada.send_with(&app, "PATCH", &own, &[("if-match", "\"1\"")], &change);
    assert_eq!(done.await.status, 200);
    ada.get(&app, "/api/v1/runs")
        .await
        .problem(401, "unauthorized");
    let ada = Browser::of(&sign_in(&app, "ada@example.com", "another long password").await);

    let trail = ada.get(&app, "/api/v1/audit?limit=200").await.json();
    let acts: Vec<String> = trail["data"]
        .as_array()
        .expect("rows")
        .iter()
        .rev()
        .filter(|row| row["who"] != "configuration")
        .map(|row| format!("{} {} {}", row["who"], row["action"], row["detail"]).replace('"', ""))
        .collect();
    let expected = [
        "Ada account.create Ada <ada@example.com>, admin",
        "Ada account.create Vic <vic@example.com>, viewer",
        "Ada account.create Oli <oli@example.com>, operator",
        "Oli token.create nightly of Oli, operator",
        "Ada account.change role: operator → viewer",
        "Ada account.change it is: enabled → disabled",
        "Ada account.change password",
    ];
    assert_eq!(acts, expected);
    assert!(!trail.to_string().contains("argon2"));
    let verified = ada
        .send(&app, "POST", "/api/v1/audit/verify", &json!({}))
        .await;
    let verified = verified.json();
    assert_eq!(verified["ok"], true, "{verified}");
    let kept = json!({"kept": verified["head"]});
    let again = ada.send(&app, "POST", "/api/v1/audit/verify", &kept).await;
    assert_eq!(again.json()["ok"], true);
    let id = verified["checked"].as_i64().expect("a number");
    let forged = json!({"kept": format!("{id}:{}", "0".repeat(64))});
    let forged = ada
        .send(&app, "POST", "/api/v1/audit/verify", &forged)
        .await;
    assert_eq!(forged.json()["first_broken"]["id"], id, "{}", forged.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_door_is_not_open_the_setup_code_makes_the_first_account() {
    let app = App::with_token(Some("sesame")).await;
    let path = "/api/v1/session/first_admin";
    let mut body = json!({"name": "Ada", "email": "ada@example.com", "password": PASSWORD});
    let session = app.ask("GET", "/api/v1/session", &[]).await.json();
    assert_eq!(
        (&session["mode"], &session["first_run"]),
        (&json!("sign_in"), &json!(true))
    );
    app.send_as("POST", path, &[], &body)
        .await
        .problem(403, "forbidden");
    body["setup_code"] = json!("AAAA-AAAA-AAAA-AAAA");
    app.send_as("POST", path, &[], &body)
        .await
        .problem(403, "forbidden");
    let code = app
        .server
        .setup_code()
        .expect("there are no accounts")
        .expose();
    body["setup_code"] = json!(code.to_lowercase());
    Browser::of(&app.send_as("POST", path, &[], &body).await);
    // The configured token keeps its right.
    assert_eq!(app.get("/api/v1/accounts").await.status, 200);
}
