//! What answers mean: refusals in every shape, lost answers, limits.

use crate::sandbox::{Sandbox, mi, send};
use connector::http::{Reply, Request};
use connector_infor::m3::error::{self, Asked};
use connector_infor::m3::request::MiRequest;
use model::{FaultClass, Secret};
use serde_json::{Value, json};
use sim::faults::Action;
use sim::infor::{Quota, Settings, Spike};
use std::time::Duration;

const HEAD: [(&str, &str); 3] = [("CUNO", "NOBODY"), ("ORTP", "C01"), ("FACI", "100")];

#[tokio::test]
async fn a_refusal_reads_the_same_in_200_and_400_padded_or_not() {
    for (status, padded) in [(200, true), (200, false), (400, true), (400, false)] {
        let switches = Settings {
            nok_status: status,
            padded_messages: padded,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(switches, json!({})).await;
        let fault = sandbox
            .run("OIS100MI", "AddBatchHead", &HEAD)
            .await
            .unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected);
        assert_eq!(fault.message, "Customer number is invalid");
        assert_eq!(fault.code.as_deref(), Some("XIM0002"));
        assert_eq!(fault.field.as_deref(), Some("CUNO"));
        assert_eq!(fault.status, Some(status));
        assert_eq!(sandbox.seen("OIS100MI/AddBatchHead").len(), 1, "no retry");
    }
}

#[tokio::test]
async fn what_was_rejected_before_execution_carries_its_kind() {
    let sandbox = Sandbox::start().await;
    let missing = sandbox
        .run("OIS100MI", "AddBatchHead", &[("ORTP", "C01")])
        .await;
    let unknown = sandbox.run("OIS100MI", "GetNothing", &[]).await;
    for (result, code) in [
        (missing, "MandatoryInputFieldNotFound"),
        (unknown, "TransactionNotFound"),
    ] {
        let fault = result.unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected);
        assert_eq!(fault.code.as_deref(), Some(code));
        assert!(!fault.message.contains("400"), "{fault}");
    }
}

#[tokio::test]
async fn a_missing_authority_is_a_refusal_not_a_bad_credential() {
    let sandbox = Sandbox::start().await;
    sandbox.infor.set(|s| {
        s.denied.insert("OIS350MI".into());
    });
    let fault = sandbox
        .run("OIS350MI", "LstInvHead", &[("YEA4", "2026")])
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Rejected);
    assert_eq!(fault.code.as_deref(), Some("XAU0008"));
    assert_eq!(sandbox.infor.tokens_issued(), 1);
}

/// The answer of the older API, which the session does not speak, read by our parser.
async fn v1(sandbox: &Sandbox, path: &str) -> Reply {
    let file = sandbox.infor.ionapi();
    let get = |key: &str| file[key].as_str().unwrap().to_owned();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        get("ci"),
        get("cs")
    );
    let url = format!("{}{}", get("pu"), get("ot"));
    let mut request = Request {
        method: "POST",
        url: &url,
        headers: Vec::new(),
        authorization: None,
        body: Some(("application/x-www-form-urlencoded", form.into())),
        timeout: Duration::from_secs(30),
    };
    let reply = sandbox.http.send(request).await.unwrap();
    let token: Value = serde_json::from_slice(&reply.body).unwrap();
    let url = format!("{}/SIM_TST/M3/m3api-rest/execute/{path}", get("iu"));
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    request = Request {
        method: "GET",
        url: &url,
        headers: Vec::new(),
        authorization: Some(Secret::new(bearer)),
        body: None,
        timeout: Duration::from_secs(30),
    };
    sandbox.http.send(request).await.unwrap()
}

#[tokio::test]
async fn a_list_of_the_older_api_that_broke_off_is_no_list() {
    let sandbox = Sandbox::start().await;
    let asked = Asked {
        count: 1,
        max_records: 500,
        options_in_query: false,
    };
    let whole = v1(&sandbox, "MMS200MI/LstItmByItm").await;
    let whole = error::read(&whole, asked).unwrap();
    assert!(whole.rows(0).unwrap().len() > 7);
    assert!(!whole.field(0, "ITNO").unwrap().is_empty());
    sandbox.infor.set(|s| s.v1_partial_after = Some(7));
    let partial = v1(&sandbox, "MMS200MI/LstItmByItm").await;
    let fault = error::read(&partial, asked).unwrap_err();
    assert_eq!(fault.class, FaultClass::Rejected);
    assert_eq!(fault.code.as_deref(), Some("CPF9898"));
    assert_eq!(fault.message, "The list was interrupted");
    let refused = v1(
        &sandbox,
        "OIS100MI/AddBatchHead?CUNO=NOBODY&ORTP=C01&FACI=100",
    )
    .await;
    let fault = error::read(&refused, asked).unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("XIM0002"));
    assert_eq!(fault.field.as_deref(), Some("CUNO"));
}

