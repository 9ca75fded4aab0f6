//! What comes back from the wire, and what it means.

use crate::sandbox::{Sandbox, order};
use connector::testing::Ended;
use connector_infor::m3::answer::{Answer, Asked, read};
use connector_infor::m3::request::{MiRequest, MiTransaction};
use model::{Fault, FaultClass};
use serde_json::{Value, json};
use sim::faults::Action;
use sim::infor::{Quota, Smoothing, Spike};
use std::time::Duration;

fn customer() -> Value {
    json!({"number": "Y30000"})
}

async fn find(sandbox: &Sandbox) -> Result<Value, Fault> {
    sandbox.run("infor.customer.find", customer()).await
}

#[tokio::test]
async fn a_read_that_went_wrong_may_be_asked_again() {
    let actions = [
        Action::DropBefore,
        Action::DropAfter,
        Action::TruncateBody,
        Action::Html { status: 200 },
        Action::Html { status: 502 },
        Action::Redirect {
            location: "http://127.0.0.1:9/".into(),
        },
    ];
    for action in actions {
        let sandbox = Sandbox::start().await;
        let what = format!("{action:?}");
        sandbox.plant("CRS610MI/GetBasicData", 1, action);
        assert_eq!(
            find(&sandbox).await.unwrap_err().class,
            FaultClass::Transient,
            "{what}"
        );
        assert_eq!(find(&sandbox).await.unwrap()["number"], "Y30000", "{what}");
        assert_eq!(
            sandbox.seen("CRS610MI/GetBasicData"),
            2,
            "{what}: nothing is repeated here"
        );
    }
}

#[tokio::test]
async fn too_many_requests_are_told_with_their_wait() {
    let spike = |s: &mut sim::infor::Settings| {
        s.spike = Some(Spike {
            max: 3,
            period_s: 60,
            retry_after: true,
        });
    };
    let sandbox = Sandbox::with(spike, json!({})).await;
    for _ in 0..3 {
        find(&sandbox).await.unwrap();
    }
    let fault = find(&sandbox).await.unwrap_err();
    assert_eq!(
        (fault.class, fault.status),
        (FaultClass::RateLimited, Some(429))
    );
    assert!(
        fault
            .retry_after
            .is_some_and(|wait| wait <= Duration::from_secs(60))
    );
    sandbox.pass(60);
    find(&sandbox).await.unwrap();
}

#[tokio::test]
async fn an_order_gets_through_a_narrow_gate() {
    let narrow = |s: &mut sim::infor::Settings| {
        s.spike = Some(Spike {
            max: 1,
            period_s: 20,
            retry_after: false,
        });
        s.smoothing = Some(Smoothing {
            after: 1,
            period_s: 20,
            ms: 5,
        });
    };
    let sandbox = Sandbox::with(narrow, json!({})).await;
    let ended = sandbox
        .shell("infor.sales_order.create")
        .run(&order("ch_1"))
        .await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.posted_by_any("sales_order", "order", "ch_1", 20), 1);
}

#[tokio::test]
async fn a_used_up_quota_ends_with_its_interval() {
    for (status, class) in [
        (429, FaultClass::RateLimited),
        (403, FaultClass::Unauthorized),
    ] {
        let quota = |s: &mut sim::infor::Settings| {
            s.quota = Some(Quota {
                allow: 2,
                interval_s: 3_600,
                status,
            });
        };
        let sandbox = Sandbox::with(quota, json!({})).await;
        find(&sandbox).await.unwrap();
        find(&sandbox).await.unwrap();
        assert_eq!(find(&sandbox).await.unwrap_err().class, class);
        sandbox.pass(3_600);
        find(&sandbox).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_path_is_not_tried_again() {
    let sandbox = Sandbox::start().await;
    let settings = json!({"m3_path": "M3/elsewhere"});
    let session = sandbox.open(&sandbox.infor.ionapi(), None, settings);
    let fault = session.check().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.status),
        (FaultClass::Rejected, Some(404))
    );
    let session = sandbox.open(&sandbox.infor.ionapi(), None, json!({"tenant": "infor"}));
    let fault = session.check().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.status),
        (FaultClass::Rejected, Some(400))
    );
    assert_eq!(
        fault.message,
        "the gateway refused the request: Bad Request"
    );
}

