//! Dry runs and samples by the API.

use crate::app::{App, charge};
use serde_json::json;

const WRITES: &str = "\
schema: 1
flow: writes
trigger: stripe.charge.succeeded
steps:
  - id: made
    use: stripe.customer.create
    with:
      reference: =charge.id
      name: =charge.billing_details.?name.orValue('')
      email: =charge.billing_details.?email.orValue('')
      description: ='for ' + charge.billing_details.?name.orValue('') + ', ' + charge.id
  - id: account
    set:
      code: =lookup('codes', charge.currency)
";

#[tokio::test]
async fn a_write_is_shown_and_persons_are_hidden() {
    let app = App::start().await;
    let asked = json!({
        "document": WRITES, "body": charge(1, true),
        "given": {"lookups": {"codes": {"usd": "840"}}},
    });
    let reply = app.post("/api/v1/flows/dry-run", &asked).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(
        !reply.text.contains("Jo Doe") && !reply.text.contains("jo@example.com"),
        "{}",
        reply.text
    );
    let trace = reply.json();
    assert_eq!(trace["state"], "done", "{trace}");
    let effect = &trace["effects"][0];
    assert_eq!(effect["request"]["label"], "POST /v1/customers", "{effect}");
    assert_eq!(effect["identity"]["reference"], "ch_1");
    assert_eq!(trace["steps"][0]["origin"], "invented");
    assert_eq!(trace["steps"][1]["output"], json!({"code": "840"}));
    assert_eq!(trace["steps"][1]["met"][0]["table"], "codes");
    // In an environment a row that is not given is that of the store: there is none.
    let asked = json!({"document": WRITES, "body": charge(1, true)});
    let path = "/api/v1/flows/dry-run?environment=test";
    let trace = app.post(path, &asked).await.json();
    assert_eq!(trace["state"], "dead", "{trace}");
    assert_eq!(trace["steps"][1]["problem"]["code"], "missing_row");
    let none = app.get("/api/v1/runs").await.json();
    assert_eq!(none["data"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let app = App::start().await;
    let path = "/api/v1/flows/dry-run";
    for (asked, code) in [
        (json!({"body": {}}), "wrong_body"),
        (
            json!({"document": WRITES, "flow": "note-charges", "body": {}}),
            "wrong_body",
        ),
        (json!({"document": WRITES}), "wrong_body"),
        (
            json!({"document": "schema: 1\n", "body": {}}),
            "wrong_document",
        ),
        (
            json!({"document": WRITES, "sample": "schema: 1\n"}),
            "wrong_document",
        ),
        (json!({"document": WRITES, "body": {}}), "wrong_document"),
        (
            json!({"document": WRITES, "body": charge(1, true), "reads": "live"}),
            "wrong_document",
        ),
        (
            json!({"document": WRITES, "body": charge(1, true), "until": "x"}),
            "wrong_document",
        ),
    ] {
        app.post(path, &asked).await.problem(400, code);
    }
    let asked = json!({"flow": "nothing", "body": charge(1, true)});
    app.post(path, &asked).await.problem(404, "not_found");
}

#[tokio::test]
async fn samples_of_a_deployed_flow_are_worked() {
    let app = App::start().await;
    let sample = |id: &str, paid: bool, state: &str| {
        format!(
            "schema: 1\nsample: {id}\ntrigger: stripe.charge.succeeded\nbody:\n  id: evt_1\n  type: \
             charge.succeeded\n  created: 1795510800\n  data:\n    object:\n      id: ch_1\n      \
             paid: {paid}\n      object: charge\n      amount: 5\n      amount_captured: 5\n      \
             amount_refunded: 0\n      billing_details: {{}}\n      captured: true\n      created: \
             1795510800\n      currency: eur\n      disputed: false\n      livemode: false\n      \
             metadata: {{}}\n      refunded: false\n      status: succeeded\nexpect:\n  state: {state}\n"
        )
    };
    let samples = [
        sample("paid", true, "done"),
        sample("unpaid", false, "done"),
        "schema: 1\nsample: wrong\n".to_owned(),
    ];
    let path = "/api/v1/flows/note-charges/samples/run";
    let verdicts = app.post(path, &json!({"samples": samples})).await.json();
    assert_eq!(verdicts["passed"], false, "{verdicts}");
    let all = verdicts["samples"].as_array().expect("a list");
    assert_eq!(
        (all[0]["passed"].clone(), all[0]["differences"].clone()),
        (json!(true), json!([]))
    );
    assert_eq!(
        all[1]["differences"][0],
        "the run ends `dead` instead of `done`, because: the charge is not paid"
    );
    assert_eq!(all[2]["problems"][0]["code"], "missing", "{verdicts}");
    let many = vec!["x"; 201];
    app.post(path, &json!({"samples": many}))
        .await
        .problem(400, "too_many");
}
