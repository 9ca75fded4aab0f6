//! Every kind of planted fault, and what the journal says that really happened.

use super::Rig;
use serde_json::{Value, json};
use sim::faults::{Action, Fault, Match};

fn plant(rig: &Rig, operation: &str, action: Action) {
    let matcher = Match {
        operation: Some(operation.to_owned()),
        ..Match::default()
    };
    rig.sim.faults().plant(Fault {
        matcher,
        times: Some(1),
        action,
    });
}

/// The last journal entry: status, executed, committed, fault.
fn last(rig: &Rig) -> (u16, bool, bool, Option<String>) {
    let entry = rig.sim.journal().since(0).pop().unwrap();
    (entry.status, entry.executed, entry.committed, entry.fault)
}

async fn staged(rig: &Rig, cuor: &str) -> String {
    let head = [("CUNO", "Y30000"), ("CUOR", cuor)];
    let orno = rig.call("OIS100MI/AddBatchHead", &head).await.get("ORNO");
    let line = [("ORNO", orno.as_str()), ("ITNO", "MUG")];
    rig.call("OIS100MI/AddBatchLine", &line).await.rows();
    orno
}

#[tokio::test]
async fn a_reset_before_and_after_the_commit() {
    let rig = Rig::start().await;
    for (cuor, action, committed) in [
        ("BEFORE", Action::DropBefore, 0),
        ("AFTER", Action::DropAfter, 1),
    ] {
        let orno = staged(&rig, cuor).await;
        plant(&rig, "OIS100MI/Confirm", action);
        let url = rig.url("OIS100MI/Confirm", &[("ORNO", &orno)]);
        assert!(rig.send(&url).await.is_err());
        assert_eq!(rig.count("order", cuor), committed);
        let (_, executed, did, fault) = last(&rig);
        assert_eq!((executed, did), (committed == 1, committed == 1));
        assert!(fault.is_some_and(|f| f.starts_with("drop_")));
        let found = rig
            .call("OIS100MI/GetOrderNo", &[("ORNO", &orno)])
            .await
            .get("ORNR");
        assert_eq!(found.is_empty(), committed == 0);
    }
    let orno = rig.sim.orphan_batch_heads().pop().unwrap();
    rig.call("OIS100MI/Confirm", &[("ORNO", &orno)])
        .await
        .rows();
    assert_eq!(rig.count("order", "BEFORE"), 1);
}

