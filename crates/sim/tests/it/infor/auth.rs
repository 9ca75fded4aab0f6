//! Tokens: grants, refusals, lifetime, budget, rotation, revocation.

use super::{Rig, json_of};
use serde_json::json;

fn without(form: &[(String, String)], names: &[&str]) -> Vec<(String, String)> {
    form.iter()
        .filter(|(name, _)| !names.contains(&name.as_str()))
        .cloned()
        .collect()
}

fn with(form: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut form = without(form, &[name]);
    form.push((name.to_owned(), value.to_owned()));
    form
}

#[tokio::test]
async fn grants_and_their_refusals() {
    let rig = Rig::with(|s| (s.refresh_tokens, s.token_ttl_s) = (true, 7_200)).await;
    let form = rig.password_form();
    let (status, body) = rig.grant(&form).await;
    assert_eq!((status, body["token_type"].as_str()), (200, Some("Bearer")));
    assert_eq!(body["expires_in"], 7_200);

    let refresh = body["refresh_token"].as_str().unwrap();
    let client = without(&form, &["username", "password", "grant_type"]);
    let form_of = |grant: &str| with(&client, "grant_type", grant);
    let refreshing = with(&form_of("refresh_token"), "refresh_token", refresh);
    assert_eq!(rig.grant(&refreshing).await.0, 200);
    assert_eq!(rig.grant(&form_of("client_credentials")).await.0, 200);

    for (form, status, error) in [
        (with(&form, "client_secret", "wrong"), 401, "invalid_client"),
        (
            without(&form, &["client_id", "client_secret"]),
            401,
            "invalid_client",
        ),
        (with(&form, "password", "wrong"), 400, "invalid_grant"),
        (
            with(&form, "grant_type", "implicit"),
            400,
            "unsupported_grant_type",
        ),
        (without(&form, &["grant_type"]), 400, "invalid_request"),
        (
            with(&refreshing, "refresh_token", "wrong"),
            400,
            "invalid_grant",
        ),
    ] {
        let (got, body) = rig.grant(&form).await;
        assert_eq!((got, body["error"].as_str()), (status, Some(error)));
    }
}

#[tokio::test]
async fn the_client_may_use_basic() {
    let rig = Rig::start().await;
    let keys = rig.sim.ionapi();
    let url = format!("{}/SIM_TST/as/token.oauth2", rig.sim.url());
    let request = rig.http.post(url).basic_auth(
        keys["ci"].as_str().unwrap(),
        Some(keys["cs"].as_str().unwrap()),
    );
    let response = request
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_token_dies_of_age_by_hand_and_by_revocation() {
    let mut rig = Rig::with(|s| s.token_ttl_s = 60).await;
    assert_eq!(rig.call("GENERAL/GetUserInfo", &[]).await.status, 200);
    rig.sim.advance(60);
    assert_eq!(rig.call("GENERAL/GetUserInfo", &[]).await.status, 401);
    rig.sign_in().await;
    assert_eq!(rig.admin("token/kill", json!({})).await["killed"], 2);
    assert_eq!(rig.call("GENERAL/GetUserInfo", &[]).await.status, 401);
    rig.sign_in().await;
    let keys = rig.sim.ionapi();
    let url = format!(
        "{}{}",
        keys["pu"].as_str().unwrap(),
        keys["or"].as_str().unwrap()
    );
    let (ci, cs) = (keys["ci"].as_str().unwrap(), keys["cs"].as_str().unwrap());
    let body = format!("token={}", rig.token);
    let revoke = rig.http.post(url).basic_auth(ci, Some(cs)).body(body);
    assert_eq!(revoke.send().await.unwrap().status(), 200);
    assert_eq!(rig.call("GENERAL/GetUserInfo", &[]).await.status, 401);
}

#[tokio::test]
async fn tokens_belong_to_a_tenant() {
    let rig = Rig::start().await;
    let keys = rig.sim.ionapi_of(sim::infor::PRODUCTION, &rig.sim.url());
    let url = format!("{}token.oauth2", keys["pu"].as_str().unwrap());
    let (ci, cs) = (keys["ci"].as_str().unwrap(), keys["cs"].as_str().unwrap());
    let request = rig.http.post(url).basic_auth(ci, Some(cs));
    let response = request
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    let body: serde_json::Value = json_of(response).await;
    let foreign = body["access_token"].as_str().unwrap();
    let url = rig.url("GENERAL/GetUserInfo", &[]);
    let response = rig.http.get(url).bearer_auth(foreign).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn two_secrets_live_during_a_rotation() {
    let rig = Rig::start().await;
    let old = rig.password_form();
    rig.sim.rotate_secrets(true);
    let new = rig.password_form();
    assert_ne!(old, new);
    assert_eq!(
        (rig.grant(&old).await.0, rig.grant(&new).await.0),
        (200, 200)
    );
    rig.sim.retire_old_secrets();
    assert_eq!(
        (rig.grant(&old).await.0, rig.grant(&new).await.0),
        (401, 200)
    );
}

#[tokio::test]
async fn the_days_budget_of_tokens() {
    let rig = Rig::with(|s| s.token_budget = Some(2)).await;
    let form = rig.password_form();
    assert_eq!(rig.grant(&form).await.0, 200);
    assert_eq!(rig.grant(&form).await.0, 429);
    rig.sim.advance(86_400);
    assert_eq!(rig.grant(&form).await.0, 200);
    assert_eq!(rig.sim.tokens_issued(), 3);
}

#[tokio::test]
async fn nothing_secret_is_recorded() {
    let rig = Rig::start().await;
    rig.call("GENERAL/GetUserInfo", &[]).await;
    let keys = rig.sim.ionapi();
    let text =
        serde_json::to_string(&rig.sim.journal().since(0)).unwrap() + &rig.sim.state().to_string();
    for key in ["cs", "saak", "sask"] {
        assert!(!text.contains(keys[key].as_str().unwrap()));
    }
    assert!(!text.contains(&rig.token));
}
