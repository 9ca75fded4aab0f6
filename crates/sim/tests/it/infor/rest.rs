//! The gateway and the M3 REST transport: routes, policies, check order, options, bulk, v1.

use super::Rig;
use serde_json::{Value, json};
use sim::infor::{Quota, Smoothing, Spike, Unauthorized};

#[tokio::test]
async fn routes_of_the_gateway() {
    let rig = Rig::start().await;
    for (path, status) in [
        ("/M3/m3api-rest/v2/execute/GENERAL/GetUserInfo", 400),
        ("/SIM_TST/NOSUCH/x", 404),
        ("/SIM_TST/M3/nothing", 404),
        ("/SIM_PRD/M3/m3api-rest/v2/execute/GENERAL/GetUserInfo", 401),
    ] {
        let response = rig.send(&format!("{}{path}", rig.sim.url())).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
    let url = format!("{}/M3/x", rig.sim.url());
    let body: Value = rig.json(&url).await;
    assert_eq!(body, json!({"error": "Bad Request"}));
    rig.sim.set(|s| s.unauthorized = Unauthorized::Html);
    let url = rig.url("GENERAL/GetUserInfo", &[]);
    let response = rig.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("<h2>Unauthorized</h2>")
    );
}

#[tokio::test]
async fn policies_of_the_gateway() {
    let rig = Rig::start().await;
    rig.sim.set(|s| {
        s.spike = Some(Spike {
            max: 2,
            period_s: 10,
            retry_after: true,
        })
    });
    let url = rig.url("GENERAL/GetUserInfo", &[]);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(rig.send(&url).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    rig.sim.advance(4);
    let response = rig.send(&url).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "6");
    rig.sim.advance(6);
    assert_eq!(rig.send(&url).await.unwrap().status(), 200);
    rig.sim.set(|s| {
        s.spike = None;
        s.quota = Some(Quota {
            allow: 1,
            interval_s: 3_600,
            status: 403,
        });
    });
    assert_eq!(rig.send(&url).await.unwrap().status(), 200);
    assert_eq!(rig.send(&url).await.unwrap().status(), 403);
    rig.sim.set(|s| {
        s.quota = None;
        s.smoothing = Some(Smoothing {
            after: 1,
            period_s: 10,
            ms: 1,
        });
    });
    for _ in 0..2 {
        assert_eq!(rig.send(&url).await.unwrap().status(), 200);
    }
    let entries = rig.sim.journal().since(0);
    assert!(
        entries
            .iter()
            .filter(|e| e.status == 429)
            .all(|e| !e.executed)
    );
}