#[tokio::test]
async fn answers_instead_of_execution() {
    let rig = Rig::start().await;
    let call = "GENERAL/GetUserInfo";
    let url = rig.url(call, &[]);
    let headers = [("Retry-After".to_owned(), "3".to_owned())].into();
    let action = Action::Status {
        status: 429,
        code: None,
        message: None,
        headers,
    };
    plant(&rig, call, action);
    let response = rig.send(&url).await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (429, &"3".parse().unwrap())
    );
    for status in [500, 502, 503, 504] {
        plant(
            &rig,
            call,
            serde_json::from_value(json!({"kind": "status", "status": status})).unwrap(),
        );
        assert_eq!(rig.send(&url).await.unwrap().status().as_u16(), status);
        assert_eq!(
            last(&rig),
            (status, false, false, Some("status".to_owned()))
        );
    }
    plant(&rig, call, Action::Html { status: 200 });
    let text = rig.send(&url).await.unwrap().text().await.unwrap();
    assert!(text.starts_with("<!DOCTYPE html>") && !last(&rig).1);
    plant(
        &rig,
        call,
        Action::Redirect {
            location: "https://elsewhere.example/".to_owned(),
        },
    );
    assert_eq!(rig.send(&url).await.unwrap().status(), 302);
    plant(&rig, "auth/token", Action::Html { status: 503 });
    let body = rig
        .http
        .post(format!("{}/SIM_TST/as/token.oauth2", rig.sim.url()));
    assert_eq!(body.send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn spoilt_answers_of_what_was_done() {
    let rig = Rig::start().await;
    plant(&rig, "OIS100MI/AddBatchHead", Action::TruncateBody);
    let url = rig.url(
        "OIS100MI/AddBatchHead",
        &[("CUNO", "Y30000"), ("CUOR", "CUT")],
    );
    let response = rig.send(&url).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(
        last(&rig),
        (200, true, true, Some("truncate_body".to_owned()))
    );
    plant(
        &rig,
        "OIS100MI/AddBatchHead",
        Action::HtmlAfter { status: 500 },
    );
    assert_eq!(rig.send(&url).await.unwrap().status(), 500);
    assert_eq!(rig.sim.orphan_batch_heads().len(), 2);
    plant(&rig, "OIS100MI/AddBatchHead", Action::DelayMs { ms: 1 });
    assert_eq!(rig.send(&url).await.unwrap().status(), 200);
    assert_eq!(last(&rig).3.as_deref(), Some("delay_ms"));
}

#[tokio::test]
async fn a_token_dies_between_two_calls() {
    let mut rig = Rig::start().await;
    let orno = staged(&rig, "R1").await;
    plant(&rig, "OIS100MI/Confirm", Action::KillToken);
    let confirm = [("ORNO", orno.as_str())];
    assert_eq!(rig.call("OIS100MI/Confirm", &confirm).await.status, 401);
    assert!(!last(&rig).1);
    rig.sign_in().await;
    rig.call("OIS100MI/Confirm", &confirm).await.rows();
    assert_eq!(rig.count("order", "R1"), 1);
}

#[tokio::test]
async fn a_bulk_call_breaks_off_where_the_fault_is() {
    let rig = Rig::start().await;
    let heads = |n: u32| -> Vec<Value> {
        (0..3)
            .map(|i| {
                json!({"transaction": "AddBatchHead",
                "record": {"CUNO": "Y30000", "CUOR": format!("B{n}-{i}")}})
            })
            .collect()
    };
    for (n, action, committed) in [(0, Action::DropBefore, 1), (1, Action::DropAfter, 2)] {
        let matcher = Match {
            operation: Some("OIS100MI/AddBatchHead".to_owned()),
            skip: 1,
            ..Match::default()
        };
        rig.sim.faults().clear();
        rig.sim.faults().plant(Fault {
            matcher,
            times: Some(1),
            action,
        });
        let body = json!({"program": "OIS100MI", "transactions": heads(n)});
        assert!(rig.bulk_raw(body.to_string()).await.is_err());
        let entries = rig.sim.journal().since(0);
        let own = &entries[entries.len() - 3..];
        assert!(own.iter().all(|e| e.request == own[0].request));
        let done = own.iter().filter(|e| e.committed).count();
        assert_eq!(done, committed);
        assert_eq!(own.iter().filter(|e| e.fault.is_some()).count(), 1);
    }
}

#[tokio::test]
async fn faults_and_reset_over_the_admin_surface() {
    let rig = Rig::start().await;
    let fault = json!({"match": {"operation": "GENERAL/*", "path": "/SIM_TST/*"}, "times": 2,
        "action": {"kind": "status", "status": 500}});
    rig.admin("faults", fault).await;
    let statuses = [
        rig.call("GENERAL/GetUserInfo", &[]).await.status,
        rig.call("GENERAL/GetServerTime", &[]).await.status,
        rig.call("GENERAL/GetUserInfo", &[]).await.status,
    ];
    assert_eq!(statuses, [500, 500, 200]);
    rig.order("Y30000", "R1", "EUR", &[("MUG", "1", "10")])
        .await;
    rig.admin("settings", json!({"nok_status": 400})).await;
    let get = async |path: &str| -> Value {
        let url = format!("{}/__sim/{path}", rig.sim.url());
        rig.json(&url).await
    };
    assert_eq!(get("settings").await["nok_status"], 400);
    let state = get("state").await;
    assert_eq!(state["orders"][0]["cuor"], "R1");
    assert_eq!(
        state["postings"][0],
        json!({"kind": "order", "reference": "R1", "count": 1})
    );
    let entries = get("journal?since=1").await;
    assert_eq!(entries["entries"][0]["operation"], "GENERAL/GetUserInfo");
    assert_eq!(get("ionapi?base=http://x").await["iu"], "http://x");
    rig.admin("reset", json!({})).await;
    assert!(rig.sim.orders().is_empty() && rig.sim.journal().since(0).is_empty());
    assert_eq!(get("settings").await["nok_status"], 200);
}
