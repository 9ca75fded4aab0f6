//! `towpath flow test` and `towpath flow run`: the samples of the ready-made flows, and others.

use crate::program::call;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A flow with a write, and a sample of it that expects something else.
const FLOW: &str = "\
schema: 1
flow: refunds-by-hand
trigger: stripe.charge.succeeded
steps:
  - id: wanted
    check: =charge.amount > 100
    else: skip
  - id: made
    use: stripe.product.create
    with:
      reference: =charge.id
      name: ='a ' + lookup('names', charge.currency)
";

fn sample(state: &str, name: &str) -> String {
    format!(
        "schema: 1\nsample: one\ntrigger: stripe.charge.succeeded\nbody:\n  id: evt_1\n  created: \
         1795510800\n  data:\n    object:\n      id: ch_1\n      object: charge\n      amount: 500\n      currency: eur\n      \
         amount_captured: 500\n      amount_refunded: 0\n      billing_details: {{}}\n      captured: \
         true\n      created: 1795510800\n      disputed: false\n      livemode: false\n      \
         metadata: {{}}\n      paid: true\n      refunded: false\n      status: succeeded\ngiven:\n  lookups:\n    names:\n      eur: euro\nexpect:\n  state: {state}\n  effects:\n    \
         - use: stripe.product.create\n      with:\n        name: {name}\n"
    )
}

fn folder(sample: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let samples = folder.path().join("flows/one/samples");
    std::fs::create_dir_all(&samples).expect("made");
    std::fs::write(folder.path().join("flows/one/flow.yaml"), FLOW).expect("written");
    std::fs::write(samples.join("one.yaml"), sample).expect("written");
    folder
}

#[test]
fn every_sample_of_a_ready_made_flow_passes() {
    let called = call(&repository(), &[], &["flow", "test", "flows"]);
    assert_eq!(called.code, Some(0), "{}{}", called.out, called.err);
    for entry in std::fs::read_dir(repository().join("flows")).expect("flows") {
        let folder = entry.expect("a folder").path();
        let samples = std::fs::read_dir(folder.join("samples")).expect("samples");
        assert!(samples.count() >= 3, "{}", folder.display());
    }
}

#[test]
fn a_difference_is_a_sentence_and_is_written_when_asked_for() {
    let folder = folder(&sample("skipped", "an euro"));
    let called = call(folder.path(), &[], &["flow", "test"]);
    assert_eq!(called.code, Some(1), "{}{}", called.out, called.err);
    for said in [
        "the run ends `done` instead of `skipped`",
        "effect 1, `stripe.product.create`: `name` is \"a euro\" instead of \"an euro\"",
        "0 of 1 samples passed",
    ] {
        assert!(called.out.contains(said), "{}", called.out);
    }
    let json = call(folder.path(), &[], &["flow", "test", "--json", "flows"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(
        (&json[0]["passed"], &json[0]["state"]),
        (&false.into(), &"done".into())
    );
    let called = call(folder.path(), &[], &["flow", "test", "--update"]);
    assert_eq!(called.code, Some(0), "{}{}", called.out, called.err);
    let path = folder.path().join("flows/one/samples/one.yaml");
    let text = std::fs::read_to_string(path).expect("a text");
    assert_eq!(text, sample("done", "a euro"));
    let called = call(folder.path(), &[], &["flow", "test"]);
    assert_eq!(called.code, Some(0), "{}", called.out);
}

#[test]
fn a_sample_whose_flow_is_wrong_or_not_there_says_so() {
    let folder = folder(&sample("done", "a euro"));
    let flow = folder.path().join("flows/one/flow.yaml");
    std::fs::write(&flow, FLOW.replace("=charge.amount", "=charge.amuont")).expect("written");
    let called = call(folder.path(), &[], &["flow", "test"]);
    assert_eq!(called.code, Some(1));
    assert!(called.out.contains("amuont"), "{}", called.out);
    std::fs::remove_file(&flow).expect("removed");
    let called = call(folder.path(), &[], &["flow", "test"]);
    assert!(called.out.contains("there is no flow"), "{}", called.out);
    let called = call(folder.path(), &[], &["flow", "test", "--sample", "two"]);
    assert!(
        called.err.contains("there is no sample `two`"),
        "{}",
        called.err
    );
}

#[test]
fn a_flow_is_run_on_a_sample_or_an_event_and_shows_what_it_would_send() {
    let order = [
        "flow",
        "run",
        "flows/order-to-cash",
        "--sample",
        "known-customer",
    ];
    let called = call(&repository(), &[], &order);
    assert_eq!(called.code, Some(0), "{}", called.err);
    for said in [
        "order [done]",
        "once as  sales_order ch_sample",
        "send     OIS100MI/AddBatchHead (stage)",
        "\"ORDT\": \"20261124\"",
        "books    J4 txn_sample on 2026-11-24 in EUR",
        "met      lookup items / prod_mug: \"MUG-01\"",
        "Changes that it would make: 8",
    ] {
        assert!(called.out.contains(said), "{said}: {}", called.out);
    }
    let until = [&order[..], &["--until", "terms"]].concat();
    let called = call(&repository(), &[], &until);
    assert!(called.out.contains("It ends `reached`"), "{}", called.out);
    let folder = folder(&sample("done", "a euro"));
    let event =
        r#"{"id": "evt_1", "data": {"object": {"id": "ch_1", "amount": 500, "currency": "usd"}}}"#;
    std::fs::write(folder.path().join("event.json"), event).expect("written");
    let args = [
        "flow",
        "run",
        "flows/one/flow.yaml",
        "--event",
        "event.json",
    ];
    let called = call(folder.path(), &[], &args);
    assert_eq!(called.code, Some(1));
    for said in [
        "problem  steps.made.with.name: the lookup table `names` has no row `usd`",
        "cure     add it to the lookup table",
        "It ends `dead`",
    ] {
        assert!(called.out.contains(said), "{said}: {}", called.out);
    }
    let live = [&args[..], &["--reads", "live"]].concat();
    let called = call(folder.path(), &[], &live);
    assert!(called.err.contains("--environment"), "{}", called.err);
}