#[tokio::test]
async fn checks_come_in_m3s_order() {
    let rig = Rig::start().await;
    let long = "X".repeat(37);
    let cases: [(&str, super::Fields<'_>, &str); 4] = [
        ("CRS610MI/NoSuch", &[], "TransactionNotFound"),
        (
            "CRS610MI/Add",
            &[("CUTM", "TPL001"), ("CUNM", &long)],
            "MandatoryInputFieldNotFound",
        ),
        (
            "CRS610MI/Add",
            &[
                ("CUTM", "TPL001"),
                ("CUNM", &long),
                ("CUA1", "x"),
                ("CUTP", "y"),
            ],
            "InputFieldTooLong",
        ),
        (
            "CRS610MI/GetBasicData",
            &[("CUNO", "Y30000"), ("NOPE", "1")],
            "InputFieldNotFound",
        ),
    ];
    for (call, fields, kind) in cases {
        assert_eq!(rig.call(call, fields).await.terminated(), kind, "{call}");
    }
    let add = [
        ("CUTM", "NONE"),
        ("CUNM", "x"),
        ("CUA1", "x"),
        ("CUTP", "y"),
        ("CONO", "999"),
    ];
    assert_eq!(
        rig.call("CRS610MI/Add", &add).await.nok(),
        ("SIM0003".into(), "CUTP".into())
    );
    let add = [
        ("CUTM", "NONE"),
        ("CUNM", "x"),
        ("CUA1", "x"),
        ("CONO", "999"),
    ];
    assert_eq!(
        rig.call("CRS610MI/Add", &add).await.nok(),
        ("XAU0008".into(), "CONO".into())
    );
    let add = [("CUTM", "NONE"), ("CUNM", "x"), ("CUA1", "x")];
    assert_eq!(
        rig.call("CRS610MI/Add", &add).await.nok(),
        ("SIM0001".into(), "CUTM".into())
    );
    rig.sim.set(|s| s.denied = ["CRS610MI".to_owned()].into());
    assert_eq!(rig.call("CRS610MI/Add", &add).await.nok().0, "XAU0008");
    let authority = rig
        .call("AUTCHKMI/ChkAuthority", &[("APGM", "CRS610MI")])
        .await;
    assert_eq!(authority.get("ALPG"), "0");
    assert!(
        rig.sim
            .journal()
            .since(0)
            .iter()
            .all(|e| !e.committed || e.operation == "auth/token")
    );
}

#[tokio::test]
async fn a_refusal_is_200_or_400_and_padded_or_not() {
    let rig = Rig::start().await;
    let answer = rig
        .call("OIS100MI/AddBatchHead", &[("CUNO", "NOBODY")])
        .await;
    assert_eq!(
        (answer.status, answer.nok()),
        (200, ("XIM0002".into(), "CUNO".into()))
    );
    let message = answer.body["results"][0]["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("  XIM0002   CUNO") && message.ends_with(' '),
        "{message:?}"
    );
    assert_eq!(answer.body["nrOfFailedTransactions"], 1);
    rig.sim
        .set(|s| (s.nok_status, s.padded_messages) = (400, false));
    let answer = rig
        .call("OIS100MI/AddBatchHead", &[("CUNO", "NOBODY")])
        .await;
    assert_eq!((answer.status, answer.nok().0), (400, "XIM0002".into()));
    assert_eq!(
        answer.body["results"][0]["errorMessage"],
        "Customer number is invalid"
    );
}

#[tokio::test]
async fn options_from_matrix_and_query() {
    let rig = Rig::start().await;
    let base = format!(
        "{}/SIM_TST/M3/m3api-rest/v2/execute/CRS610MI/LstByNumber",
        rig.sim.url()
    );
    for tail in [
        ";maxrecs=2;returncols=CUNO,STAT;excludempty=true?_rid=1",
        "?maxrecs=2&returncols=CUNO,STAT&excludeempty=true",
    ] {
        let body: Value = rig.json(&format!("{base}{tail}")).await;
        let records = &body["results"][0]["records"];
        assert_eq!(records.as_array().unwrap().len(), 2, "{tail}");
        assert_eq!(records[1], json!({"CUNO": "Y30000", "STAT": "20"}));
    }
    let url = format!("{base};righttrim=false;returncols=CUNO;maxrecs=1");
    let body: Value = rig.json(&url).await;
    assert_eq!(body["results"][0]["records"][0]["CUNO"], "WEBGUEST  ");
    let url = rig.url("GENERAL/GetServerTime", &[]) + "dateformat=YMD8-";
    let body: Value = rig.json(&url).await;
    assert_eq!(body["results"][0]["records"][0]["DATE"], "2026-01-01");
}

#[tokio::test]
async fn lists_are_cut_in_silence() {
    let rig = Rig::start().await;
    let base = format!(
        "{}/SIM_TST/M3/m3api-rest/v2/execute/OIS100MI/LstHead",
        rig.sim.url()
    );
    let count = async |tail: &str| {
        let body: Value = rig.json(&format!("{base}{tail}")).await;
        assert_eq!(body["nrOfSuccessfullTransactions"], 1);
        body["results"][0]["records"].as_array().unwrap().len()
    };
    assert_eq!(count(";maxrecs=500?CUNO=Y30003").await, 500);
    assert_eq!(count(";maxrecs=0?CUNO=Y30003").await, 1_000);
    assert_eq!(count("?CUNO=Y30003&maxrecs=2000").await, 1_000);
    rig.sim.set(|s| s.grid_mode = true);
    assert_eq!(count("?CUNO=Y30003&maxrecs=500").await, 100);
    assert_eq!(count(";maxrecs=500?CUNO=Y30003").await, 500);
    rig.sim
        .set(|s| (s.grid_mode, s.row_ceiling) = (false, None));
    assert_eq!(count(";maxrecs=0?CUNO=Y30003").await, 2_500);
}

#[tokio::test]
async fn a_bulk_call_answers_element_by_element() {
    let rig = Rig::start().await;
    let before = rig.sim.journal().since(0).len();
    let calls = [
        ("AddBatchHead", json!({"CUNO": "Y30000", "CUOR": "R1"})),
        ("AddBatchHead", json!({"CUNO": "NOBODY", "CUOR": "R2"})),
        ("AddBatchHead", json!({"CUOR": "R3"})),
        ("AddBatchHead", json!({"CUNO": "Y30000", "CUOR": "R4"})),
    ];
    let (status, body) = rig.bulk("OIS100MI", &calls).await;
    assert_eq!(status, 200);
    assert_eq!(body["nrOfSuccessfullTransactions"], 2);
    assert_eq!(body["nrOfFailedTransactions"], 2);
    let results = body["results"].as_array().unwrap();
    assert_eq!(results[0]["records"][0]["ORNO"], "9000001");
    assert_eq!(results[1]["errorCode"], "XIM0002");
    assert_eq!(results[2]["errorType"], "MandatoryInputFieldNotFound");
    assert_eq!(results[3]["records"][0]["ORNO"], "9000002");
    let entries = &rig.sim.journal().since(0)[before..];
    assert!(entries.iter().all(|e| e.request == entries[0].request));
    let told: Vec<_> = entries.iter().map(|e| (e.executed, e.committed)).collect();
    assert_eq!(
        told,
        [(true, true), (true, false), (false, false), (true, true)]
    );
    assert_eq!(entries[3].reference.as_deref(), Some("R4"));
    assert_eq!(rig.bulk_raw("{}".to_owned()).await.unwrap().status(), 400);
}

#[tokio::test]
async fn the_older_interface() {
    let rig = Rig::with(|s| s.v1_partial_after = Some(3)).await;
    let base = format!("{}/SIM_TST/M3/m3api-rest/execute", rig.sim.url());
    let get = async |tail: &str| -> Value { rig.json(&format!("{base}/{tail}")).await };
    let body = get("CRS610MI/GetBasicData?CUNO=Y30000").await;
    let values = body["MIRecord"][0]["NameValue"].as_array().unwrap();
    assert!(values.contains(&json!({"Name": "CUNM", "Value": "Ada Example"})));
    let body = get("CRS610MI/GetBasicData?CUNO=NOBODY").await;
    assert_eq!(body["@type"], "ServerReturnedNOK");
    assert_eq!(body["@code"], "XIM0002");
    let body = get("CRS610MI/LstByNumber").await;
    assert_eq!(body["MIRecord"].as_array().unwrap().len(), 3);
    assert_eq!(body["ErrorMessage"]["@type"], "ServerReturnedNOK");
}

#[tokio::test]
async fn metadata_comes_from_the_same_table() {
    let rig = Rig::start().await;
    let fields = [
        ("MINM", "OIS100MI"),
        ("TRNM", "AddBatchLine"),
        ("TRTP", "I"),
    ];
    let rows = rig.call("MRS001MI/LstFields", &fields).await.rows();
    let itno = rows.iter().find(|r| r["FLNM"] == "ITNO").unwrap();
    assert_eq!((itno["LENG"].as_str(), itno["TYPE"].as_str()), ("15", "A"));
    assert_eq!(itno["MAND"], "1");
    assert_eq!(rig.call("MRS001MI/LstPrograms", &[]).await.rows().len(), 19);
    let list = rig
        .call("MRS001MI/LstTransactions", &[("MINM", "GLS840MI")])
        .await
        .rows();
    assert_eq!(list.len(), 4);
}