#[tokio::test]
async fn each_element_of_a_bulk_call_has_its_own_outcome() {
    let sandbox = Sandbox::start().await;
    let get = |cuno| mi("GetBasicData", &[("CUNO", cuno)]).columns(&["CUNO", "CUNM"]);
    let request = MiRequest::bulk(
        "CRS610MI",
        vec![get("Y30000"), get("NOBODY"), get("Y30001")],
    );
    let reply = send(&*sandbox.session, request).await.unwrap();
    assert_eq!(reply.field(0, "CUNM").unwrap(), "Ada Example");
    assert_eq!(reply.outcome(1).unwrap_err().class, FaultClass::Rejected);
    assert_eq!(reply.field(2, "CUNO").unwrap(), "Y30001");
    assert_eq!(
        reply.outcomes[0].records[0].len(),
        2,
        "only the columns asked for"
    );
}

#[tokio::test]
async fn answers_that_cannot_be_trusted_are_unknown() {
    let actions = [
        Action::DropBefore,
        Action::DropAfter,
        Action::TruncateBody,
        Action::Html { status: 200 },
        Action::HtmlAfter { status: 502 },
        Action::Redirect {
            location: "http://127.0.0.1:9/elsewhere".into(),
        },
    ];
    for action in actions {
        let sandbox = Sandbox::start().await;
        sandbox.plant("OIS100MI/AddBatchHead", 1, action.clone());
        let head = [("CUNO", "Y30000"), ("ORTP", "C01"), ("FACI", "100")];
        let fault = sandbox
            .run("OIS100MI", "AddBatchHead", &head)
            .await
            .unwrap_err();
        assert_eq!(fault.class, FaultClass::Unknown, "{action:?}: {fault}");
        let sent = sandbox.seen("OIS100MI/AddBatchHead").len();
        assert_eq!(sent, 1, "{action:?}: not repeated, not followed");
    }
    for status in [500, 503] {
        let sandbox = Sandbox::start().await;
        let action = Action::Status {
            status,
            code: None,
            message: None,
            headers: [].into(),
        };
        sandbox.plant("OIS100MI/Confirm", 1, action);
        let fault = sandbox
            .run("OIS100MI", "Confirm", &[("ORNO", "9")])
            .await
            .unwrap_err();
        assert_eq!(
            (fault.class, fault.status),
            (FaultClass::Unknown, Some(status))
        );
    }
}

#[tokio::test]
async fn too_many_requests_are_refused_with_the_time_to_wait() {
    let switches = Settings {
        spike: Some(Spike {
            max: 20,
            period_s: 60,
            retry_after: true,
        }),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(switches, json!({})).await;
    let (mut done, mut waits) = (0, 0);
    while done < 100 {
        match sandbox.run("GENERAL", "GetServerTime", &[]).await {
            Ok(_) => done += 1,
            Err(fault) => {
                assert_eq!(fault.class, FaultClass::RateLimited);
                sandbox.pass(fault.retry_after.unwrap());
                waits += 1;
            }
        }
    }
    assert_eq!(waits, 4, "as often as the limit of 20 needs");
    assert_eq!(sandbox.infor.tokens_issued(), 1);
}

#[tokio::test]
async fn a_quota_that_answers_403_costs_no_tokens() {
    let switches = Settings {
        quota: Some(Quota {
            allow: 1,
            interval_s: 3_600,
            status: 403,
        }),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(switches, json!({})).await;
    sandbox.session.check().await.unwrap();
    for _ in 0..10 {
        let fault = sandbox.session.check().await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Unauthorized);
    }
    assert_eq!(sandbox.infor.tokens_issued(), 1);
    sandbox.pass(Duration::from_secs(3_600));
    sandbox.session.check().await.unwrap();
}

#[tokio::test]
async fn what_does_not_fit_is_never_sent() {
    let sandbox = Sandbox::start().await;
    let long = "x".repeat(901);
    for (program, transaction, field, length) in [
        ("CRS610MI", "Add", "CUNM", 60),
        ("CRS610MI", "AddAddress", "CUA1", 120),
        ("GLS840MI", "AddBatchLine", "PARM", 901),
        ("GLS840MI", "AddBatchHead", "KEY1", 16),
    ] {
        let result = sandbox
            .run(program, transaction, &[(field, &long[..length])])
            .await;
        let fault = result.unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected);
        assert_eq!(fault.field.as_deref(), Some(field));
        assert!(fault.message.contains(&format!("has {length}")), "{fault}");
    }
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn an_unknown_suite_or_a_peer_that_is_gone_is_told_apart() {
    let sandbox = Sandbox::with(Settings::default(), json!({"m3_path": "M4/none"})).await;
    let fault = sandbox.session.check().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.status),
        (FaultClass::Rejected, Some(404))
    );
    // Nothing listens on port 9 of this machine.
    let gone = json!({"gateway_url": "http://127.0.0.1:9"});
    let sandbox = Sandbox::with(Settings::default(), gone).await;
    let fault = sandbox.session.check().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Transient);
}
