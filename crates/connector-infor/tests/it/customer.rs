//! Customers: found, made, marked, updated.

use crate::sandbox::Sandbox;
use connector::testing::Ended;
use model::FaultClass;
use serde_json::{Value, json};
use sim::faults::Action;

fn ada(id: &str) -> Value {
    json!({
        "external_id": id,
        "name": "Ada Example",
        "address": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
        "email": "ada@example.com",
        "currency": "EUR",
    })
}

async fn made(sandbox: &Sandbox, input: &Value) -> Value {
    match sandbox.shell("infor.customer.create").run(input).await {
        Ended::Done { output, .. } => output,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_customer_is_made_marked_and_given_its_currency() {
    let sandbox = Sandbox::start().await;
    let output = made(&sandbox, &ada("cus_Q1")).await;
    assert_eq!(output["marked"], true);
    let customer = &sandbox.infor.customers()[output["number"].as_str().unwrap()];
    assert_eq!(
        (customer.get("CUCD"), customer.get("TOWN")),
        ("EUR", "Berlin")
    );
    assert_eq!(sandbox.posted("external", "cus_Q1"), 1);
    let found = json!({"number": output["number"]});
    let found = sandbox.run("infor.customer.find", found).await.unwrap();
    assert_eq!(
        (&found["name"], &found["status"]),
        (&json!("Ada Example"), &json!("20"))
    );
    let given = ada("cus_Q1");
    assert_eq!(
        (&found["email"], &found["address"]),
        (&given["email"], &given["address"])
    );
    let nobody = sandbox
        .run("infor.customer.find", json!({"number": "NOBODY"}))
        .await;
    assert_eq!(nobody.unwrap_err().class, FaultClass::NotFound);
}

#[tokio::test]
async fn where_letters_are_changed_our_reference_stands_beside_the_customer() {
    let upper = |s: &mut sim::infor::Settings| {
        s.upper_case.insert("A030".into());
    };
    let sandbox = Sandbox::with(upper, json!({})).await;
    assert_eq!(made(&sandbox, &ada("cus_Q1")).await["marked"], true);
    let reference = sandbox.reference("customer", "cus_Q1", 0, 30);
    assert_eq!(sandbox.posted("external", &reference), 1);
    let lower = |s: &mut sim::infor::Settings| {
        s.lower_case.insert("A030".into());
    };
    let sandbox = Sandbox::with(lower, json!({})).await;
    assert_eq!(made(&sandbox, &ada("cus_Q1")).await["marked"], false);
}

#[tokio::test]
async fn a_lost_add_finds_its_customer_among_namesakes() {
    let sandbox = Sandbox::start().await;
    made(&sandbox, &ada("cus_Q1")).await;
    sandbox.plant("CRS610MI/Add", 1, Action::DropAfter);
    let second = made(&sandbox, &ada("cus_Q2")).await;
    assert_eq!(sandbox.seen("CRS610MI/Add"), 2);
    assert_eq!(
        sandbox.posted_by_any("customer", "customer", "cus_Q2", 10),
        1
    );
    assert_eq!(sandbox.posted("external", "cus_Q2"), 1);
    assert_eq!(second["marked"], true);
}

#[tokio::test]
async fn an_update_of_a_known_customer_is_one_transaction() {
    let sandbox = Sandbox::start().await;
    let input = json!({
        "number": "Y30000",
        "name": "Ada Renamed",
        "address": {"lines": [], "city": "Lund", "country": "DE"},
        "as_of": 1_790_000_000,
    });
    sandbox.run("infor.customer.update", input).await.unwrap();
    assert_eq!(sandbox.seen("*MI/*"), 1);
    let customer = &sandbox.infor.customers()["Y30000"];
    assert_eq!(
        (customer.get("CUNM"), customer.get("CUA1")),
        ("Ada Renamed", "Lund")
    );
}

#[tokio::test]
async fn a_name_that_is_too_long_is_refused_with_a_cut() {
    let sandbox = Sandbox::start().await;
    let mut input = ada("cus_Q1");
    input["name"] = json!("n".repeat(60));
    let Ended::Refused(fault) = sandbox.shell("infor.customer.create").run(&input).await else {
        panic!("it fits nowhere");
    };
    assert_eq!(fault.field.as_deref(), Some("CUNM"));
    assert!(
        fault.message.contains("60 characters, M3 takes 36"),
        "{fault}"
    );
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn a_customer_without_an_address_is_refused_with_a_cure() {
    let sandbox = Sandbox::start().await;
    let mut input = ada("cus_Q1");
    for address in [json!({}), json!({"lines": [" "], "city": ""})] {
        input["address"] = address;
        let Ended::Refused(fault) = sandbox.shell("infor.customer.create").run(&input).await else {
            panic!("M3 takes none")
        };
        assert_eq!(fault.field.as_deref(), Some("address.lines"));
        assert!(
            fault.message.contains("map a line of the address"),
            "{fault}"
        );
    }
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn the_mark_is_written_and_read_in_one_call() {
    let sandbox = Sandbox::start().await;
    sandbox.session.check().await.unwrap();
    sandbox.infor.journal().clear();
    made(&sandbox, &ada("cus_Q1")).await;
    let entries = sandbox.entries("*MI/*");
    let requests: std::collections::BTreeSet<u64> = entries.iter().map(|e| e.request).collect();
    assert_eq!((entries.len(), requests.len()), (4, 3));
}