#[tokio::test]
async fn raw_reads_are_limited_to_what_is_allowed() {
    let sandbox = Sandbox::start().await;
    let read = |program: &str, transaction: &str| {
        json!({"program": program, "transaction": transaction, "record": {"CUCD": "JPY"},
            "columns": ["DCCD", "CUCD"]})
    };
    let currency = sandbox
        .run("m3.mi.execute", read("CRS055MI", "GetBasicData"))
        .await
        .unwrap();
    assert_eq!(
        currency,
        json!({"records": [{"DCCD": "0", "CUCD": "JPY"}], "truncated": false})
    );
    for (program, transaction) in [("CRS610MI", "Add"), ("GLS840MI", "GetIt")] {
        let fault = sandbox
            .run("m3.mi.execute", read(program, transaction))
            .await
            .unwrap_err();
        assert_eq!(fault.class, FaultClass::Rejected);
    }
    assert_eq!(sandbox.seen("CRS610MI/Add"), 0);
}

fn one(body: &Value) -> Answer {
    let request = MiRequest::one("TST001MI", MiTransaction::new("Lst", []));
    let asked = Asked {
        request: &request,
        limit: 500,
        locked_codes: &["SIM0008".into()],
    };
    read(&asked, 200, body.to_string().as_bytes())
}

fn refused(answer: Answer) -> Fault {
    match answer {
        Answer::Refused(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_bodies_of_v1_are_read() {
    let nok = json!({"Message": "Designed to fail!      ", "@type": "ServerReturnedNOK",
        "@code": "CPF9898", "@cfg": null, "@field": "RETT"});
    let fault = refused(one(&nok));
    assert_eq!(
        (fault.message.as_str(), fault.code.as_deref()),
        ("Designed to fail!", Some("CPF9898"))
    );
    assert_eq!(fault.field.as_deref(), Some("RETT"));
    let row = |value: &str| json!({"NameValue": {"Name": "F001", "Value": value}, "RowIndex": 0});
    let partial = json!({"Program": "TST001MI", "MIRecord": [row("1"), row("2")],
        "ErrorMessage": {"@type": "ServerReturnedNOK", "@code": "CPF9898", "@field": "RCNT      ",
            "Message": "The list was interrupted   "}});
    let fault = refused(one(&partial));
    assert_eq!(
        (fault.class, fault.message.as_str()),
        (FaultClass::Rejected, "The list was interrupted")
    );
    let Answer::Reply(reply) = one(&json!({"MIRecord": row("00000005 ")})) else {
        panic!()
    };
    assert_eq!(reply.field(0, "F001").unwrap(), "00000005");
}

#[test]
fn what_is_no_answer_is_not_trusted() {
    for body in [
        json!({"results": [], "wasTerminated": false, "nrOfFailedTransactions": 0}),
        json!({"results": [{"transaction": "Lst", "records": []}], "nrOfFailedTransactions": 1}),
        json!({"hello": "world"}),
        json!([]),
    ] {
        assert!(matches!(one(&body), Answer::Untrusted(_)), "{body}");
    }
    let locked = json!({"results": [{"errorMessage": "Record 1 is locked", "errorCode": "SIM0008"}],
        "nrOfFailedTransactions": 1});
    assert_eq!(refused(one(&locked)).class, FaultClass::Transient);
}

#[test]
fn an_element_without_an_outcome_makes_the_bulk_call_uncertain() {
    let transaction = || MiTransaction::new("Add", []);
    let request = MiRequest::bulk("TST001MI", vec![transaction(), transaction()]);
    let asked = Asked {
        request: &request,
        limit: 500,
        locked_codes: &[],
    };
    let body = json!({"results": [{"transaction": "Add", "records": []}]});
    assert!(matches!(
        read(&asked, 200, body.to_string().as_bytes()),
        Answer::Untrusted(_)
    ));
}
